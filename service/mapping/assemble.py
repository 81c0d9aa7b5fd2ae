"""The members of a group become a record: values united, what breaks a clause left empty, the rest checked; children join their parents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from service.diagnostics.issue import Issue
from service.diagnostics.messages import resources as say
from service.fhir.json import Number, Value
from service.mapping.gather import Group, Member, Orphan, carried, expression
from service.mapping.plan import ChildList, Kind
from service.mapping.walk.read import in_order
from service.records import schema
from service.records.fields import Field, Fields, Rule
from service.records.formulas import holds


@dataclass(slots=True, eq=False)
class Gathering:
    """A record as it was read: its values, the members it was read from, what did not fit, and the records inside it."""

    kind: Kind
    key: str
    values: dict[str, Value]
    members: list[Member]
    notes: list[Issue]
    children: dict[str, list[Gathering]] = field(default_factory=dict)

    @property
    def seen(self) -> list[str]:
        """The shapes that were in the set, in the order of the file."""
        seen = {member.shape.form_of or member.shape.name for member in self.members}
        return [shape.name for shape in self.kind.written if shape.name in seen]

    @property
    def unknown(self) -> list[str]:
        """The fields that only unseen shapes carry: unknown, not absent."""
        read = set[str]().union(*(carried(self.kind, member.shape) for member in self.members))
        unread = set[str]().union(*(carried(self.kind, shape) for shape in self.kind.written)) - read
        return [name for name in self.kind.fields.by_name if name in unread and name != self.kind.key]


def assemble(group: Group) -> Gathering | list[Orphan]:
    """The record of a group, or its members as orphans with the reasons."""
    kind = group.kind
    values, differing = _united(group)
    if differing:
        return [Orphan(one.resource, [say.members_disagree(one.resource.type, differing)], refused=True) for one in group.members]
    values[kind.key] = group.key
    notes = [
        say.does_not_fit(expression(member.resource.type, remark.at), remark.reason, remark.part.span.place)
        for member in group.members
        for remark in member.reading.remarks
    ]
    broken = _drop_broken(kind.fields, values, {})
    for one in kind.fields.by_name.values():
        for item in values.get(one.name, ()) if one.items else ():
            broken += _drop_broken(one.items, item, values) if one.items else []
    first = group.members[0].resource.type
    notes += [say.clause_fails(first, rule.text, rule.span.place) for rule in broken]
    problems = schema.problems(kind.fields, values)
    if problems:
        reasons = [say.record_refused(first, " ".join(filter(None, (one.where, one.message))), one.place) for one in problems]
        return [Orphan(one.resource, [*reasons, *notes], refused=True) for one in group.members]
    return Gathering(kind, group.key, in_order(values, kind.fields), group.members, notes)


def join(gatherings: list[Gathering], kinds: Mapping[str, Kind]) -> list[Gathering]:
    """Children put into their parents, innermost first; the records that have none are left."""
    left = list(gatherings)
    for kind in _innermost_first(kinds):
        parents = [one for one in gatherings if one.kind is kind]
        for listing in kind.children:
            for child in [one for one in left if one.kind.name == listing.kind]:
                parent = next((one for one in parents if one is not child and _belongs(child, one, listing)), None)
                if parent is not None:
                    parent.children.setdefault(listing.name, []).append(child)
                    left.remove(child)
    for one in gatherings:
        for children in one.children.values():
            children.sort(key=lambda child: child.key)
    return left


def shown(gathering: Gathering) -> dict[str, Value]:
    """The record with the records inside it, without what these take from their parent."""
    record = dict(gathering.values)
    for listing in gathering.kind.children:
        inside = gathering.children.get(listing.name, ())
        if inside:
            taken = {*listing.shared, *listing.fixed}
            record[listing.name] = [{name: value for name, value in shown(one).items() if name not in taken} for one in inside]
    return record


def fixed_value(field_: Field, spelt: str) -> Value:
    """A value as `with field = value` spells it."""
    if field_.type == "boolean":
        return spelt == "true"
    return Number(spelt) if field_.numeric or field_.type in ("integer", "decimal") else spelt


def _united(group: Group) -> tuple[dict[str, Value], list[str]]:
    """The values of all members, and the fields in which they differ."""
    kind = group.kind
    values: dict[str, Value] = {}
    items: dict[str, dict[str, Value]] = {}
    differing: dict[str, None] = {}
    for member in group.members:
        record = {name: value for name, value in member.reading.values.items() if name in kind.fields.by_name}
        for name, value in record.items():
            if values.setdefault(name, value) != value:
                differing[name] = None
        each = member.shape.each
        if each and each.items:
            inner = {name: value for name, value in member.reading.values.items() if name in each.items.by_name}
            item = in_order({**inner, member.shape.item_id: member.item}, each.items)
            if items.setdefault(each.name, {}).setdefault(member.item, item) != item:
                differing[each.name] = None
    for member in group.members:
        lacking = carried(kind, member.shape) & values.keys() - member.reading.values.keys() if not member.resource.own else ()
        differing.update(dict.fromkeys(lacking))
    for name, by_id in items.items():
        values[name] = [by_id[one] for one in sorted(by_id)]
    return values, [name for name in kind.fields.by_name if name in differing]


def _drop_broken(fields: Fields, values: dict[str, Value], around: Mapping[str, Value]) -> list[Rule]:
    """Empty the fields whose clause does not hold; the clauses that were broken."""
    broken: list[Rule] = []
    changed = True
    while changed:
        changed = False
        for rule in fields.rules:
            if not rule.clause_of or holds(rule.formula, {**around, **values}):
                continue
            empty = rule.fields if rule.together else (rule.clause_of,)
            if any(values.pop(name, None) is not None for name in empty):
                broken.append(rule)
                changed = True
    return broken


def _belongs(child: Gathering, parent: Gathering, listing: ChildList) -> bool:
    """Whether a child has what its list fills from the parent, and they come from the same server or name each other by identifier."""
    same = all(child.values.get(name) == parent.values.get(name) for name in listing.shared)
    fixed = all(child.values.get(name) == fixed_value(child.kind.fields.by_name[name], spelt) for name, spelt in listing.fixed.items())
    servers = {one.resource.server for one in child.members} & {one.resource.server for one in parent.members}
    own = all(one.resource.own for one in (*child.members, *parent.members))
    return same and fixed and bool(servers or own) and child.values.get(parent.kind.key) is not None


def _innermost_first(kinds: Mapping[str, Kind]) -> Iterable[Kind]:
    """Kinds whose children have children come after these."""
    done: dict[str, Kind] = {}

    def visit(kind: Kind, path: tuple[str, ...]) -> None:
        for listing in kind.children:
            if listing.kind in kinds and listing.kind not in (*path, kind.name):
                visit(kinds[listing.kind], (*path, kind.name))
        done.setdefault(kind.name, kind)

    for kind in kinds.values():
        visit(kind, ())
    return done.values()
