"""The members of a group become a record: values united, what breaks a clause left empty, the rest checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service.diagnostics.issue import Issue
from service.diagnostics.messages import resources as say
from service.fhir.json import Value
from service.mapping.gather import Group, Member, Orphan, agree, carried, expression, stated
from service.mapping.plan import Kind, Shape
from service.mapping.walk.read import in_order
from service.records import schema
from service.records.fields import Fields, Rule
from service.records.formulas import holds


@dataclass(slots=True, eq=False)
class Gathering:
    """A record as it was read: its values, the members it was read from, what did not fit, what it keeps of them, the records inside it."""

    kind: Kind
    key: str
    values: dict[str, Value]
    members: list[Member]
    notes: list[Issue]
    memory: list[Value] = field(default_factory=list)
    children: dict[str, list[Gathering]] = field(default_factory=dict)

    @property
    def seen(self) -> list[str]:
        """The shapes that were in the set, in the order of the file."""
        return seen_and_unknown(self.kind, [member.shape for member in self.members])[0]

    @property
    def unknown(self) -> list[str]:
        """The fields that only unseen shapes carry: unknown, not absent."""
        return seen_and_unknown(self.kind, [member.shape for member in self.members])[1]


def seen_and_unknown(kind: Kind, shapes: Sequence[Shape]) -> tuple[list[str], list[str]]:
    """The written shapes that shapes stand for, in the order of the file; and the fields that only others carry: unknown, not absent."""
    seen = {shape.form_of or shape.name for shape in shapes}
    read = set[str]().union(*(carried(kind, shape) for shape in shapes))
    unread = set[str]().union(*(carried(kind, shape) for shape in kind.written)) - read
    return (
        [shape.name for shape in kind.written if shape.name in seen],
        [name for name in kind.fields.by_name if name in unread and name != kind.key],
    )


def assemble(group: Group) -> Gathering | list[Orphan]:
    """The record of a group, or its members as orphans with the reasons."""
    kind = group.kind
    values, differing = _united(group)
    if differing:
        return [Orphan(one.resource, [say.members_disagree(one.resource.where, differing)], refused=True) for one in group.members]
    values[kind.key] = group.key
    notes = [
        say.does_not_fit(expression(member.resource.where, remark.at), remark.reason, remark.part.span.place)
        for member in group.members
        for remark in member.reading.remarks
    ]
    broken = _drop_broken(kind.fields, values, {})
    for one in kind.fields.by_name.values():
        for item in values.get(one.name, ()) if one.items else ():
            broken += _drop_broken(one.items, item, values) if one.items else []
    first = group.members[0].resource.where
    notes += [say.clause_fails(first, rule.text, rule.span.place) for rule in broken]
    problems = schema.problems(kind.fields, values)
    if problems:
        reasons = [say.record_refused(first, ": ".join(filter(None, (one.where, one.message))), one.place) for one in problems]
        return [Orphan(one.resource, [*reasons, *notes], refused=True) for one in group.members]
    return Gathering(kind, group.key, in_order(values, kind.fields), group.members, notes)


def disputed(group: Group) -> list[Gathering]:
    """Of members that differ, each as it sees the record (what it does not say, others do): to see which of them is refused anyway."""
    values, differing = _united(group)
    kind, key = group.kind, group.key
    seen = [(one, {**values, **_united(Group(kind, key, [one]))[0], kind.key: key}) for one in group.members] if differing else []
    return [Gathering(kind, key, in_order(own, kind.fields), [one], []) for one, own in seen]


def _united(group: Group) -> tuple[dict[str, Value], list[str]]:
    """The values of all members, and the fields in which they differ."""
    kind = group.kind
    values: dict[str, Value] = {}
    items: dict[str, dict[str, Value]] = {}
    differing: dict[str, None] = {}
    for member in group.members:
        record = {name: value for name, value in member.reading.values.items() if name in kind.fields.by_name}
        for name, value in record.items():
            if not agree(kind.fields.by_name[name], values.setdefault(name, value), value):
                differing[name] = None
            elif isinstance(value, str):
                values[name] = min(values[name], value)  # of two spellings of a moment the same one in any order
        each = member.shape.each
        if each and each.items:
            inner = {name: value for name, value in member.reading.values.items() if name in each.items.by_name}
            item = in_order({**inner, member.shape.item_id: member.item}, each.items)
            if items.setdefault(each.name, {}).setdefault(member.item, item) != item:
                differing[each.name] = None
    for member in group.members:
        lacking = set() if member.resource.own else _written(member, values) - member.reading.values.keys()
        differing.update(dict.fromkeys(lacking & stated(kind, member.shape)))
    for name, by_id in items.items():
        values[name] = [by_id[one] for one in sorted(by_id)]
    return values, [name for name in kind.fields.by_name if name in differing]


def _written(member: Member, values: Mapping[str, Value]) -> set[str]:
    """The fields that a member's shape would write of these values."""
    scope, record = member.shape.scope, {**values, **member.reading.values}
    fields = {one.name for leaf in scope.leaves() if leaf.two_way and holds(leaf.when, record) for one in leaf.term.fields}
    return fields | {items.field.name for items in scope.items() if holds(items.when, record)}


def _drop_broken(fields: Fields, values: dict[str, Value], around: Mapping[str, Value]) -> list[Rule]:
    """Empty the fields whose clause does not hold; the clauses that were broken."""
    broken: list[Rule] = []
    changed = True
    while changed:
        changed = False
        for rule in fields.rules:
            if not rule.clause_of or rule.holds({**around, **values}):
                continue
            empty = rule.fields if rule.together else (rule.clause_of,)
            if any(values.pop(name, None) is not None for name in empty):
                broken.append(rule)
                changed = True
    return broken
