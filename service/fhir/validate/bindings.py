"""Required bindings: whether a code is in a value set (R4 terminologies.html)."""

from __future__ import annotations

from functools import lru_cache

from service.fhir.guide import PACKED, Guide
from service.fhir.json import Value


def holds(value: Value, type_code: str, value_set: str, guide: Guide = PACKED) -> bool | None:
    """Whether a value is in a value set; None where that cannot be told: codes not known here, types without codes, malformed values.

    One coding of a CodeableConcept is enough, and one there must be. A Quantity is judged by its unit's code, if it has one.
    """
    match type_code, value:
        case "code", str():
            known = guide.codes(value_set)
            return None if known is None else value in _plain(known)
        case "Coding", dict():
            return _holds_coding(value, value_set, guide)
        case "Quantity", {"code": str()}:
            return _holds_coding(value, value_set, guide)
        case "CodeableConcept", {"coding": list(codings)}:
            verdicts = [_holds_coding(coding, value_set, guide) for coding in codings if isinstance(coding, dict)]
            return True if True in verdicts else None if None in verdicts else False
        case "CodeableConcept", dict():
            return None if "coding" in value else False
    return None


def _holds_coding(coding: dict[str, Value], value_set: str, guide: Guide) -> bool | None:
    system, code = coding.get("system"), coding.get("code")
    if not isinstance(system, str) or not isinstance(code, str):
        return False
    known = guide.codes(value_set)
    if known is not None:
        return (system, code) in known
    systems = guide.systems(value_set)
    return False if systems and system not in systems else None


@lru_cache(maxsize=512)
def _plain(known: frozenset[tuple[str, str]]) -> frozenset[str]:
    return frozenset(code for _, code in known)
