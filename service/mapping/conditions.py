"""The grammar of conditions and rules: `status = held|refused and not lot_number`, `at least one of a, b`, `a needs b`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.records import formulas
from service.records.formulas import Formula

_WORD = re.compile(r"\s*(=|\||[^\s=|]+)")


class ConditionError(ValueError):
    """A condition that does not follow the grammar; `rest` is where reading stopped."""

    def __init__(self, rest: str) -> None:
        super().__init__(rest)
        self.rest = rest


def condition(text: str) -> Formula:
    """The formula of a condition: literals joined by `and`, these by `or`. Raises ConditionError."""
    words = _WORD.findall(text)
    if not words:
        raise ConditionError(text)
    return formulas.any_of(formulas.all_of(_literal(part) for part in _split(side, "and")) for side in _split(words, "or"))


def rule(text: str) -> Formula:
    """The formula of a rule. Raises ConditionError."""
    for lead, count in (("at least one of ", _at_least_one), ("at most one of ", _at_most_one), ("together ", _together)):
        if text.startswith(lead):
            return count(names(text.removeprefix(lead)))
    for verb in (" only when ", " needs "):
        premise, found, conclusion = text.partition(verb)
        if found:
            return formulas.implies(condition(premise), needs(conclusion) if verb == " needs " else condition(conclusion))
    raise ConditionError(text)


def needs(text: str) -> Formula:
    """Conditions separated by commas, all of which must hold. Raises ConditionError."""
    return formulas.all_of(condition(part) for part in text.split(","))


def names(text: str) -> list[str]:
    """Field names separated by commas. Raises ConditionError."""
    found = [part.strip() for part in text.split(",")]
    for name in found:
        if not name or " " in name:
            raise ConditionError(name)
    return found


def _split(words: list[str], joint: str) -> Iterator[list[str]]:
    part: list[str] = []
    for word in words:
        if word == joint:
            yield part
            part = []
        else:
            part.append(word)
    yield part


def _literal(words: list[str]) -> Formula:
    rest = " ".join(words)
    negated = words[:1] == ["not"]
    body = words[1:] if negated else words
    match body:
        case [name] if name not in "=|":
            found: Formula = formulas.has(name)
        case [name, "=", *values] if len(values) % 2 and all(mark == "|" for mark in values[1::2]) and "|" not in values[::2]:
            found = formulas.any_of(formulas.is_(name, value) for value in values[::2])
        case _:
            raise ConditionError(rest)
    return formulas.negate(found) if negated else found


def _at_least_one(fields: list[str]) -> Formula:
    return formulas.any_of(map(formulas.has, fields))


def _at_most_one(fields: list[str]) -> Formula:
    return formulas.all_of(
        formulas.negate(formulas.all_of((formulas.has(one), formulas.has(other)))) for at, one in enumerate(fields) for other in fields[:at]
    )


def _together(fields: list[str]) -> Formula:
    return formulas.all_of(formulas.implies(formulas.has(one), formulas.has(other)) for one in fields for other in fields if one != other)
