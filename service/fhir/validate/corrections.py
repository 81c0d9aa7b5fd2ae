"""Expressions of R4 and US Core that do not say what their definitions mean: what is evaluated in their place, and why."""

from __future__ import annotations

from typing import NamedTuple


class Correction(NamedTuple):
    """What is evaluated, and why."""

    expression: str
    why: str


_REF = "reference.startsWith('#').not() or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))"
_STEP = r"""[^\\s\\.,:;\\\'"\\/|?!@#$%&*()\\[\\]{}]{1,64}"""
_PATH = rf"{_STEP}(\\.{_STEP}(\\[x\\])?(\\:[^\\s\\.]+)?)*"
_NAMES = r"[A-Za-z][A-Za-z0-9]*(\\.[a-z][A-Za-z0-9]*(\\[x])?)*"
_CONTAINED = (
    "contained.where((('#'+id in (%resource.descendants().reference | %resource.descendants().{0}(canonical) | "
    "%resource.descendants().{0}(uri) | %resource.descendants().{0}(url))) or descendants().where(reference = '#').exists() or "
    "descendants().where(as(canonical) = '#').exists() or descendants().where(as(canonical) = '#').exists()).not())"
    ".trace('unmatched', id).empty()"
)
_CONDITION = (
    "clinicalStatus.exists() or verificationStatus.coding.where(system='http://terminology.hl7.org/CodeSystem/condition-ver-status' "
    "and code = 'entered-in-error').exists() or category.{}.empty()"
)
_WHEN = "offset.empty() or (when.exists() and {})"
_EVENTS = "('C' | 'CM' | 'CD' | 'CV')"
_ABSENT = "empty where the element is missing, which is no fault; R4B has it so"
_WHOLE = "the whole text is meant, not a part of it; HL7's validator reads it so"
_SEVERAL = "several items are no truth value; later versions of US Core have it so"

CORRECTIONS = {
    "name.matches('[A-Z]([A-Za-z0-9_]){0,254}')": Correction(
        "name.exists() implies name.matches('^[A-Z]([A-Za-z0-9_]){0,254}$')",
        f"{_ABSENT}, and {_WHOLE}",
    ),
    _REF: Correction(
        f"reference.exists() implies (reference = '#' or {_REF})",
        "empty where there is no `reference`, and `#` is the container (R4 references.html#contained); R5 has it so",
    ),
    "fullUrl.contains('/_history/').not()": Correction("fullUrl.exists() implies fullUrl.contains('/_history/').not()", _ABSENT),
    "probability is decimal implies (probability as decimal) <= 100": Correction(
        "(probability.exists() and probability is decimal) implies (probability as decimal) <= 100", _ABSENT
    ),
    f"path.matches('{_PATH}')": Correction(f"path.matches('^{_PATH}$')", _WHOLE),
    f"path.matches('{_NAMES}')": Correction(f"path.matches('^{_NAMES}$')", _WHOLE),
    _CONTAINED.format("as"): Correction(_CONTAINED.format("ofType"), "`as` takes one item; R4B has `ofType`"),
    _WHEN.format(f"((when in {_EVENTS}).not())"): Correction(
        _WHEN.format(f"when.select($this in {_EVENTS}).allFalse()"), "`in` takes one item, and `when` may be several; R5 asks each"
    ),
    "enableWhen.count() > 2 implies enableBehavior.exists()": Correction(
        "enableWhen.count() > 1 implies enableBehavior.exists()", "more than one is meant; R4B counts so"
    ),
    "operator = 'exists' implies (answer is Boolean)": Correction(
        "operator = 'exists' implies (answer is boolean)", "an answer is of FHIR's type boolean, never of FHIRPath's; R4B has it so"
    ),
    _CONDITION.format("select($this='problem-list-item')"): Correction(
        _CONDITION.format("coding.where(code = 'problem-list-item')"), "no CodeableConcept equals a string; R4B looks at its codes"
    ),
    "($this as dateTime).toString().length() >= 8": Correction(
        "$this is dateTime implies toString().length() >= 8",
        "the rule is for a dateTime, not for a Period; later versions of US Core have it so",
    ),
    "telecom or endpoint": Correction("telecom.exists() or endpoint.exists()", _SEVERAL),
    "practitioner or organization or healthcareService or location": Correction(
        "practitioner.exists() or organization.exists() or healthcareService.exists() or location.exists()", _SEVERAL
    ),
    "(component.exists() and valueString.empty()) or valueString.exists()": Correction(
        "component.exists() or value.ofType(string).exists()", "FHIRPath has no `valueString`: the element is `value`"
    ),
}
"""By the expression as it is published."""


def corrected(expression: str) -> str:
    """What is evaluated for a published expression: itself, or its correction."""
    found = CORRECTIONS.get(expression)
    return found.expression if found else expression
