"""What emitted modules call: checks that only say yes or no, and tokens. Whoever gets a no asks `walk`, which explains."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import astuple

from service.fhir import primitives
from service.fhir.json import MAX_DIGITS, Number, quote
from service.mapping.identity import stem
from service.records import leaves
from service.records.fields import Field
from service.records.moments import not_before

__all__ = [
    "CODE",
    "DATE",
    "DATE_TIME",
    "URI",
    "Decimal",
    "Identifier",
    "Quantity",
    "Raw",
    "Reference",
    "Struct",
    "TypedReference",
    "astuple",
    "code",
    "cut",
    "date",
    "date_time",
    "identifier",
    "instant",
    "joined",
    "language",
    "not_before",
    "npi",
    "number",
    "plain_name",
    "quote",
    "separated",
    "stem",
    "text",
    "text_alone",
    "text_of",
    "unit",
    "uri",
]

_MEMO = 4096
_DAY = r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"

# Only short ones: R4 bounds strings, and `code` and `uri` decide about the others.
CODE = re.compile(r"(?!.{4096})[!#-\[\]-~]+(?: [!#-\[\]-~]+)*").fullmatch
URI = re.compile(r"https?://[!#-\[\]-~]{1,4000}").fullmatch
DATE = re.compile(_DAY).fullmatch
DATE_TIME = re.compile(_DAY + r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])").fullmatch


class Quantity(Struct, gc=False):
    """What the fast path reads of a Quantity."""

    value: Raw
    code: str = ""


class Identifier(Struct, gc=False):
    """What the fast path reads of an Identifier."""

    value: str


class Reference(Struct, gc=False):
    """What the fast path reads of a Reference."""

    identifier: Identifier


class TypedIdentifier(Struct, gc=False):
    """What the fast path reads of an Identifier whose system says what it names."""

    system: str
    value: str


class TypedReference(Struct, gc=False):
    """What the fast path reads of a Reference whose type says something."""

    identifier: TypedIdentifier


class _Text(Struct):
    text: str


_text_of = msgspec.json.Decoder(_Text).decode


def plain_name(name: str) -> str:
    """The record's name of an attribute: attributes have a prefix, so that no field can be a Python keyword."""
    return name[2:]


def identifier(low: int, high: int) -> Callable[[str], object]:
    """A test for values of type id with a length."""
    return re.compile(rf"[A-Za-z0-9-]{{{low},{high}}}").fullmatch


def text(value: str, low: int, high: int) -> bool:
    """Whether a value is of type text."""
    return low <= len(value) <= high and not leaves.problem(_TEXT, value)


def code(value: str) -> bool:
    """Whether a value is of type code."""
    return primitives.problem("code", value) is None


def uri(value: str) -> bool:
    """Whether a value is of type uri."""
    return not leaves.problem(_URI, value)


def language(value: str) -> bool:
    """Whether a value is of type language."""
    return not leaves.problem(_LANGUAGE, value)


def npi(value: str) -> bool:
    """Whether a value is of type npi."""
    return not leaves.problem(_NPI, value)


def unit(value: str) -> bool:
    """Whether a value is of type unit."""
    return not leaves.problem(_UNIT, value)


def date(value: str) -> bool:
    """Whether a value is of type date."""
    return primitives.problem("date", value) is None


def date_time(value: str) -> bool:
    """Whether a value is of type dateTime."""
    return primitives.problem("dateTime", value) is None


def instant(value: str) -> bool:
    """Whether a value is of type instant."""
    return primitives.problem("instant", value) is None


def number(type_: str, low: str, high: str) -> Callable[[bytes], str | None]:
    """A function from the bytes of a JSON value to its token, if it is a number in the range; it keeps the last few thousand."""
    field = Field("", None, type_, low=low, high=high)  # type: ignore[arg-type]

    @lru_cache(_MEMO)
    def token(value: bytes) -> str | None:
        spelt = value.decode("ascii", "replace")
        valid = spelt[:1] in "-0123456789" and len(spelt) <= MAX_DIGITS and not leaves.problem(field, Number(spelt))
        return spelt if valid else None

    return token


def joined(values: list[Raw]) -> str:
    """The tokens of numbers with one space between them."""
    return " ".join(bytes(value).decode() for value in values)


def separated(value: str) -> list[Raw]:
    """The numbers of such a text."""
    return [Raw(token.encode()) for token in value.split(" ")]


def text_alone(value: str) -> str:
    """A CodeableConcept that is only a text."""
    return f'{{"text":{quote(value)}}}'


def text_of(value: Raw) -> Any:
    """The text of a CodeableConcept, None where it has none."""
    try:
        return _text_of(value).text
    except msgspec.MsgspecError:
        return None


def cut(expression: str, value: str, group: int) -> Any:
    """A part of a text with fixed parts, None where it does not have their form."""
    match = re.fullmatch(expression, value, re.DOTALL)
    return match[group] if match else None


_TEXT = Field("", None, "text")  # type: ignore[arg-type]
_LANGUAGE = Field("", None, "language")  # type: ignore[arg-type]
_URI = Field("", None, "uri")  # type: ignore[arg-type]
_NPI = Field("", None, "npi")  # type: ignore[arg-type]
_UNIT = Field("", None, "unit")  # type: ignore[arg-type]
