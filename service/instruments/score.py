"""The answers of a record as scores, or the reason why there is none. An answer that is missing is never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.fhir.json import Number, Value
from service.instruments.instrument import Finding, Instrument, Score
from service.records.formulas import word


@dataclass(frozen=True, slots=True)
class Result:
    """One score of a record: `value` comes of its answers, or `why` says what prevents it; `stated` is what the record itself says."""

    score: Score
    value: Decimal | None
    stated: Decimal | None
    why: str = ""

    @property
    def known(self) -> Decimal | None:
        """The value, or without one what is stated."""
        return self.stated if self.value is None else self.value

    @property
    def contradicts(self) -> bool:
        """Whether the answers come to something else than is stated."""
        return None not in (self.value, self.stated) and self.value != self.stated

    @property
    def band(self) -> str:
        """The name for a score of this height, empty where the file has none."""
        return next((name for range_, name in self.score.bands if self.known is not None and self.known in range_), "")


def score(instrument: Instrument, record: Mapping[str, Value]) -> dict[str, Result]:
    """Every score of a valid record, by name."""
    return {name: _result(instrument, one, record) for name, one in instrument.scores.items()}


def findings(instrument: Instrument, record: Mapping[str, Value]) -> list[Finding]:
    """What the answers and scores of a valid record say besides; an answer that is missing counts for nothing."""
    results = score(instrument, record)

    def known(name: str) -> Decimal | None:
        return results[name].known if name in results else _points(instrument, name, record)

    return [
        one
        for one in instrument.findings
        if all(
            sum((found := known(name)) is not None and clause.level.holds(found) for name in clause.names) >= clause.count
            for clause in one.clauses
        )
    ]


def _result(instrument: Instrument, one: Score, record: Mapping[str, Value]) -> Result:
    stated = number(record.get(one.name))
    if one.not_computed:
        return Result(one, None, stated, one.not_computed)
    points = {name: _turned(instrument, one, name, record) for name in one.items}
    lacking = [name for name, found in points.items() if found is None]
    if lacking:
        return Result(one, None, stated, f"no answer to {', '.join(lacking)}")
    return Result(one, _together(one.method, [found for found in points.values() if found is not None]), stated)


def _together(method: str, points: Sequence[Decimal]) -> Decimal:
    if method == "last yes":
        return Decimal(max((place for place, one in enumerate(points, 1) if one), default=0))
    return sum(points, Decimal())


def _turned(instrument: Instrument, one: Score, name: str, record: Mapping[str, Value]) -> Decimal | None:
    """What an answer counts in this score."""
    points, item = _points(instrument, name, record), instrument.items.get(name)
    if points is None or item is None or item.range is None or name not in one.reversed:
        return points
    return item.range.low + item.range.high - points


def _points(instrument: Instrument, name: str, record: Mapping[str, Value]) -> Decimal | None:
    """What an answer counts, or a stated score; None where there is none in its range. What was rightly not asked counts least."""
    item = instrument.items.get(name)
    range_ = item.range if item else instrument.scores[name].range
    answer = record.get(name)
    if answer is None and range_ and item and item.asked_when and _denied(record, *item.asked_when):
        return range_.low
    found = item.points.get(word(answer)) if item and item.table else number(answer)
    return None if found is None or (range_ and found not in range_) else found


def _denied(record: Mapping[str, Value], name: str, answer: str) -> bool:
    """Whether the item has another answer."""
    return name in record and word(record[name]) != answer


def number(value: Value) -> Decimal | None:
    """The number that a record holds; None where there is none."""
    return value.decimal if isinstance(value, Number) else None
