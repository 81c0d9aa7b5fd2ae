"""Two totals: how far apart, for the better or worse, and which published thresholds the change reaches."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service.instruments.change import change
from tests.instruments.made import INSTRUMENTS


def reached(name, before, after):
    """The thresholds that are met, as `meaning: rule`."""
    return [f"{one.meaning}: {one.rule}" for one in change(INSTRUMENTS[name], Decimal(before), Decimal(after)).met]


@pytest.mark.parametrize(
    ("name", "before", "after", "expected"),
    [
        ("pcl-5", "46.6", "30.8", ["reliable: 15 points"]),
        ("pcl-5", "50", "36", []),
        ("pcl-5", "50", "35", ["reliable: 15 points"]),
        ("pcl-5", "50", "32", ["reliable: 15 points", "reliable: 18 points"]),
        ("pcl-5", "40", "28", ["end state: at most 28"]),
        ("pcl-5", "30", "48", ["reliable: 15 points", "reliable: 18 points"]),
        ("caps-5", "30", "18", ["reliable: 12 points"]),
        ("caps-5", "30", "17", ["reliable: 13 points", "reliable: 12 points"]),
        ("caps-5", "12", "8", ["end state: at most 8"]),
        ("phq-9", "18", "9", ["response: 50 %"]),
        ("phq-9", "18", "10", []),
        ("phq-9", "10", "4", ["response: 50 %", "remission: at most 4 after at least 10"]),
        ("phq-9", "10", "5", ["response: 50 %"]),
        ("phq-9", "9", "4", ["response: 50 %"]),
        ("phq-9", "9", "18", []),
        ("phq-9", "0", "0", []),
        ("hamd-17", "20", "7", ["response: 50 %", "remission: at most 7"]),
        ("hamd-17", "14", "8", []),
        ("madrs", "34", "12", ["response: 50 %", "remission: at most 12"]),
        ("madrs", "34", "10", ["response: 50 %", "remission: at most 10", "remission: at most 12"]),
        ("gad-7", "20", "0", []),
    ],
)
def test_a_threshold_begins_where_its_source_says(name, before, after, expected):
    """Reliable change counts points in both directions, response a share for the better, remission and end state a level reached."""
    assert reached(name, before, after) == expected


@pytest.mark.parametrize(
    ("name", "before", "after", "points", "better"),
    [
        ("phq-9", 20, 12, -8, True),
        ("phq-9", 12, 20, 8, False),
        ("phq-9", 12, 12, 0, None),
        ("meq30", 2, 3, 1, None),
        ("sf-12", 40, 50, 10, None),
    ],
)
def test_less_is_better_where_more_is_worse(name, before, after, points, better):
    """The direction is the instrument's; where a score is only stronger, or nobody knows, no change is better or worse."""
    found = change(INSTRUMENTS[name], Decimal(before), Decimal(after))
    assert (found.points, found.better) == (points, better)


def test_every_threshold_is_met_or_missed():
    """None is left out of the answer."""
    for known in INSTRUMENTS.values():
        found = change(known, Decimal(40), Decimal(10))
        assert {*found.met, *found.missed} == {*known.thresholds}
        assert not {*found.met} & {*found.missed}
