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

DATE_PARTS = ("DD", "MM", "YYYY")
"""What stands in a date's pattern, each once."""

_PARTS = {
    "YYYY": "[0-9]{4}",
    "MM": "[0-9]{2}",
    "DD": "[0-9]{2}",
    "HH": "(?:[01][0-9]|2[0-3])",
    "hh": "(?:0[1-9]|1[0-2])",
    "mm": "[0-5][0-9]",
    "ss": "[0-5][0-9]",
    "AM": "(?:AM|PM)",
}
_PART = re.compile("|".join(_PARTS))
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
class Fixed(Form):
    """The first field as it is; with a value in it the others have the values in `fixed`."""

    fixed: Mapping[str, Value]

    def ours(self, value: Value) -> dict[str, Value]:
        """The field, and what is fixed."""
        return {self.fields[0].name: value, **self.fixed}

    def theirs(self, values: Mapping[str, Value]) -> Value:
        """The value of the field."""
        for name, value in self.fixed.items():
            if values[name] != value:
                raise Misfit(f"`{name}` is not {word(value)}")
        return values[self.fields[0].name]


@dataclass(frozen=True, eq=False)
class Always(Form):
    """A text that stands in every record of theirs, and says nothing of ours."""

    text: str

    def ours(self, value: Value) -> dict[str, Value]:
        """Nothing."""
        if value != self.text:
            raise Misfit(f"must be {self.text}")
        return {}

    def theirs(self, values: Mapping[str, Value]) -> Value:  # noqa: ARG002 - it is the same for all
        """The text."""
        return self.text


class Pattern:
    """How dates and times are spelt, such as `MM/DD/YYYY hh:mm AM`; one without seconds has only whole minutes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts = sorted(re.findall(r"[A-Za-z]+|[0-9]+", _PART.sub(r" \g<0> ", text)))
        self._expression = _PART.sub(lambda part: f"(?P<{part[0]}>{_PARTS[part[0]]})", re.escape(text))

    @property
    def has_time(self) -> bool:
        """Whether it spells a whole date and a time of 12 or 24 hours, and nothing else."""
        clock = [part for part in self.parts if part not in (*DATE_PARTS, "ss")]
        whole = all(self.parts.count(part) == 1 for part in DATE_PARTS) and self.parts.count("ss") <= 1
        return whole and clock in (["HH", "mm"], ["AM", "hh", "mm"])

    def read(self, text: Value) -> str:
        """The date, or the time without offset, as FHIR spells it. Raises Misfit for another text."""
        match = re.fullmatch(self._expression, text) if isinstance(text, str) else None
        if match is None:
            raise Misfit(f"must be a {'time' if self.has_time else 'date'} {self.text}")
        got = match.groupdict("00")
        date = f"{got['YYYY']}-{got['MM']}-{got['DD']}"
        if not self.has_time:
            return date
        hour = got["HH"] if "HH" in got else f"{int(got['hh']) % 12 + 12 * (got['AM'] == 'PM'):02}"
        return f"{date}T{hour}:{got['mm']}:{got.get('ss', '00')}"

    def spell(self, time: str) -> str:
        """A date or time of FHIR by the pattern. Raises Misfit for one that is less precise, or more."""
        match = re.fullmatch(r"(.{4})-(..)-(..)(?:T(..):(..):(..))?", time)
        if match is None or (match[4] is not None) != self.has_time:
            raise Misfit(f"a part of a {'time' if self.has_time else 'date'} cannot be spelt {self.text}")
        if self.has_time and "ss" not in self.parts and match[6] != "00":
            raise Misfit(f"its seconds cannot be spelt {self.text}")
        spelt = dict(zip(("YYYY", "MM", "DD", "HH", "mm", "ss"), match.groups(), strict=True))
        if self.has_time:
            hour = int(match[4])
            spelt |= {"hh": f"{(hour - 1) % 12 + 1:02}", "AM": "PM" if hour > 11 else "AM"}
        return _PART.sub(lambda part: spelt[part[0]], self.text)


@dataclass(frozen=True, eq=False)
class Dated(Form):
    """A whole date by a pattern such as `MM/DD/YYYY`."""

    pattern: Pattern

    def ours(self, value: Value) -> dict[str, Value]:
        """The date as FHIR spells it."""
        date = self.pattern.read(value)
        if primitives.problem("date", date):
            raise Misfit(f"must be a date {self.pattern.text}")
        return {self.fields[0].name: date}

    def theirs(self, values: Mapping[str, Value]) -> Value:
        """The date by the pattern."""
        return self.pattern.spell(str(values[self.fields[0].name]))


@dataclass(frozen=True, eq=False)
class Local(Form):
    """A time without offset, as the clocks of a time zone show it, by a pattern or as FHIR spells it.

    Without a pattern, a date without time is the same on both sides.
    """

    zone: ZoneInfo
    pattern: Pattern | None = None

    def ours(self, value: Value) -> dict[str, Value]:
        """The time with the offset that the zone had then."""
        if self.pattern:
            value = self.pattern.read(value)
        name = self.fields[0].name
        if isinstance(value, str) and "T" not in value and not primitives.problem(self.fields[0].type, value):
            return {name: value}
        match = _LOCAL.fullmatch(value) if isinstance(value, str) else None
        try:
            time = datetime.fromisoformat(match[1]) if match else None
        except ValueError:
            time = None
        if time is None:
            raise Misfit("must be a time without offset: YYYY-MM-DDThh:mm:ss" if self.pattern is None else "is no time of the calendar")
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
        if self.pattern:
            spelt = self.pattern.spell(spelt)
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
