"""Where a form looks: records of a kind, or items of a list in them, chosen by what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import instruments as say
from service.diagnostics.messages import names as unknown
from service.diagnostics.messages import syntax as form
from service.diagnostics.tree import Scalar
from service.fhir.json import Value
from service.mapping import conditions
from service.mapping.fields import check_condition
from service.mapping.plan import Kind
from service.records import moments
from service.records.fields import Field, Fields
from service.records.formulas import TRUE, Formula, all_of, holds, literals

_SPELT = re.compile(
    r"(?P<what>[\w-]+)(?:\.(?P<list>\w+))?(?: of (?P<of>[\w-]+)\.(?P<field>\w+))?(?: during (?P<from>\w+)\.\.(?P<to>\w+))?"
    r"(?: where (?P<where>[^,]+))?(?:, last by (?P<by>\w+))?"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A valid record, or with `item` one of a list in it."""

    kind: Kind
    record: Mapping[str, Value]
    item: Mapping[str, Value] | None = None
    listing: str = ""

    @property
    def values(self) -> Mapping[str, Value]:
        """Its fields; an item sees those of its record, too."""
        return {**self.record, **(self.item or {})}

    @property
    def item_id(self) -> Value:
        """The id of the item, None of a record."""
        return next((value for name, value in (self.item or {}).items() if name.endswith("_id")), None)

    @property
    def name(self) -> str:
        """What people call it: `session s-1, checks c2`."""
        return f"{self.kind.name} {self.record[self.kind.key]}" + (f", {self.listing} {self.item_id}" if self.item else "")


@dataclass(frozen=True, slots=True)
class Source:
    """Records of a kind (items of its `listing`) that fulfil `where`; `text` is how people read it.

    `of` names the source and field that holds their key; `during` the fields between which the day must be; `last_by` the field
    by which one of several is chosen. `asked` is the field that it asks about last, which tells why a record is meant.
    """

    kind: Kind
    listing: str
    where: Formula
    text: str
    of: tuple[str, str] | None = None
    during: tuple[str, str] | None = None
    last_by: str = ""
    asked: str = ""

    @property
    def fields(self) -> Fields:
        """The fields that a condition or an answer may name."""
        items = self.kind.fields.by_name[self.listing].items if self.listing else None
        return items or self.kind.fields

    def among(self, records: Iterable[Found], day: str) -> Iterator[Found]:
        """Those of the records that it means, on a day."""
        for one in records:
            if one.kind is not self.kind:
                continue
            items = [replace(one, item=item, listing=self.listing) for item in one.record.get(self.listing, ())] if self.listing else [one]
            yield from (item for item in items if holds(self.where, item.values) and self._on(day, item.values))

    def last(self, found: list[Found]) -> list[Found]:
        """The last of several where it says by which field; else all of them."""
        if not self.last_by or not found:
            return found
        return [reduce(lambda one, other: other if moments.not_before(_at(other, self.last_by), _at(one, self.last_by)) else one, found)]

    def own_words(self, records: Iterable[Found]) -> Iterator[Found]:
        """Records of the kind in which a field that decides holds a word of no table: nobody can tell what it means."""
        asked = [self.fields.visible[literal.field] for literal in literals(self.where) if literal.value is not None]
        for one in records:
            if one.kind is self.kind and any(
                field.or_text and one.values.get(field.name, field.values[0]) not in field.values for field in asked
            ):
                yield one

    def _on(self, day: str, values: Mapping[str, Value]) -> bool:
        """Whether a day is not before the first and not after the last of `during`, as far as these are known."""
        if self.during is None:
            return True
        begun, ended = (str(values.get(name, day))[: len(day)] for name in self.during)
        return begun <= day[: len(begun)] and ended >= day[: len(ended)]


def source(node: Scalar, text: str, kinds: Mapping[str, Kind], named: Mapping[str, Source], found: list[Diagnostic]) -> Source | None:
    """What a text of a form means; errors are added to `found`. `named` are the sources that it may refine."""
    match = _SPELT.fullmatch(text)
    if match is None:
        found.append(
            say.not_understood(node.at(text), text, ["vitals where phase = pre, last by recorded_at", "patient of session.client_id"])
        )
        return None
    before, what = len(found), match["what"]
    base = named.get(what)
    if base is None or match["list"]:
        if what not in kinds:
            found.append(unknown.unknown_kind(node.at(what), what, [*kinds, *named]))
            return None
        lists = [name for name, one in kinds[what].fields.by_name.items() if one.items]
        if match["list"] and match["list"] not in lists:
            found.append(unknown.unknown_field(node.at(match["list"]), match["list"], lists))
            return None
        base = Source(kinds[what], match["list"] or "", TRUE, what + (f": {match['list']}" if match["list"] else ""))
    made = replace(base, last_by=match["by"] or base.last_by)
    if match["where"]:
        head, _, outer = base.text.partition(" where ")
        own = _condition(node, match["where"], base.fields, found)
        asked = [literal.field for literal in literals(own)][-1:]
        asks = [f"({outer})" if " or " in outer else outer, match["where"]]
        text = f"{head} where {' and '.join(filter(None, asks))}"
        made = replace(made, where=all_of([base.where, own]), text=text, asked="".join(asked))
    for name in filter(None, (match["from"], match["to"], match["by"])):
        field(node, name, base.fields, found)
    if match["of"] and match["of"] not in named:
        found.append(say.unknown_item(node.at(match["of"]), match["of"], named))
    elif match["of"]:
        field(node, match["field"], named[match["of"]].fields, found)
        made = replace(made, of=(match["of"], match["field"]))
    if match["from"]:
        made = replace(made, during=(match["from"], match["to"]))
    return made if len(found) == before else None


def field(node: Scalar, name: str, fields: Fields, found: list[Diagnostic]) -> Field | None:
    """A field by its name; one that stays in the clinic is none for a form."""
    known = {name: one for name, one in fields.visible.items() if not one.stays}
    if name not in known:
        found.append(unknown.unknown_field(node.at(name), name, known))
    return known.get(name)


def _condition(node: Scalar, text: str, fields: Fields, found: list[Diagnostic]) -> Formula:
    try:
        formula = conditions.condition(text)
    except conditions.ConditionError as error:
        found.append(form.not_a_condition(node.at(error.rest), text))
        return TRUE
    if check_condition(formula, fields, node, found):
        for literal in literals(formula):
            known = field(node, literal.field, fields, found)
            if known and literal.value is not None and literal.value not in known.domain:
                found.append(unknown.unknown_value(node.at(literal.value), literal.value, literal.field, known.domain))
    return formula


def _at(one: Found, name: str) -> str:
    return str(one.values[name])
