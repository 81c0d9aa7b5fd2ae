"""Why the verdict of HL7's validator and ours may differ: each reason is a rule, told in docs/validator.md."""

from __future__ import annotations

from service.fhir.json import Value
from service.fhir.validate import Finding

THEIRS: dict[str, str] = {
    "Display_Name_for__should_be_one_of__instead_of": "displays",
    "Display_Name_for__should_be_one_of__instead_of_other": "displays",
    "Extension_EXT_Unknown_NotHere": "unknown extensions",
}


def reason(error: Value | Finding) -> str:
    """The name of the reason why one alone has this error, "" for none."""
    if isinstance(error, Finding):
        return ""
    return THEIRS.get(str(error.get("messageId")), "")
