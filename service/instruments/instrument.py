"""What a file of `mappings/instruments` says about its questionnaire, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from service.mapping.vocabulary import Constant


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers from `low` to `high`, both included."""

    low: Decimal
    high: Decimal

    def __contains__(self, number: Decimal) -> bool:
        return self.low <= number <= self.high

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}..{self.high}"


@dataclass(frozen=True, slots=True)
class Level:
    """`at least 10` or `at most 4`."""

    word: Literal["least", "most"]
    number: Decimal

    def holds(self, number: Decimal) -> bool:
        """Whether a number is high or low enough."""
        return number >= self.number if self.word == "least" else number <= self.number

    def __str__(self) -> str:
        return f"at {self.word} {self.number}"


@dataclass(frozen=True, slots=True)
class Item:
    """A question, by the field that holds its answer.

    `table` is the table of its answers, empty where the answer is a number. `points` are those of each answer of the table, `range` those
    of all answers, None where they have none. It is asked only where the item of `asked_when` has that answer. `unscored` is why no score
    counts it. `code` is what an Observation of the answer alone is about, or None.
    """

    name: str
    link: str
    text: str
    code: Constant | None
    table: str
    points: Mapping[str, Decimal]
    range: Range | None
    asked_when: tuple[str, str] | None
    unscored: str


@dataclass(frozen=True, slots=True)
class Score:
    """The total or a subscale, by the field that holds it.

    `items` are the items and scores that it is made of by `method`; without them `not_computed` says why. `bands` are names of its ranges,
    from low to high. `missing` is the source of the rule that one missing answer leaves no score; where none is known, it is empty.
    """

    name: str
    title: str
    items: tuple[str, ...]
    reversed: tuple[str, ...]
    method: str
    not_computed: str
    range: Range | None
    bands: tuple[tuple[Range, str], ...]
    missing: str
    source: str


@dataclass(frozen=True, slots=True)
class Clause:
    """At least `count` of the items and scores `names` are on the level."""

    count: int
    names: tuple[str, ...]
    level: Level


@dataclass(frozen=True, slots=True)
class Finding:
    """What it means when all `clauses` hold; `rule` is how the file says them."""

    name: str
    rule: str
    clauses: tuple[Clause, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a change of the total must reach to be called by the name `meaning`; `rule` is how the file says it.

    That is a number of points (either way), a percentage (for the better), or a level (`after` a first score on another level, or any).
    """

    meaning: str
    rule: str
    source: str
    points: Decimal | None = None
    percent: Decimal | None = None
    level: Level | None = None
    after: Level | None = None


@dataclass(frozen=True, slots=True)
class Licence:
    """Whether the texts of the items may be bundled, and how that is known; the url of who has them. What is not known is empty."""

    bundled: bool
    status: str
    source: str
    publisher: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire. Texts that nobody gives a source for are empty: not known.

    `url` is its canonical with `{base}` for ours. `answers` are the words for the answers of items that are numbers. `total_item` is the
    linkId and text of the item that repeats the total.
    """

    id: str
    url: str
    title: str
    rated_by: str
    recall: str
    more_is: str
    stem: str
    answers: Mapping[str, str]
    licence: Licence
    items: Mapping[str, Item]
    total_item: tuple[str, str] | None
    scores: Mapping[str, Score]
    findings: tuple[Finding, ...]
    thresholds: tuple[Threshold, ...]
    note: str
    source: str
