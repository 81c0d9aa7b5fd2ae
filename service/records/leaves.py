"""The values of a single field: which JSON values it takes, in words that never repeat the value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from service.fhir import primitives, ucum
from service.fhir.json import Number, Value
from service.records import moments
from service.records.fields import ID_LENGTH, Field
from service.records.formulas import word

ID = re.compile(rf"[A-Za-z0-9-]{{1,{ID_LENGTH}}}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_WHOLE = re.compile(r"(-?[0-9]+)\.0+")
_SCHEME = re.compile(r"(https?://|urn:).")
_MARK = "\ufeff"
"""The byte order mark: readers drop it, so that a text of nothing else would be empty."""
MAGNITUDE = 1e40
"""A decimal is smaller than this."""

LEXICAL = {
    "text": "text that is not blank, without spaces at its ends or control characters",
    "id": f"1 to {ID_LENGTH} letters, digits or hyphens",
    "code": "a code: no spaces at its ends, none doubled",
    "uri": "a uri that begins with http://, https:// or urn:, without spaces",
    "language": "a language tag: en, es-MX, zh-Hans",
    "npi": "a National Provider Identifier: 10 digits, the last of them the check digit",
    "unit": "the UCUM code of a unit: mg, mm[Hg], {score}",
    "boolean": "true or false",
    "integer": "a whole number of at most 32 bits",
    "decimal": "a number",
    "date": "a date: YYYY, YYYY-MM or YYYY-MM-DD",
    "dateTime": "a date, or a time with seconds and offset: YYYY-MM-DDThh:mm:ss±hh:mm",
    "instant": "a time with seconds and offset: YYYY-MM-DDThh:mm:ss±hh:mm",
}
"""What a value of a type looks like, in words."""


def problem(field: Field, value: Value) -> str:
    """Why a value is not one of the field's (of one entry, for a list field); empty when it is."""
    if field.type in ("table", "one of"):
        return _name_problem(field, value)
    if field.type in ("integer", "decimal") and isinstance(value, Number):
        return _number_problem(field, value)
    if field.type in ("text", "id"):
        return _text_problem(field, value)
    own = _OWN.get(field.type)
    if not (isinstance(value, str) and own(value)) if own else primitives.problem(field.type, value):
        return f"must be {LEXICAL[field.type]}"
    if field.type in moments.TYPES and field.low and len(value) < int(field.low):
        return "must be precise to the day"
    if field.type == "code" and value in field.excluded:
        return "is a code that has a field of its own"
    if field.type == "uri" and value.startswith(tuple(field.excluded)):
        return "is a system that is ours or has a field of its own"
    return ""


def whole(field: Field, value: Value) -> Value:
    """A number as a field of whole numbers holds it: `12.0` is 12."""
    takes_it = field.numeric or field.type == "integer"
    match = _WHOLE.fullmatch(value.text) if takes_it and isinstance(value, Number) else None
    return Number(match[1]) if match else value


def expected(field: Field) -> str:
    """What a field takes, in a few words."""
    if field.type in ("table", "one of"):
        names = ", ".join(field.values[:12]) + (", …" if len(field.values) > 12 else "")
        return f"one of {names}{' or other text' if field.or_text else ''}"
    words = {"text": "text", "id": f"1 to {field.high or ID_LENGTH} letters, digits or hyphens"}.get(field.type, LEXICAL[field.type])
    return words + (
        f" from {field.low or '…'} to {field.high or '…'}" if field.type in ("integer", "decimal") and (field.low or field.high) else ""
    )


def _is_npi(value: str) -> bool:
    """Whether a text is a National Provider Identifier: the last digit is Luhn's for 80840 and the number (CMS; US Core us-core-17)."""
    if not re.fullmatch("[0-9]{10}", value):
        return False
    digits = [int(digit) for digit in reversed(f"80840{value}")]
    return sum(sum(divmod(2 * digit, 10)) if at % 2 else digit for at, digit in enumerate(digits)) % 10 == 0


def _is_unit(value: str) -> bool:
    return ucum.unit(value) is not None


def _is_uri(value: str) -> bool:
    """Whether a text is a uri that means the same everywhere, as the system of an identifier does (R4, datatypes.html#Identifier)."""
    return bool(_SCHEME.match(value)) and not primitives.problem("uri", value)


_OWN: Mapping[str, Callable[[str], object]] = {"language": _LANGUAGE.fullmatch, "npi": _is_npi, "unit": _is_unit, "uri": _is_uri}
"""Types that ask for more than R4's. A language tag is of language, script and region (RFC 5646), spelt as the registry does."""


def _name_problem(field: Field, value: Value) -> str:
    right_kind = isinstance(value, Number) if field.numeric else isinstance(value, str)
    if right_kind and word(value) in field.values:
        return ""
    if field.or_text and isinstance(value, str):
        return _text_problem(field, value)
    return f"must be {expected(field)}"


def _number_problem(field: Field, value: Number) -> str:
    if primitives.problem(field.type, value):
        return f"must be {LEXICAL[field.type]}"
    amount = float(value.text)
    if (field.low and amount < float(field.low)) or (field.high and amount > float(field.high)):
        return f"must be {expected(field)}"
    return "" if -MAGNITUDE < amount < MAGNITUDE else "is too large a number"


def _text_problem(field: Field, value: Value) -> str:
    if not isinstance(value, str):
        return "must be text"
    if field.type == "id":
        if not ID.fullmatch(value):
            return f"must be {expected(field)}"
    elif not value or value != value.strip() or value != value.strip(_MARK) or _CONTROL.search(value):
        return f"must be {LEXICAL['text']}"
    if field.low and len(value) < int(field.low):
        return f"must have at least {field.low} characters"
    longest = int(field.high or primitives.MAX_STRING)
    return f"must have at most {longest} characters" if len(value) > longest else ""
