"""Dates and times are put in order as far as they say when they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.records.moments import minutes, not_before

OFFSETS = st.integers(-840, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1), timezones=OFFSETS)  # noqa: DTZ001 - the strategy adds one


@pytest.mark.parametrize(
    ("later", "earlier", "verdict"),
    [
        ("2020", "2020", True),
        ("2021-01-01", "2020", True),
        ("2020-02", "2020-01-31", True),
        ("2020-05", "2020", False),
        ("2020", "2020-05", False),
        ("2020-01-01T10:00:00Z", "2020-01-01", False),
        ("2020-01-02", "2020-01-01T23:00:00-06:00", False),
        ("2020-01-02T00:00:00Z", "2020-01-01", True),
        ("2020-01-01T18:00:00-06:00", "2020-01-01T23:00:00+00:00", True),
        ("2020-01-01T23:00:00Z", "2020-01-01T23:00:00.5Z", False),
        ("2020-01-01T23:00:00Z", "2020-01-01T23:00:00.0Z", True),
        ("2020-01-01T23:00:00.50Z", "2020-01-01T23:00:00.5+00:00", True),
        ("2020-01-01T00:00:60Z", "2020-01-01T00:00:59.9Z", True),
        ("0001-01-01T00:00:00+13:00", "0001-01-01T00:00:00+14:00", True),
        ("9999-12-31T23:59:59-13:00", "9999-12-31T23:59:59-12:00", True),
    ],
)
def test_only_a_certain_order_counts(later: str, earlier: str, *, verdict: bool) -> None:
    """A month is not known to be after the year it is in, nor a day and a time in it: R4's per-1 fails on such, too."""
    assert not_before(later, earlier) is verdict


@given(TIMES, TIMES)
def test_times_are_compared_as_what_they_mean(one: datetime, other: datetime) -> None:
    """Two full times are in the order that the calendar gives them, whatever their offsets."""
    one, other = one.replace(microsecond=0), other.replace(microsecond=0)
    assert not_before(one.isoformat(), other.isoformat()) is (one.astimezone(UTC) >= other.astimezone(UTC))


@pytest.mark.parametrize(
    ("earlier", "later", "whole"),
    [
        ("2025-04-01T09:00:00-06:00", "2025-04-01T17:15:59Z", 135),
        ("2025-04-01T09:00:30-06:00", "2025-04-01T09:01:29.9-06:00", 0),
        ("2025-04-01T09:00:00-06:00", "2025-04-01T08:59:30-06:00", -1),
        ("2399-12-31T23:59:60Z", "2400-01-01T00:01:00Z", 1),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", 840),
        ("2025-04-01", "2025-04-01T09:00:00Z", None),
    ],
)
def test_minutes_are_those_of_the_clock(earlier: str, later: str, whole: int | None) -> None:
    """Whole ones, whatever the offsets; of a date nobody knows them."""
    assert minutes(earlier, later) == whole
