"""Records inside records: a record is spread into itself and its children, and children are put back into their parents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from service.diagnostics.issue import ENOUGH, Issue
from service.diagnostics.messages import records as say
from service.diagnostics.messages import resources as wrong
from service.fhir.json import Number, Value, write
from service.mapping import memory
from service.mapping.assemble import Gathering
from service.mapping.memory import Entry
from service.mapping.plan import ChildList, Kind
from service.records import schema
from service.records.fields import Field, Fields

MEMORY = "_fhir"
"""The member of a record in which the engine keeps what a resource holds and the record does not."""


@dataclass(frozen=True, slots=True)
class Single:
    """One record by itself: its fields, where it stood in the whole, and what it remembers of the resources it was read from."""

    kind: Kind
    record: dict[str, Value]
    path: str
    memory: list[Entry]


def spread(kinds: Mapping[str, Kind], kind: Kind, record: Value, found: list[Issue], path: str = "") -> Iterator[Single]:
    """A record and the records inside it, each with what it takes from its parent; what is wrong with any of them is added to `found`."""
    if len(found) >= ENOUGH:
        return
    if not isinstance(record, dict):
        found.append(say.not_an_object(path))
        return
    lists = {one.name for one in kind.children}
    own = {name: value for name, value in record.items() if name not in lists and name != MEMORY}
    found += [issue.inside(path) for issue in schema.problems(kind.fields, own)]
    entries = memory.recall(record.get(MEMORY))
    if entries is None:
        found.append(wrong.bad_memory().inside(path))
    yield Single(kind, own, path, entries or [])
    for listing in kind.children:
        if listing.name not in record:
            continue
        inside = record[listing.name]
        at = f"{path}.{listing.name}" if path else listing.name
        if not isinstance(inside, list) or not inside:
            found.append(say.not_a_list(at, listing.span))
            continue
        for number, child in enumerate(inside):
            if len(found) >= ENOUGH:
                return
            yield from _child(kinds, listing, own, child, found, f"{at}[{number}]")


def _child(
    kinds: Mapping[str, Kind], listing: ChildList, parent: Mapping[str, Value], child: Value, found: list[Issue], path: str
) -> Iterator[Single]:
    kind = kinds[listing.kind]
    if not isinstance(child, dict):
        found.append(say.not_an_object(path))
        return
    given = {name: parent[name] for name in listing.shared if name in parent}
    given |= {name: fixed_value(kind.fields.by_name[name], spelt) for name, spelt in listing.fixed.items()}
    found += [say.filled_from_parent(f"{path}.{name}", name, listing.span) for name in (*listing.shared, *listing.fixed) if name in child]
    yield from spread(kinds, kind, {**child, **given}, found, path)


def join(gatherings: list[Gathering], kinds: Mapping[str, Kind]) -> list[Gathering]:
    """Children put into their parents, innermost first; the records that have none are left."""
    left = dict.fromkeys(gatherings)
    for kind in innermost_first(kinds):
        parents = [one for one in gatherings if one.kind is kind]
        for listing in kind.children if parents else ():
            homes: dict[bytes, list[Gathering]] = {}
            for parent in parents:
                homes.setdefault(_shared(parent, listing), []).append(parent)
            for child in [one for one in left if one.kind.name == listing.kind]:
                near = homes.get(_shared(child, listing), ())
                home = next((one for one in near if one is not child and _belongs(child, one, listing)), None)
                if home is not None:
                    home.children.setdefault(listing.name, []).append(child)
                    del left[child]
    for one in gatherings:
        for children in one.children.values():
            children.sort(key=lambda child: child.key)
    return list(left)


def shown(gathering: Gathering) -> dict[str, Value]:
    """The record with the records inside it, without what these take from their parent."""
    record = dict(gathering.values)
    for listing in gathering.kind.children:
        inside = gathering.children.get(listing.name, ())
        if inside:
            taken = {*listing.shared, *listing.fixed}
            record[listing.name] = [{name: value for name, value in shown(one).items() if name not in taken} for one in inside]
    if gathering.memory:
        record[MEMORY] = gathering.memory
    return record


def times(kinds: Mapping[str, Kind], kind: Kind, record: Mapping[str, Value]) -> Iterator[str]:
    """The dates and times in a valid record and the records inside it."""
    yield from _times(kind.fields, record)
    for listing in kind.children:
        for child in record.get(listing.name, ()):
            yield from times(kinds, kinds[listing.kind], child)


def _times(fields: Fields, values: Mapping[str, Value]) -> Iterator[str]:
    for name, one in fields.by_name.items():
        if one.items:
            for item in values.get(name, ()):
                yield from _times(one.items, item)
        elif one.type in ("dateTime", "instant") and name in values:
            yield from values[name] if one.many else (values[name],)


def fixed_value(field_: Field, spelt: str) -> Value:
    """A value as `with field = value` spells it."""
    if field_.type == "boolean":
        return spelt == "true"
    return Number(spelt) if field_.numeric or field_.type in ("integer", "decimal") else spelt


def _shared(one: Gathering, listing: ChildList) -> bytes:
    return write([one.values.get(name) for name in listing.shared])


def _belongs(child: Gathering, parent: Gathering, listing: ChildList) -> bool:
    """Whether a child with a parent's shared values has the fixed ones, and both are of one server or name each other by identifier."""
    fixed = all(child.values.get(name) == fixed_value(child.kind.fields.by_name[name], spelt) for name, spelt in listing.fixed.items())
    servers = {one.resource.server for one in child.members} & {one.resource.server for one in parent.members}
    own = all(one.resource.own for one in (*child.members, *parent.members))
    return fixed and bool(servers or own) and child.values.get(parent.kind.key) is not None


def innermost_first(kinds: Mapping[str, Kind]) -> Iterable[Kind]:
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
