"""The fields and rules of a record kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, reduce
from operator import add
from typing import Any

from service.diagnostics.spans import Span
from service.records import moments
from service.records.formulas import Formula, holds, literals, word

PLAIN = ("text", "id", "code", "uri", "language", "npi", "unit", "boolean", "integer", "decimal", "date", "dateTime", "instant")
RANGED = ("text", "id", "integer", "decimal")
ID_LENGTH = 36


@dataclass(frozen=True, eq=False)
class Field:
    """A field. `type` is one of PLAIN, `table` (a code table's names), `one of` or `records` (a list of records, whose fields are `items`).

    `values` are the names of a table or of `one of`; `or_text` lets other text in beside them; `numeric` names are numbers in JSON.
    `low` and `high` bound a number, or the length of a text, id, date or dateTime. `stays`: the reason why it never leaves the clinic.
    `excluded` are codes, and beginnings of uris, that are ours or have a field of their own (R9).
    """

    name: str
    span: Span
    type: str
    table: str = ""
    values: tuple[str, ...] = ()
    or_text: bool = False
    numeric: bool = False
    many: bool = False
    low: str = ""
    high: str = ""
    required: bool = False
    sensitive: tuple[str, ...] = ()
    means: str = ""
    stays: str = ""
    items: Fields | None = None
    excluded: set[str] = field(default_factory=set)

    @property
    def enumerated(self) -> bool:
        """Whether conditions can name its values."""
        return not self.many and self.type in ("table", "one of", "boolean")

    @property
    def domain(self) -> tuple[str, ...]:
        """The values of an enumerated field."""
        return ("true", "false") if self.type == "boolean" else self.values


@dataclass(frozen=True, eq=False)
class Rule:
    """What every valid record fulfils: a formula, for `not before` the order of two fields, (earlier, later), for a sum its parts.

    `clause_of` is the field whose clause it is, or that is the sum; `together` whether that clause is `together with`.
    """

    name: str
    formula: Formula
    text: str
    span: Span
    clause_of: str = ""
    together: bool = False
    order: tuple[str, str] | None = None
    sum_of: tuple[str, ...] = ()

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields it speaks of, in the order of the text."""
        if self.sum_of:
            return (self.clause_of, *self.sum_of)
        return self.order or tuple(dict.fromkeys(literal.field for literal in literals(self.formula)))

    def holds(self, record: Mapping[str, Any]) -> bool:
        """Whether a record whose values are valid fulfils it."""
        if self.sum_of:
            total, whole = self.total(record), record.get(self.clause_of)
            return total is None or whole is None or Decimal(word(whole)) == total
        if self.order is None:
            return holds(self.formula, record)
        earlier, later = (record.get(name) for name in self.order)
        return earlier is None or later is None or moments.not_before(later, earlier)

    def total(self, record: Mapping[str, Any]) -> Decimal | None:
        """What the parts of a sum come to; None where one has no value."""
        parts = [record.get(name) for name in self.sum_of]
        return None if None in parts else reduce(add, (Decimal(word(part)) for part in parts))


@dataclass(frozen=True, eq=False)
class Fields:
    """The fields of a record with their rules, or of an item of a list of records, whose rules may also name the record's (`outer`)."""

    by_name: Mapping[str, Field]
    rules: tuple[Rule, ...]
    outer: Fields | None = None

    @cached_property
    def visible(self) -> Mapping[str, Field]:
        """Every field that a condition may name."""
        return {**(self.outer.by_name if self.outer else {}), **self.by_name}
