"""FHIRPath's own values: bool, int, Decimal, str, and the two that Python lacks, partial dates and times and quantities (N1 §2.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

_DATE = r"(?P<year>[0-9]{4})(-(?P<month>[0-9]{2})(-(?P<day>[0-9]{2}))?)?"
_CLOCK = r"(?P<hour>[01][0-9]|2[0-3])(:(?P<minute>[0-5][0-9])(:(?P<second>[0-5][0-9](\.[0-9]+)?|60(\.0+)?))?)?"
_ZONE = r"(?P<zone>Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)"
_FORMS = {
    "Date": re.compile(_DATE),
    "DateTime": re.compile(rf"{_DATE}(T?|T{_CLOCK}{_ZONE}?)"),
    "Time": re.compile(_CLOCK),
}
UNITS = {form: word for word in ("year", "month", "week", "day", "hour", "minute", "second", "millisecond") for form in (word, word + "s")}
"""The calendar's units by their words, in the singular and the plural."""

_PARTS = ("year", "month", "day", "hour", "minute", "second")


@dataclass(frozen=True, slots=True)
class Temporal:
    """A Date, DateTime or Time as precise as it was written.

    `parts` are year, month, day, hour, minute and second (a Decimal that keeps its fraction), of a Time from the hour on, as many as
    are known. `zone` is "", "Z" or "+hh:mm".
    """

    type: str
    parts: tuple[int | Decimal, ...]
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with a unit: a UCUM code or, `calendar`, one of the words year, month, week, day, hour, minute, second, millisecond.

    `system` is "" for both of them, else that of a FHIR Quantity whose unit only equals itself. `label` is the unit of a FHIR Quantity as
    people read it: quantities compare by it where they cannot by their codes.
    """

    value: Decimal
    unit: str
    calendar: bool = False
    system: str = ""
    label: str = field(default="", compare=False)


SystemValue = bool | int | Decimal | str | Temporal | Quantity


def temporal(type: str, text: str) -> Temporal | None:  # noqa: A002 - FHIRPath calls it so
    """A Date, DateTime or Time from its text without "@" ("2015-02", "2015T", "14:30"); None for text that is none."""
    found = _FORMS[type].fullmatch(text)
    if not found:
        return None
    named = found.groupdict()
    known = [named[part] for part in _PARTS if named.get(part)]
    if type != "Time":
        try:
            date(*map(int, [*known, "01", "01"][:3]))
        except ValueError:
            return None
    parts = tuple(Decimal(text) if len(text) > 2 and "." in text else int(text) for text in known)
    return Temporal(type, parts, named.get("zone") or "")
