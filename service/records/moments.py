"""The order of dates and times with whatever precision they have (FHIRPath, "Date/Time Comparison"; R4 invariant per-1)."""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import UTC, date, datetime
from decimal import Decimal
from math import floor

TYPES = ("date", "dateTime", "instant")
"""The types of fields that hold one."""

DAY = "day.."
"""The range of a date or dateTime that is precise to the day at least."""

DAY_LENGTH = len("YYYY-MM-DD")

_TIME = re.compile(r"(.{16}):([0-9]{2})(\.[0-9]+)?(Z|.{6})")


def not_before(later: str, earlier: str) -> bool:
    """Whether one is certainly not before the other: `2024-05` is not known to be before or after `2024`, nor is a day and a time in it."""
    if later[19:] == earlier[19:] and len(later) == len(earlier):
        return later >= earlier
    one, other = _parts(later), _parts(earlier)
    shared = min(len(one), len(other))
    return one[:shared] > other[:shared] or (one == other)


def moment(value: str) -> Hashable:
    """What all spellings of one time of day have in common; a date is its own text."""
    return _parts(value) if "T" in value else value


def minutes(earlier: str, later: str) -> int | None:
    """The whole minutes from one time of day to another, before it negative; None where one of them has no time."""
    if "T" not in earlier or "T" not in later:
        return None
    return floor((_seconds(_parts(later)) - _seconds(_parts(earlier))) / 60)


def _seconds(parts: tuple[int | Decimal, ...]) -> Decimal:
    """The seconds since a day long ago; the calendar repeats after 400 years, which are 146,097 days."""
    year, month, day, minute, second = parts
    days = int(year) // 400 * 146_097 + date(int(year) % 400 + 400, int(month), int(day)).toordinal()
    return Decimal(days * 86_400 + int(minute) * 60) + second


def _parts(value: str) -> tuple[int | Decimal, ...]:
    """Year, month, day, minute of the day and seconds, as far as they are given; a time as one in UTC.

    The calendar repeats after 400 years: between 400 and 800 no offset leaves the years that Python knows.
    """
    match = _TIME.fullmatch(value)
    if match is None:
        return tuple(int(part) for part in value.split("-"))
    years = int(value[:4]) // 400 * 400 - 400
    minute = datetime.fromisoformat(f"{int(value[:4]) - years:04}{match[1][4:]}{match[4]}").astimezone(UTC)
    return minute.year + years, minute.month, minute.day, minute.hour * 60 + minute.minute, Decimal(match[2] + (match[3] or ""))
