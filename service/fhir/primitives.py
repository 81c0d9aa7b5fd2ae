"""The JSON forms of R4's primitive types (R4 datatypes.html, json.html).

Checked by expressions that take linear time, calendar dates by the calendar.
"""

from __future__ import annotations

import binascii
import re
from datetime import date
from typing import TYPE_CHECKING

from service.fhir import narrative
from service.fhir.json import Number, Value

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_STRING = 1024 * 1024
MAX_INTEGER = 2**31 - 1
MAX_DIGITS = 18
MAX_EXPONENT = 300

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SPACE = re.compile(r"[ \t\r\n\f\v]")
_GROUPS = re.compile(r"(?:[A-Za-z0-9+/=]{4}|[ \t\r\n\f\v])*+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_CODE = re.compile(r"\S+( \S+)*")
_OID = re.compile(r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+")
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?"
_DAY = r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_MOMENT = _DAY + "T" + _CLOCK + r"(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_TIME = re.compile(_CLOCK)
_DATE = re.compile(rf"{_DAY}|(?P<y>[0-9]{{4}})(-(?P<m>[0-9]{{2}}))?")
_INSTANT = re.compile(_MOMENT)


def problem(type: str, value: Value) -> str | None:  # noqa: A002 - FHIR calls it so
    """Why a JSON value is not one of an R4 primitive type, in words that follow "is" and do not repeat the value; None if it is one.

    Raises LookupError for what is not a primitive type.
    """
    try:
        check = _CHECKS[type]
    except KeyError:
        raise LookupError(f"{type} is not a FHIR R4 primitive type") from None
    return check(value)


def doubt(type: str, value: Value) -> str | None:  # noqa: A002 - FHIR calls it so
    """What R4 advises against in a value that has no problem, in words that follow "is"; None for what it does not."""
    if type in ("string", "markdown"):
        if not value.strip():
            return "nothing but white space"
        return "text with a control character" if _CONTROL.search(value) else None
    if type == "decimal" and (len(value.decimal.as_tuple().digits) > MAX_DIGITS or abs(value.decimal.adjusted()) > MAX_EXPONENT):
        return "a number that most systems cannot hold"
    return None


def is_absolute(uri: str) -> bool:
    """Whether a URI begins with a scheme (RFC 3986)."""
    return bool(_SCHEME.match(uri))


def _boolean(value: Value) -> str | None:
    return None if isinstance(value, bool) else "not true or false"


def _number(pattern: re.Pattern[str], low: int | None, what: str) -> Callable[[Value], str | None]:
    def check(value: Value) -> str | None:
        if not isinstance(value, Number):
            return "not a JSON number"
        if not pattern.fullmatch(value.text):
            return f"not {what}"
        if low is not None and not low <= int(value.text) <= MAX_INTEGER:
            return f"not between {low} and {MAX_INTEGER}"
        return None

    return check


def _text(value: Value) -> str | None:
    if not isinstance(value, str):
        return "not a JSON string"
    if not value:
        return "empty"
    return f"longer than {MAX_STRING} characters" if len(value) > MAX_STRING else None


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[Value], str | None]:
    def check(value: Value) -> str | None:
        fault = _text(value)
        return fault if fault or pattern.fullmatch(value) else f"not {what}"

    return check


def _uri(value: Value) -> str | None:
    fault = _text(value)
    if fault:
        return fault
    if _SPACE.search(value):
        return "not a URI: it has white space"
    if value.startswith("urn:uuid:"):
        return _CHECKS["uuid"](value)
    if value.startswith("urn:oid:"):
        return _CHECKS["oid"](value)
    return None


def _canonical(value: Value) -> str | None:
    fault = _uri(value)
    if fault or value.startswith("#") or is_absolute(value):
        return fault
    return "not absolute, as the canonical URL of a definition is"


def _binary(value: Value) -> str | None:
    if not isinstance(value, str):
        return "not a JSON string"
    if not _GROUPS.fullmatch(value):
        return "not base64: groups of four characters, between which there may be white space"
    try:
        data = binascii.a2b_base64(value.encode().translate(None, b" \t\r\n\f\v"), strict_mode=True)
    except ValueError:
        return "not base64"
    return None if data else "empty"


def _date(value: Value) -> str | None:
    fault = _text(value)
    if fault:
        return fault
    found = _DATE.fullmatch(value)
    if not found:
        return "not a date: YYYY, YYYY-MM or YYYY-MM-DD"
    if found["year"]:
        return _calendar(found["year"], found["month"], found["day"])
    return _calendar(found["y"], found["m"] or "01", "01")


def _date_time(value: Value) -> str | None:
    if not isinstance(value, str) or "T" not in value:
        return _date(value)
    return _instant(value)


def _instant(value: Value) -> str | None:
    fault = _text(value)
    if fault:
        return fault
    found = _INSTANT.fullmatch(value)
    if not found:
        return "not a date with a time: YYYY-MM-DDThh:mm:ss with seconds and an offset (Z or +hh:mm)"
    return _calendar(found["year"], found["month"], found["day"])


def _calendar(year: str, month: str, day: str) -> str | None:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return "not a day of the calendar"
    return None


_CHECKS: dict[str, Callable[[Value], str | None]] = {
    "base64Binary": _binary,
    "boolean": _boolean,
    "canonical": _canonical,
    "code": _matching(_CODE, "a code: words parted by one space, no other white space"),
    "date": _date,
    "dateTime": _date_time,
    "decimal": _number(_DECIMAL, None, "a decimal"),
    "id": _matching(_ID, "an id: 1 to 64 letters, digits, `-` and `.`"),
    "instant": _instant,
    "integer": _number(_INTEGER, -MAX_INTEGER - 1, "an integer"),
    "markdown": _text,
    "oid": _matching(_OID, "an OID: urn:oid: and numbers parted by dots"),
    "positiveInt": _number(_INTEGER, 1, "an integer"),
    "string": _text,
    "time": _matching(_TIME, "a time: hh:mm:ss"),
    "unsignedInt": _number(_INTEGER, 0, "an integer"),
    "uri": _uri,
    "url": _uri,
    "uuid": _matching(_UUID, "a UUID: urn:uuid: and lower case hexadecimal digits"),
    "xhtml": narrative.problem,
}
