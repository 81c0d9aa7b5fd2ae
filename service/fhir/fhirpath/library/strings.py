"""Strings (N1 §5.6 and the additions of FHIRPath 2.1: encode, escape, trim, split, join)."""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from service.fhir.fhirpath.environment import MAX_TEXT, Environment, TooCostlyError
from service.fhir.fhirpath.errors import EvaluationError
from service.fhir.fhirpath.nodes import Items
from service.fhir.fhirpath.operators import NONE, value
from service.fhir.fhirpath.registry import BOOLEAN, INTEGER, ONCE, STRING, function
from service.fhir.fhirpath.values import SystemValue

if TYPE_CHECKING:
    from regex import Pattern

MAX_SECONDS = 0.5
"""What one regular expression may take."""

MAX_PATTERN = 4096
"""How many characters one may have."""

_GROUP = re.compile(r"\$\{?(?P<name>[0-9]+|(?<=\{)\w+(?=\}))\}?")
_Found = TypeVar("_Found")
_What = Callable[..., SystemValue | list[str] | None]


def _string(items: Items) -> str | None:
    found = value(items)
    if found is not None and not isinstance(found, str):
        raise EvaluationError("a value that must be a string")
    return found


def _number(items: Items) -> int | None:
    found = value(items)
    if found is not None and type(found) is not int:
        raise EvaluationError("an argument that must be an integer")
    return found


def _of(name: str, gives: frozenset[str], arguments: int = 0) -> Callable[[_What], object]:
    """Make a Python function of strings a FHIRPath function, which is empty where one of them is."""

    def register(what: _What) -> object:
        def run(env: Environment, items: Items, *others: Items) -> Items:
            texts = [text for text in map(_string, (items, *others)) if text is not None]
            if len(texts) <= len(others):
                return NONE
            env.budget.spend_text(sum(map(len, texts)))
            found = what(*texts)
            if isinstance(found, list):
                env.budget.spend(len(found))
                return [*found]
            return NONE if found is None else [found]

        return function(name, *[ONCE] * arguments, gives=gives, takes=STRING)(run)

    return register


_of("startsWith", BOOLEAN, 1)(str.startswith)
_of("endsWith", BOOLEAN, 1)(str.endswith)
_of("contains", BOOLEAN, 1)(str.__contains__)
_of("indexOf", INTEGER, 1)(str.find)
_of("lastIndexOf", INTEGER, 1)(str.rfind)
_of("upper", STRING)(str.upper)
_of("lower", STRING)(str.lower)
_of("trim", STRING)(str.strip)
_of("length", INTEGER)(len)
_of("toChars", STRING)(list)


@function("substring", ONCE, ONCE, gives=STRING, least=1, takes=STRING)
def substring(env: Environment, items: Items, start: Items, length: Items | None = None) -> Items:
    """The part of a string from a position on, of a length; empty for a start that is not in it."""
    text, at = _string(items), _number(start)
    if text is None or at is None or not 0 <= at < len(text):
        return NONE
    env.budget.spend_text(len(text))
    many = None if length is None else _number(length)
    return [text[at:] if many is None else text[at : at + max(many, 0)]]


@_of("split", STRING, 1)
def _split(text: str, separator: str) -> list[str]:
    return text.split(separator) if separator else list(text)


@function("join", ONCE, gives=STRING, least=0)
def join(env: Environment, items: Items, separator: Items = NONE) -> Items:
    """The strings as one."""
    texts, between = [text for text in (_string([item]) for item in items) if text is not None], _string(separator) or ""
    env.budget.spend_text(sum(map(len, texts)) + len(texts) * len(between))
    return [between.join(texts)] if texts else NONE


@lru_cache(maxsize=512)
def _pattern(text: str) -> Pattern[str]:
    import regex  # noqa: PLC0415 - 24 ms that the rules of most resources need not spend

    if len(text) > MAX_PATTERN:
        raise EvaluationError(f"a regular expression longer than {MAX_PATTERN} characters")
    try:
        return regex.compile(text, regex.DOTALL)
    except (regex.error, RecursionError, OverflowError):
        raise EvaluationError("a regular expression that is none") from None


def _in_time(what: Callable[..., _Found], *given: str) -> _Found:
    try:
        return what(*given, timeout=MAX_SECONDS)
    except TimeoutError:
        raise TooCostlyError("a regular expression takes too long") from None


@_of("matches", BOOLEAN, 1)
def _matches(text: str, pattern: str) -> bool:
    return _in_time(_pattern(pattern).search, text) is not None


@_of("matchesFull", BOOLEAN, 1)
def _matches_full(text: str, pattern: str) -> bool:
    return _in_time(_pattern(pattern).fullmatch, text) is not None


@_of("replaceMatches", STRING, 2)
def _replace_matches(text: str, pattern: str, substitution: str) -> str:
    if not pattern:
        return text
    _refuse_long(len(text) * len(substitution))
    found = _pattern(pattern)
    names = {*found.groupindex, *map(str, range(found.groups + 1))}
    template = _GROUP.sub(r"\\g<\g<name>>", substitution.replace("\\", r"\\"))
    if not {one["name"] for one in _GROUP.finditer(substitution)} <= names:
        raise EvaluationError("a substitution that names a group that there is not")
    return _in_time(found.sub, template, text)


@_of("replace", STRING, 2)
def _replace(text: str, pattern: str, substitution: str) -> str:
    _refuse_long(len(text) * len(substitution))
    return text.replace(pattern, substitution)


def _refuse_long(length: int) -> None:
    if length > MAX_TEXT:
        raise TooCostlyError("a string that grows too long")


_ENCODE: dict[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "urlbase64": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
}
_DECODE: dict[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64decode(text, validate=True).decode(),
    "urlbase64": lambda text: base64.b64decode(text, b"-_", validate=True).decode(),
    "hex": lambda text: bytes.fromhex(text).decode(),
}
_ESCAPE: dict[str, Callable[[str], str]] = {"html": html.escape, "json": lambda text: json.dumps(text, ensure_ascii=False)[1:-1]}
_UNESCAPE: dict[str, Callable[[str], str]] = {"html": html.unescape, "json": lambda text: str(json.loads(f'"{text}"', strict=False))}


@_of("encode", STRING, 1)
def _encode(text: str, form: str) -> str | None:
    return _ENCODE[form](text) if form in _ENCODE else None


@_of("decode", STRING, 1)
def _decode(text: str, form: str) -> str | None:
    try:
        return _DECODE[form](text) if form in _DECODE else None
    except (binascii.Error, ValueError):
        raise EvaluationError("text that is not in the encoding") from None


@_of("escape", STRING, 1)
def _escape(text: str, form: str) -> str | None:
    return _ESCAPE[form](text) if form in _ESCAPE else None


@_of("unescape", STRING, 1)
def _unescape(text: str, form: str) -> str | None:
    try:
        return _UNESCAPE[form](text if form != "json" else re.sub(r'(?<!\\)"', r"\"", text)) if form in _UNESCAPE else None
    except ValueError:
        raise EvaluationError("text that is not escaped so") from None
