"""Dates and times of unequal precision: their order, sums with durations, text and boundaries (N1 §§4.3, 6.6, 6.7)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from decimal import Decimal

from service.fhir.fhirpath.values import Quantity, Temporal

_WORDS = ("year", "month", "day", "hour", "minute", "second")
_UCUM = {"wk": "week", "d": "day", "h": "hour", "min": "minute", "s": "second", "ms": "millisecond"}
_SHORTER = (12, 30, 24, 60, 60)
_DAYS_OF_YEAR = 365
_TEXT = ("{:04}", "-{:02}", "-{:02}", "T{:02}", ":{:02}", ":{}")
_SMALLEST = (1, 1, 1, 0, 0, Decimal("0.000"))
_LARGEST = (9999, 12, 31, 23, 59, Decimal("59.999"))
_DIGITS = (4, 6, 8, 10, 12, 14)
_TIME_DIGITS = (2, 4, 6)
_FRACTION = 3


def parts_in_utc(value: Temporal) -> tuple[int | Decimal, ...]:
    """The parts as they are, or in UTC for one that has a time and an offset."""
    if value.zone in ("", "Z", "+00:00", "-00:00") or len(value.parts) < 4 or value.type == "Time":
        return value.parts
    sign = -1 if value.zone[0] == "+" else 1
    shift = timedelta(hours=sign * int(value.zone[1:3]), minutes=sign * int(value.zone[4:]))
    known = [int(part) for part in value.parts[:5]]
    try:
        moved = datetime(*[*known, 0][:5]) + shift  # type: ignore[arg-type] # noqa: DTZ001 - UTC is what it is moved to
    except OverflowError:
        return value.parts
    return (moved.year, moved.month, moved.day, moved.hour, moved.minute, *value.parts[5:])[: len(value.parts)]


def compare(left: Temporal, right: Temporal) -> int | None:
    """-1, 0 or 1 as left is before, equal to or after right; None where their precision or a missing offset leaves it open.

    Raises TypeError for a Time beside a Date or DateTime.
    """
    if (left.type == "Time") != (right.type == "Time"):
        raise TypeError
    timed = len(left.parts) > 3 and len(right.parts) > 3 and left.type != "Time"
    if timed and bool(left.zone) != bool(right.zone):
        return None
    ours, theirs = (parts_in_utc(left), parts_in_utc(right)) if timed else (left.parts, right.parts)
    for one, other in zip(ours, theirs, strict=False):
        if one != other:
            return -1 if one < other else 1
    return 0 if len(ours) == len(theirs) else None


def add(value: Temporal, duration: Quantity, sign: int) -> Temporal | None:
    """A value moved by a duration, on by 1 or back by -1; None where that leaves the calendar.

    Raises TypeError for a unit that is no duration of the calendar, as UCUM's mean month and year are not.
    """
    unit = duration.unit if duration.calendar or duration.unit.removesuffix("s") in {*_WORDS, "week", "millisecond"} else None
    unit = (unit or _UCUM.get(duration.unit, "")).removesuffix("s")
    amount = duration.value * sign
    if unit == "week":
        unit, amount = "day", int(amount) * Decimal(7)
    elif unit == "millisecond":
        unit, amount = "second", amount / 1000
    if unit not in _WORDS or duration.system:
        raise TypeError
    first = 3 if value.type == "Time" else 0
    at, last = _WORDS.index(unit), first + len(value.parts) - 1
    if at < first:
        raise TypeError
    while at > last:
        if (at, last) == (2, 0):
            amount, at = Decimal(int(amount / _DAYS_OF_YEAR)), 0
        else:
            amount, at = Decimal(int(amount / _SHORTER[at - 1])), at - 1
    try:
        parts = _added_time(value.parts, at, amount) if first else _added(value.parts, at, amount)
    except (OverflowError, ValueError):
        return None
    return Temporal(value.type, parts, value.zone)


def _added(parts: tuple[int | Decimal, ...], at: int, amount: Decimal) -> tuple[int | Decimal, ...]:
    year, month, day = (int(part) for part in (*parts, 1, 1)[:3])
    if at < 2:
        months = year * 12 + month - 1 + int(amount) * (12 if at == 0 else 1)
        year, month = divmod(months, 12)
        day = min(day, monthrange(year, month + 1)[1])
        return (date(year, month + 1, day).year, month + 1, day, *parts[3:])[: len(parts)]
    clock = (*parts[3:], 0, 0, 0)[:3]
    days, moved = _moved(clock, at, amount)
    moved_day = date(year, month, day) + timedelta(days=days)
    return (moved_day.year, moved_day.month, moved_day.day, *moved)[: len(parts)]


def _added_time(parts: tuple[int | Decimal, ...], at: int, amount: Decimal) -> tuple[int | Decimal, ...]:
    return _moved((*parts, 0, 0)[:3], at, amount)[1][: len(parts)]


def _moved(clock: tuple[int | Decimal, ...], at: int, amount: Decimal) -> tuple[int, tuple[int | Decimal, ...]]:
    """Days passed and the clock after an amount of the unit at an index of _WORDS, of which only seconds keep a fraction."""
    seconds_each = (0, 0, 86400, 3600, 60, 1)[at]
    passed = amount if at == 5 else Decimal(int(amount)) * seconds_each
    total = clock[0] * 3600 + clock[1] * 60 + clock[2] + passed
    days, rest = divmod(total, 86400)
    if rest < 0:  # Decimal's divmod rounds towards zero
        days, rest = days - 1, rest + 86400
    hour, rest = divmod(rest, 3600)
    minute, second = divmod(rest, 60)
    return int(days), (int(hour), int(minute), second if second % 1 or isinstance(clock[2], Decimal) else int(second))


def text(value: Temporal) -> str:
    """As in JSON: "2015-02-04T14:34:28.120+02:00"; a Time without "T"."""
    layout = _TEXT[3:] if value.type == "Time" else _TEXT
    written = "".join(form.format(part if form != ":{}" else _second(part)) for form, part in zip(layout, value.parts, strict=False))
    return written.removeprefix("T") + value.zone


def precision(value: Temporal) -> int:
    """How many digits it is known to: 4 for a year, 17 for a DateTime with milliseconds, 4 for a Time with minutes."""
    digits = _TIME_DIGITS if value.type == "Time" else _DIGITS
    last = value.parts[-1]
    fraction = -int(last.as_tuple().exponent) if isinstance(last, Decimal) else 0
    return digits[len(value.parts) - 1] + fraction


def boundary(value: Temporal, digits: int | None, *, low: bool) -> Temporal | None:
    """The earliest or latest moment that a value may stand for, to a precision; None for a precision that the type does not have."""
    time = value.type == "Time"
    known = (*_TIME_DIGITS, 9) if time else (*_DIGITS, 17)
    wanted = digits if digits is not None else {"Date": 8, "Time": 9}.get(value.type, 17)
    if wanted not in known or (value.type == "Date" and wanted > 8):
        return None
    ends = (_SMALLEST if low else _LARGEST)[3 if time else 0 :]
    count = min(known.index(wanted) + 1, len(ends))
    parts = list(value.parts[:count])
    for index in range(len(parts), count):
        parts.append(monthrange(int(parts[0]), int(parts[1]))[1] if not time and index == 2 and not low else ends[index])
    if wanted in (9, 17) and not isinstance(parts[-1], Decimal):
        parts[-1] = parts[-1] + (Decimal("0.000") if low else Decimal("0.999"))
    zone = value.zone
    if not time and count > 3 and not zone:
        zone = "+14:00" if low else "-12:00"
    return Temporal(value.type, tuple(parts), zone if count > 3 or time else "")


def _second(part: int | Decimal) -> str:
    whole, _, fraction = str(part).partition(".")
    return whole.zfill(2) + (f".{fraction}" if fraction else "")
