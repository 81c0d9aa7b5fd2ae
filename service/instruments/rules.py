"""The texts of `about` that stand for more than themselves: ranges, names of items, what must hold for a finding or a threshold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, cast

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import instruments as say
from service.diagnostics.tree import Scalar
from service.instruments.instrument import Clause, Level, Range, Threshold

_NUMBER = r"-?\d+(?:\.\d+)?"
_RANGE = re.compile(rf"({_NUMBER})(?:\.\.({_NUMBER}))?")
_CLAUSE = re.compile(rf"(?:(\d+) of )?(.+?) at (least|most) ({_NUMBER})")
_LEVEL = re.compile(rf"at (least|most) ({_NUMBER})(?: after at (least|most) ({_NUMBER}))?")
_POINTS = re.compile(r"(\d+(?:\.\d+)?) points")
_ITEM_NUMBER = re.compile(r"\S+( \S+)? item \w{1,3}")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?) %")


def range_(node: Scalar, found: list[Diagnostic]) -> Range | None:
    """`0..27`, or one number."""
    match = _RANGE.fullmatch(node.text)
    if match and Decimal(match[1]) <= Decimal(match[2] or match[1]):
        return Range(Decimal(match[1]), Decimal(match[2] or match[1]))
    found.append(say.not_understood(node.span, node.text, ["0..27"]))
    return None


def number(node: Scalar, found: list[Diagnostic]) -> Decimal:
    """A number; 0 with a diagnostic where it is none."""
    if re.fullmatch(_NUMBER, node.text):
        return Decimal(node.text)
    found.append(say.not_understood(node.span, node.text, ["1"]))
    return Decimal()


def is_number_of_item(text: str) -> bool:
    """Whether a text names an item by its number alone: `HAM-D item 3`."""
    return bool(_ITEM_NUMBER.fullmatch(text))


def names(node: Scalar, text: str, known: Sequence[str], found: list[Diagnostic]) -> tuple[str, ...]:
    """`a, c..e`: names, and all from one to another in the order of `known`."""
    listed: list[str] = []
    for part in (part.strip() for part in text.split(",")):
        first, _, last = part.partition("..")
        wrong = [name for name in dict.fromkeys((first, last or first)) if name not in known]
        found += [say.unknown_item(node.at(name), name, known) for name in wrong]
        if wrong:
            continue
        between = known[known.index(first) : known.index(last or first) + 1]
        if not between:
            found.append(say.not_understood(node.at(part), part, [f"{last}..{first}"]))
        listed += between
    return tuple(listed)


def clauses(node: Scalar, known: Sequence[str], found: list[Diagnostic]) -> tuple[Clause, ...]:
    """`2 of a..e at least 2 and f at most 1`; without a number before `of` all of them."""
    made: list[Clause] = []
    for part in node.text.split(" and "):
        match = _CLAUSE.fullmatch(part)
        if match is None:
            found.append(say.not_understood(node.at(part), part, ["a at least 2", "2 of a..e at least 2", "… and …"]))
            continue
        listed = names(node, match[2], known, found)
        made.append(Clause(int(match[1] or len(listed)), listed, _level(match[3], match[4])))
    return tuple(made)


def threshold(meaning: str, node: Scalar, source: str, found: list[Diagnostic]) -> Threshold:
    """`15 points`, `50 %`, `at most 4` or `at most 4 after at least 10`."""
    if match := _POINTS.fullmatch(node.text):
        return Threshold(meaning, node.text, source, points=Decimal(match[1]))
    if match := _PERCENT.fullmatch(node.text):
        return Threshold(meaning, node.text, source, percent=Decimal(match[1]))
    if match := _LEVEL.fullmatch(node.text):
        after = _level(match[3], match[4]) if match[3] else None
        return Threshold(meaning, node.text, source, level=_level(match[1], match[2]), after=after)
    found.append(say.not_understood(node.span, node.text, ["15 points", "50 %", "at most 4", "at most 4 after at least 10"]))
    return Threshold(meaning, node.text, source)


def _level(word: str, number: str) -> Level:
    return Level(cast('Literal["least", "most"]', word), Decimal(number))
