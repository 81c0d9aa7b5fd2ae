"""Why the verdict of HL7's validator and ours may differ: each reason is a rule, told in docs/validator.md under its name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from service.fhir.json import Value
from service.fhir.validate import Finding

THEIRS: Mapping[str, str] = {
    "displays": r"Display_Name_",
    "unknown extensions": r"Extension_EXT_Unknown_NotHere|Type_Specific_Checks_DT_URL_Resolve .*\.url: ",
    "relative systems": r"Terminology_TX_System_Relative",
    "versions of code systems": r"UNKNOWN_CODESYSTEM_VERSION",
    "grown code systems": r"Unknown_Code_in_Version",
    "links of narratives": r"Type_Specific_Checks_DT_XHTML_Resolve",
    "OIDs": r"Type_Specific_Checks_DT_OID_Valid",
    "white space in base64": r"TYPE_SPECIFIC_CHECKS_DT_ATT_B64_DECODE_FAIL",
    "full URLs": r"Bundle_BUNDLE_Entry_NoFullUrl|Bundle_BUNDLE_FullUrl_Missing",
    "authoring": r"CodeSystem_CS_|CODESYSTEM_CS_|CONCEPTMAP_|VALIDATION_HL7_|ED_INVARIANT_|SD_|ERROR_GENERATING_SNAPSHOT|IG_DEPENDENCY_",
    "texts of items": r"Questionnaire_QR_Item_Text",
    "times of vital signs": r"\S*#vs-1 ",
    "no verdict": r"None : java\.lang\.",
}
"""By its name the errors that HL7's validator alone has: message id, location, message."""
FOLLOWING: Mapping[str, str] = {"displays": r"Terminology_TX_NoValid_|Validation_VAL_Profile_Minimum_SLICE"}
"""By the name of a reason what else HL7's validator says because of it."""
OURS: Mapping[str, str] = {
    "targets of references": r"structure .* must refer to .*, not to ",
    "base64": r"value .* is not base64",
    "empty arrays": r"structure .*: an array must not be empty",
    "UCUM": r"code-invalid .*: this is not a code of UCUM",
    "one div": r"value .*\.div: .* is (not well-formed XHTML|XHTML with a document type)",
    "listed codes of others": r"code-invalid .* must be a code of the value set .*",
    "elements of an id alone": r"invariant .*: ele-1:",
    "nothing beside ids": r"structure .*: `_(id|url)` is not an element of",
    "writes of Bundles": r"required .*: a PUT must have the resource|value .*\.request\.url: |required .*: an entry must have a fullUrl",
}
"""By its name the errors that ours alone has: code, expression, message."""


def reasons(errors: Sequence[Value] | Sequence[Finding]) -> set[str]:
    """The names of the reasons why one alone has these errors in a resource, "" for an error without one."""
    found = {reason(one) for one in errors}
    if "" in found and all(reason(one) or any(_matches(FOLLOWING.get(name, "$"), one) for name in found) for one in errors):
        found.remove("")
    return found


def reason(error: Value | Finding) -> str:
    """The name of the reason for one error by itself."""
    known = OURS if isinstance(error, Finding) else THEIRS
    return next((name for name, pattern in known.items() if _matches(pattern, error)), "")


def _matches(pattern: str, error: Value | Finding) -> bool:
    if isinstance(error, Finding):
        return re.match(pattern, f"{error.code} {error.expression}: {error.message}") is not None
    return re.match(pattern, f"{error.get('messageId')} {error['location']}: {error['message']}") is not None
