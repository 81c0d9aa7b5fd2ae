"""Bindings: whether a code is in a value set (R4 terminologies.html)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from service.fhir import ucum
from service.fhir.definitions import Binding
from service.fhir.guide import PACKED, Guide
from service.fhir.json import Value

_VALUE_SETS = "http://hl7.org/fhir/ValueSet/"
_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_LANGUAGE = re.compile(
    r"[a-z]{2,3}(-[a-z]{3}){0,3}(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
    r"(-[0-9a-wyz](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?|[ix](-[a-z0-9]{1,8})+",
    re.IGNORECASE,
)
_MEDIA = re.compile(rf"{_NAME}/{_NAME}( ?; ?{_NAME}=({_NAME}|\"[^\"\\]*\"))*;?|xml|json|ttl")

SPELT: Mapping[str, Callable[[str], object]] = {
    f"{_VALUE_SETS}all-languages": _LANGUAGE.fullmatch,
    f"{_VALUE_SETS}currencies": re.compile("[A-Z]{3}").fullmatch,
    f"{_VALUE_SETS}mimetypes": _MEDIA.fullmatch,
    "http://www.rfc-editor.org/bcp/bcp13.txt": _MEDIA.fullmatch,
    f"{_VALUE_SETS}timezones": re.compile("[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*").fullmatch,
    f"{_VALUE_SETS}ucum-units": ucum.unit,
}
"""How the codes of value sets that nobody can list are spelt: BCP 47 (RFC 5646), ISO 4217, BCP 13 and the short names of R4's formats
(http.html#mime-type), the time zone database, UCUM."""


def wanted(bound: Binding) -> str:
    """The value set that no code may leave, "" for none: that of a required binding, or the limit of another."""
    return bound.value_set if bound.strength == "required" else bound.limit


def breaks(value: Value, type_code: str, bound: Binding, guide: Guide = PACKED) -> bool:
    """Whether a value breaks a binding, as far as that can be told.

    A required binding asks for a code of its value set. One with a limit asks that codes be of that, not that there be one.
    """
    if bound.strength != "required" and not _has_code(value):
        return False
    return bool(wanted(bound)) and holds(value, type_code, wanted(bound), guide) is False


def strays(value: Value, type_code: str, bound: Binding, guide: Guide = PACKED) -> bool:
    """Whether a value has a code, and one that is known not to be in the value set."""
    return _has_code(value) and holds(value, type_code, bound.value_set, guide) is False


def _has_code(value: Value) -> bool:
    return value is not None and not (isinstance(value, dict) and "coding" not in value)


def holds(value: Value, type_code: str, value_set: str, guide: Guide = PACKED) -> bool | None:
    """Whether a value is in a value set; None where that cannot be told: codes not known here, types without codes, malformed values.

    One coding of a CodeableConcept is enough, and one there must be. A Quantity is judged by its unit's code, if it has one.
    """
    match type_code, value:
        case "code", str():
            known, spelt = guide.codes(value_set), SPELT.get(value_set)
            if known is None:
                return bool(spelt(value)) if spelt else None
            return value in _plain(known)
        case "code", None:
            return False
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
    systems, spelt = guide.systems(value_set), SPELT.get(value_set)
    if systems and system not in systems:
        return False
    return bool(spelt(code)) if spelt else None


@lru_cache(maxsize=512)
def _plain(known: frozenset[tuple[str, str]]) -> frozenset[str]:
    return frozenset(code for _, code in known)
