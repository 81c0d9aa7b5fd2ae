"""JSON without loss: strict reading, lexical writing.

A number keeps its token (`33.80` stays `33.80`), a name stands once in an object, and what is not Unicode text is refused
(RFC 8259; FHIR R4, json.html). Values are `dict`, `list`, `str`, `bool`, `None` and `Number`.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from itertools import accumulate
from typing import Any

import msgspec

from service.fhir import json_places

Value = Any

MAX_BYTES = 64 * 1024 * 1024
MAX_VALUES = 2 * 1024 * 1024
MAX_DEPTH = 64
MAX_DIGITS = 64
_FAR = 999_999

_DIGITS = bytes(48 if byte in b"0123456789.eE+-" else 32 for byte in range(256))
_LONG_NUMBER = b"0" * (MAX_DIGITS + 1)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_TOKEN = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


class JsonError(ValueError):
    """What is wrong with a JSON text, in words without any of its values; `line` and `column` count from 1, 0 where unknown."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"{self.message} (line {self.line}, column {self.column})" if self.line else self.message


class _TwiceError(ValueError):
    """A name stands twice in one object."""


class LimitError(JsonError):
    """A JSON text that is not read because it is too much: too long, too deep, or with too many values or too long a number."""


class Number:
    """A JSON number by its token: `Number("1.0") != Number("1.00")`, and neither is `1` or `True`."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and other.text == self.text

    def __hash__(self) -> int:
        return hash((Number, self.text))

    def __repr__(self) -> str:
        return f"Number({self.text!r})"

    def __reduce__(self) -> tuple[type[Number], tuple[str]]:
        return Number, (self.text,)

    @property
    def decimal(self) -> Decimal:
        """The exact value; with an exponent beyond what a Decimal has, one as far from what anybody means."""
        try:
            return Decimal(self.text)
        except InvalidOperation:
            digits, _, exponent = self.text.lower().partition("e")
            return Decimal(f"{digits}e{'-' if exponent.startswith('-') else ''}{_FAR}")


def read(data: bytes | str) -> Value:
    """The value of a JSON text.

    Raises JsonError: not UTF-8, not JSON, a name twice, `NaN`, a lone surrogate, or beyond the limits of `check_limits`.
    """
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    check_limits(data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        raise JsonError("not UTF-8", *json_places.position(before, len(before))) from None
    if text.startswith("\ufeff"):
        raise JsonError("not JSON: it begins with a byte order mark", 1, 1)
    try:
        value = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise JsonError(f"not JSON: {error.msg[0].lower()}{error.msg[1:]}", error.lineno, error.colno) from None
    except _TwiceError as error:
        raise JsonError(str(error), *json_places.position(text, json_places.twice(text))) from None
    if "\\u" in text and (at := json_places.half(text)) >= 0:
        raise JsonError("half of a surrogate pair", *json_places.position(text, at))
    return value


def check_limits(data: bytes) -> None:
    """Refuse, before anything is parsed, what is too long, has too many values, is too deep or has too long a number.

    Raises LimitError. Linear in the size, without recursion.
    """
    if len(data) > MAX_BYTES:
        raise LimitError(f"longer than {MAX_BYTES} bytes")
    brackets = data.count(b"[") + data.count(b"{")
    if brackets + data.count(b",") >= MAX_VALUES:
        raise LimitError(f"it has more than {MAX_VALUES} values")
    if brackets <= MAX_DEPTH and _LONG_NUMBER not in data.translate(_DIGITS):
        return
    plain = b"".join(data.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2])
    if _LONG_NUMBER in plain.translate(_DIGITS):
        raise LimitError(f"a number has more than {MAX_DIGITS} characters", *_at(data, json_places.too_long, MAX_DIGITS))
    if max(accumulate(array("b", plain.translate(_STEPS, _NOT_BRACKETS))), default=0) > MAX_DEPTH:
        raise LimitError(f"nested deeper than {MAX_DEPTH} levels", *_at(data, json_places.too_deep, MAX_DEPTH))


def write(value: Value) -> bytes:
    """The shortest text of a value: no spaces, members in order, every number by its token."""
    parts: list[str] = []
    _write(value, parts.append)
    return "".join(parts).encode()


def quote(text: str) -> str:
    """A string as its JSON token, escaped no more than JSON asks."""
    return msgspec.json.encode(text).decode()


def from_python(value: Any) -> Value:
    """A value as Python programs hold it (int, float, Decimal) with its numbers as `Number`.

    Raises JsonError for what JSON has no form of.
    """
    match value:
        case bool() | str() | None | Number():
            return value
        case int() | float() | Decimal():
            token = str(value)
            if not _TOKEN.fullmatch(token):
                raise JsonError(f"{token} is not a JSON number")
            return Number(token)
        case dict():
            return {str(name): from_python(item) for name, item in value.items()}
        case list() | tuple():
            return [from_python(item) for item in value]
    raise JsonError(f"{type(value).__name__} has no form in JSON")


def _write(value: Value, put: Any) -> None:
    match value:
        case str():
            put(quote(value))
        case Number():
            put(value.text)
        case dict():
            put("{")
            comma = ""
            for name, item in value.items():
                put(f"{comma}{quote(name)}:")
                _write(item, put)
                comma = ","
            put("}")
        case list():
            put("[")
            for index, item in enumerate(value):
                if index:
                    put(",")
                _write(item, put)
            put("]")
        case bool():
            put("true" if value else "false")
        case None:
            put("null")
        case _:
            raise TypeError(f"not a JSON value: {type(value).__name__}")


def _object(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise _TwiceError(f"the name {quote(twice)} stands twice in one object")
    return members


def _constant(name: str) -> Value:
    raise JsonError(f"{name} is not JSON")


def _at(data: bytes, find: Callable[[str, int], int], most: int) -> tuple[int, int]:
    """Line and column of what is too much; (0, 0) where the text is too broken to tell."""
    text = data.decode("utf-8", "replace")
    at = find(text, most)
    return json_places.position(text, at) if at >= 0 else (0, 0)


_decoder = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=Number,
    parse_int=Number,
    parse_constant=_constant,
)
