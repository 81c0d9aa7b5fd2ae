"""The forms that our fields may have in a clinic's own records. Each is reversible: what it gives ours, ours gives back."""

from __future__ import annotations

import re
import string
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from service.fhir import primitives
from service.fhir.json import Number, Value
from service.mapping.terms.term import Misfit
from service.records.fields import Field
from service.records.formulas import word

DATE_PARTS = {"YYYY": "[0-9]{4}", "MM": "[0-9]{2}", "DD": "[0-9]{2}"}
"""What may stand in a date's pattern, each once."""

_LOCAL = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?")
_OFFSET = re.compile(r"Z|[+-][0-9]{2}:[0-9]{2}")
_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_TEXTS: Mapping[str, tuple[str, str]] = {
    "id": ("[A-Za-z0-9-]+", f"{string.ascii_letters}{string.digits}-"),
    "npi": ("[0-9]+", string.digits),
    "integer": (_NUMBER, f"{string.digits}-+.eE"),
    "decimal": (_NUMBER, f"{string.digits}-+.eE"),
    "date": ("[0-9-]+", f"{string.digits}-"),
    "dateTime": ("[0-9TZ:.+-]+", f"{string.digits}TZ:.+-"),
    "instant": ("[0-9TZ:.+-]+", f"{string.digits}TZ:.+-"),
}
"""By field type, what its values look like in a text, and the characters that they may have; other types are free text."""


@dataclass(frozen=True, eq=False)
class Form(ABC):
    """How a clinic holds one or more of our fields in one of its own."""

    fields: tuple[Field, ...]

    @abstractmethod
    def ours(self, value: Value) -> dict[str, Value]:
        """Our fields of a value of theirs. Raises Misfit for one that this form does not have."""

    @abstractmethod
    def theirs(self, values: Mapping[str, Value]) -> Value:
        """Their value of our fields, which all have one. Raises Misfit where they have none."""


@dataclass(frozen=True, eq=False)
class Spelt(Form):
    """Words of theirs for the values of a table, `one of` or boolean; `words` gives ours. Words that are all numbers are JSON numbers."""

    words: Mapping[str, Value]
    numeric: bool

    def ours(self, value: Value) -> dict[str, Value]:
        """The values that the words mean; other text of an `or text` field is itself."""
        return {self.fields[0].name: [self._ours(one) for one in value] if self._listed(value) else self._ours(value)}

    def theirs(self, values: Mapping[str, Value]) -> Value:
        """The words of the values."""
        value = values[self.fields[0].name]
        return [self._theirs(one) for one in value] if self._listed(value) else self._theirs(value)

    def _listed(self, value: Value) -> bool:
        return self.fields[0].many and isinstance(value, list)

    def _ours(self, value: Value) -> Value:
        if isinstance(value, Number if self.numeric else str) and word(value) in self.words:
            return self.words[word(value)]
        if not self.fields[0].or_text or not isinstance(value, str) or value in self.words.values():
            raise Misfit(f"must be one of {', '.join(self.words)}")
        return value

    def _theirs(self, value: Value) -> Value:
        found = next((spelt for spelt, ours in self.words.items() if ours == value), None)
        if found is None:
            if value in self.words:
                raise Misfit("it is a word of theirs for something else")
            return value
        return Number(found) if self.numeric else found


@dataclass(frozen=True, eq=False)
class Dated(Form):
    """A whole date by a pattern such as `MM/DD/YYYY`."""

    pattern: str

    def ours(self, value: Value) -> dict[str, Value]:
        """The date as FHIR spells it."""
        match = re.fullmatch(self._expression, value) if isinstance(value, str) else None
        date = f"{match['YYYY']}-{match['MM']}-{match['DD']}" if match else None
        if date is None or primitives.problem("date", date):
            raise Misfit(f"must be a date {self.pattern}")
        return {self.fields[0].name: date}

    def theirs(self, values: Mapping[str, Value]) -> Value:
        """The date by the pattern."""
        parts = str(values[self.fields[0].name]).split("-")
        if len(parts) != len(DATE_PARTS):
            raise Misfit(f"a part of a date cannot be spelt {self.pattern}")
        spelt = dict(zip(DATE_PARTS, parts, strict=True))
        return re.sub("|".join(DATE_PARTS), lambda part: spelt[part[0]], self.pattern)

    @cached_property
    def _expression(self) -> str:
        return re.sub("|".join(DATE_PARTS), lambda part: f"(?P<{part[0]}>{DATE_PARTS[part[0]]})", re.escape(self.pattern))


@dataclass(frozen=True, eq=False)
class Local(Form):
    """A time without offset, as the clocks of a time zone show it; a date without time is the same on both sides."""

    zone: ZoneInfo

    def ours(self, value: Value) -> dict[str, Value]:
        """The time with the offset that the zone had then."""
        name = self.fields[0].name
        if isinstance(value, str) and "T" not in value and not primitives.problem(self.fields[0].type, value):
            return {name: value}
        match = _LOCAL.fullmatch(value) if isinstance(value, str) else None
        try:
            time = datetime.fromisoformat(match[1]) if match else None
        except ValueError:
            time = None
        if time is None:
            raise Misfit("must be a time without offset: YYYY-MM-DDThh:mm:ss")
        first, second = (time.replace(tzinfo=self.zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
        if first != second:
            raise Misfit(f"stands in an hour that the clocks of {self.zone} showed twice or not at all")
        minutes, seconds = divmod(abs(int(first.total_seconds())), 60)
        if seconds:
            raise Misfit(f"is older than the time zone {self.zone}")
        return {name: f"{value}{'-' if first < timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}"}

    def theirs(self, values: Mapping[str, Value]) -> Value:
        """The time without its offset, which must be that of the zone."""
        value = str(values[self.fields[0].name])
        local = _OFFSET.sub("", value[19:]) if "T" in value else value[19:]
        spelt = f"{value[:19]}{local}"
        if self.ours(spelt) != values:
            raise Misfit(f"its offset is not the one that {self.zone} had then")
        return spelt


@dataclass(frozen=True, eq=False)
class Joined(Form):
    """Several fields in one text: `fixed` has one more entry than `fields`."""

    fixed: tuple[str, ...]

    def ours(self, value: Value) -> dict[str, Value]:
        """The fields, cut at the fixed parts."""
        match = re.fullmatch(self._expression, value, re.DOTALL) if isinstance(value, str) else None
        if match is None:
            raise Misfit(f"must have the form {self._spelt}")
        return {one.name: _value(one, text) for one, text in zip(self.fields, match.groups(), strict=True)}

    def theirs(self, values: Mapping[str, Value]) -> Value:
        """The text."""
        return self.fixed[0] + "".join(word(values[one.name]) + after for one, after in zip(self.fields, self.fixed[1:], strict=True))

    @property
    def apart(self) -> tuple[str, str] | None:
        """Two neighbours that cannot be told apart: there is no sign between them that neither has, or both are free texts."""
        free = [one.name for one in self.fields if _looks(one)[1] is None]
        if len(free) > 1:
            return free[0], free[1]
        for one, other, between in zip(self.fields, self.fields[1:], self.fixed[1:-1], strict=False):
            theirs = {*(_looks(one)[1] or ""), *(_looks(other)[1] or "")}
            if not set(between) - theirs:
                return one.name, other.name
        return None

    @property
    def _spelt(self) -> str:
        return self.fixed[0] + "".join(f"{one.name}{after}" for one, after in zip(self.fields, self.fixed[1:], strict=True))

    @cached_property
    def _expression(self) -> str:
        parts = (f"({_looks(one)[0]}){re.escape(after)}" for one, after in zip(self.fields, self.fixed[1:], strict=True))
        return re.escape(self.fixed[0]) + "".join(parts)


def _looks(field: Field) -> tuple[str, str | None]:
    """What the values of a field look like in a text, and their characters; None for free text."""
    if field.domain and not field.or_text:
        return "|".join(map(re.escape, field.domain)), "".join(field.domain)
    return _TEXTS.get(field.type, (".+", None))


def _value(field: Field, text: str) -> Value:
    if field.type == "boolean":
        return text == "true"
    return Number(text) if field.numeric or field.type in ("integer", "decimal") else text
