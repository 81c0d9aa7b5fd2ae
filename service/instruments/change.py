"""What the difference between two totals of a questionnaire means."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from service.instruments.instrument import Instrument, Threshold


@dataclass(frozen=True, slots=True)
class Change:
    """A first total and a later one. `met` are the thresholds that the change reaches, `missed` the others."""

    before: Decimal
    after: Decimal
    better: bool | None
    met: tuple[Threshold, ...]
    missed: tuple[Threshold, ...]

    @property
    def points(self) -> Decimal:
        """The difference, below 0 where the later total is less."""
        return self.after - self.before


def change(instrument: Instrument, before: Decimal, after: Decimal) -> Change:
    """The change from one total to another; `better` is None where they are equal, or nobody knows whether more is worse."""
    less_is_better = {"worse": True, "better": False}.get(instrument.more_is)
    better = None if less_is_better is None or before == after else (after < before) == less_is_better
    met = [one for one in instrument.thresholds if _reached(one, before, after, better=bool(better))]
    return Change(before, after, better, tuple(met), tuple(one for one in instrument.thresholds if one not in met))


def _reached(one: Threshold, before: Decimal, after: Decimal, *, better: bool) -> bool:
    difference = abs(after - before)
    if one.points is not None:
        return difference >= one.points
    if one.percent is not None:
        return better and difference * 100 >= one.percent * before
    assert one.level
    return one.level.holds(after) and (one.after is None or one.after.holds(before))
