"""A set of resources becomes records: dispatch, reading, grouping by key, and what cannot be read. Nothing is guessed."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from service.diagnostics.issue import Issue
from service.diagnostics.messages import resources as say
from service.fhir import definitions, json
from service.fhir.json import Value
from service.mapping import identity
from service.mapping.identity import Own
from service.mapping.plan import Block, Kind, Shape, every
from service.mapping.sender import Followed, Names, Resource, Sender
from service.mapping.walk import read as reading
from service.mapping.walk.read import NotThis, Reading
from service.mapping.walk.write import Pointer
from service.records import moments
from service.records.fields import Field


@dataclass(slots=True, eq=False)
class Member:
    """A resource that a shape took, with what was read in it."""

    resource: Resource
    kind: Kind
    shape: Shape
    item: str
    reading: Reading
    followed: list[Followed]
    linked: dict[str, Value]


@dataclass(slots=True)
class Orphan:
    """A resource that no shape took, or that was refused: returned as it came, with the reasons."""

    resource: Resource
    issues: list[Issue]
    refused: bool = False


@dataclass(slots=True)
class Group:
    """The members of one record."""

    kind: Kind
    key: str
    members: list[Member] = field(default_factory=list)


@dataclass(slots=True)
class Gathered:
    """The groups that resources of a set form, and those that belong to none."""

    groups: list[Group] = field(default_factory=list)
    orphans: list[Orphan] = field(default_factory=list)


def identify(names: Names, value: Value, full_url: str, server: str, path: str = "") -> Resource:
    """A resource of the set with its server (a `fullUrl` decides, else `server`) and what identifies it."""
    resource = Resource(value, identity.normal(server), full_url, path=path)
    tail = f"/{resource.reference}"
    if resource.id and full_url.endswith(tail) and "://" in full_url:
        resource.server = identity.normal(full_url.removesuffix(tail))
    owns = list(_owns(names, value))
    if owns:
        resource.own = owns[0]
    elif resource.server in names.bases:
        resource.own = names.by_id(resource.type, resource.id)
    return resource


def problems(names: Names, resource: Resource, known: Known) -> list[Issue]:
    """Why a resource is refused before any shape sees it."""
    value = resource.value
    if not definitions.is_resource(resource.type):
        return [say.not_a_resource(resource.where)]
    if len(set(_owns(names, value))) > 1 or (known.key and resource.own and resource.own.key != known.key):
        return [say.two_identities(f"{resource.where}.identifier")]
    return [*(say.modifier_extension(expression(resource.where, at)) for at in _modifier_extensions(value, ())), *resource.faults]


@dataclass(frozen=True, slots=True)
class Known:
    """What the caller knows.

    The link table (by server, `Type/id` to our key), the key of the one record (of a PUT), and what references as they are written name
    (type and key; the resources that were read in place of contained ones).
    """

    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    key: str = ""
    remembered: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, Value] = field(default_factory=dict)


def gather(kinds: Mapping[str, Kind], names: Names, resources: list[Resource], known: Known) -> Gathered:
    """Read every resource of a set and group what belongs to one record. Every resource gets the key that it has here."""
    _assign_keys(resources, known)
    index = {url: one for one in resources for url in (one.full_url, f"{one.server}/{one.reference}" if one.reference else "") if url}
    gathered = Gathered()
    members: list[Member] = []
    for resource in resources:
        issues = problems(names, resource, known)
        if issues:
            resource.refused = True
            gathered.orphans.append(Orphan(resource, issues, refused=True))
    for resource in resources:
        if resource.refused:
            continue
        sender = Sender(names, resource, index, known.links, known.remembered, known.kept)
        member = _dispatch(kinds, names, resource, sender)
        if isinstance(member, Orphan):
            gathered.orphans.append(member)
        elif member:
            members.append(member)
    gathered.groups = list(_grouped(members, known))
    return gathered


def expression(root: str, at: Pointer) -> str:
    """A pointer into a resource as FHIRPath: `Observation.component[1].valueQuantity`."""
    return root + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in at)


def is_own_provenance(names: Names, resource: Resource) -> bool:
    """Whether it is the Provenance that the engine writes beside a record."""
    entities = resource.value.get("entity")
    if resource.type != "Provenance" or not isinstance(entities, list):
        return False
    systems = [identity.system(base, "mapping") for base in names.bases]
    return any(_system_of(one) in systems for one in entities)


def _system_of(entity: Value) -> str:
    match entity:
        case {"what": {"identifier": {"system": str(system)}}}:
            return system
    return ""


def _assign_keys(resources: Iterable[Resource], known: Known) -> None:
    """The key that the caller states, its own, the link table's, or one derived from its id there."""
    for resource in resources:
        named = resource.reference
        if known.key:
            resource.key = known.key
        elif resource.own:
            resource.key = resource.own.key
        elif named and (link := known.links.get(resource.server, {}).get(named)):
            resource.key = link
        else:
            resource.key = identity.foreign_id(resource.server, resource.called)


def _owns(names: Names, value: Value) -> Iterator[Own]:
    identifiers = value.get("identifier")
    for one in identifiers if isinstance(identifiers, list) else [identifiers]:
        own = names.parse(one.get("system"), one.get("value")) if isinstance(one, dict) else None
        if own:
            yield own


def _modifier_extensions(value: Value, at: Pointer) -> Iterator[Pointer]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "modifierExtension":
                yield (*at, name)
            else:
                yield from _modifier_extensions(inner, (*at, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _modifier_extensions(inner, (*at, number))


@lru_cache(1024)
def carried(kind: Kind, shape: Shape) -> frozenset[str]:
    """The record's fields that a shape reads."""
    names = {one.name for leaf in shape.scope.leaves() if leaf.two_way for one in leaf.term.fields}
    names |= {choice.field.name for choice in shape.scope.choices if choice.field}
    names |= {items.field.name for items in shape.scope.items()}
    return frozenset(names & kind.fields.by_name.keys())


@lru_cache(1024)
def turn(shape: Shape) -> tuple[bool, bool]:
    """When resources of others are offered to a shape: to those that ask for something (`match`) first, and among these to `each` last."""
    asks = (leaf for leaf in shape.scope.leaves() if leaf.mode == "match")
    return not any(leaf.branch is None or reading.tells(leaf.branch.choice) for leaf in asks), shape.each is not None


@lru_cache(1024)
def stated(kind: Kind, shape: Shape) -> frozenset[str]:
    """Those of them of which the shape says also that they are absent: an entry of a list that is not there says nothing."""
    entries = [part for part in every(shape.scope.parts) if isinstance(part, Block) and part.slice and part.type == "BackboneElement"]
    inside = {id(leaf) for entry in entries for leaf in every(entry.parts)}
    leaves = [leaf for leaf in shape.scope.leaves() if leaf.two_way]
    only_there = {one.name for leaf in leaves if id(leaf) in inside for one in leaf.term.fields}
    return carried(kind, shape) - (only_there - {one.name for leaf in leaves if id(leaf) not in inside for one in leaf.term.fields})


def _dispatch(kinds: Mapping[str, Kind], names: Names, resource: Resource, sender: Sender) -> Member | Orphan:
    """The shape that takes a resource: of one of ours the shape that wrote it, of any other the first of its type that fits."""
    own = resource.own
    offered = [(kind, shape) for kind in kinds.values() for shape in kind.shapes if shape.type == resource.type]
    if own:
        offered = [(kind, shape) for kind, shape in offered if kind.name == own.kind and _wrote(shape, own)]
        if not offered:
            return Orphan(resource, [say.unknown_own(f"{resource.where}.identifier")])
    else:
        offered = sorted((pair for pair in offered if not pair[1].own_only), key=lambda pair: turn(pair[1]))
    reasons: list[Issue] = []
    for kind, shape in offered:
        sender.followed, sender.linked = [], {}
        try:
            read = reading.read(shape, resource.value, sender, names.reserved)
        except NotThis as no:
            reasons.append(say.not_this(resource.where, shape.name, no.part.path, no.part.span.place))
            continue
        if own is None and (line := reading.unknown_case(shape, read)):
            reasons.append(say.not_this(resource.where, shape.name, line.path, line.span.place))
            continue
        if own is None and read.passed and not _has_content(kind, shape, read):
            return Orphan(resource, [say.nothing_read(resource.where, shape.name, shape.span.place)])
        item = (own.item if own else identity.foreign_item(resource.server, resource.called)) if shape.each else ""
        return Member(resource, kind, shape, item, read, sender.followed, sender.linked)
    return Orphan(resource, [say.no_shape(resource.where, resource.type), *reasons])


def _wrote(shape: Shape, own: Own) -> bool:
    return not shape.form_of and bool(shape.each) == bool(own.item) and own.ending in (shape.ending, *shape.former)


def _has_content(kind: Kind, shape: Shape, read: Reading) -> bool:
    """Whether something was read besides required fields and references."""
    fields = shape.scope.fields.visible if shape.each else kind.fields.by_name
    return any(not fields[name].required and fields[name].type != "id" for name in read.values if name in fields)


def _grouped(members: list[Member], known: Known) -> Iterator[Group]:
    groups: dict[tuple[str, str], Group] = {}
    together: dict[tuple[Hashable, ...], list[Member]] = {}
    for member in members:
        values = _foreign_key(member)
        if member.resource.own or known.key or values is None:
            together[("", str(len(together)))] = [member]
        else:
            together.setdefault((member.kind.name, member.resource.server, *values), []).append(member)
    for found in together.values():
        for part, key in _keyed(found, known.links):
            kind = part[0].kind
            groups.setdefault((kind.name, key), Group(kind, key)).members.extend(part)
    yield from groups.values()


def _keyed(found: list[Member], links: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[list[Member], str]]:
    """Foreign members with the same foreign key: one record with one key where nothing speaks against it, else each its own."""
    linked = {key for one in found if (key := links.get(one.resource.server, {}).get(one.resource.reference))}
    if len(found) == 1 or len(linked) > 1 or not _one_record(found):
        for one in found:
            yield [one], one.resource.key
        return
    first = found[0]
    values = [min(_text(one.reading.values.get(name)) for one in found) for name in first.kind.foreign_key]
    yield found, next(iter(linked)) if linked else identity.grouped(first.resource.server, first.kind.name, values)


def _foreign_key(member: Member) -> tuple[Hashable, ...] | None:
    """The values that hold foreign resources together, or None without a time of day among them."""
    values = {name: _text(member.reading.values.get(name)) for name in member.kind.foreign_key}
    times = {name: value for name, value in values.items() if "T" in value and member.kind.fields.by_name[name].type in moments.TYPES}
    return tuple(moments.moment(value) if name in times else value for name, value in values.items()) if times else None


def _one_record(found: list[Member]) -> bool:
    """No two fit one shape (of `each` there may be many), and all that say something of a field say the same."""
    single = [one.shape.name for one in found if not one.shape.each]
    if len(set(single)) < len(single):
        return False
    states = {one.shape.name: stated(one.kind, one.shape) for one in found}
    for name, field_ in found[0].kind.fields.by_name.items():
        sharing = [one.reading.values.get(name) for one in found if name in one.reading.values or name in states[one.shape.name]]
        if any(not agree(field_, value, sharing[0]) for value in sharing[1:]):
            return False
    return True


def agree(field_: Field, one: Value, other: Value) -> bool:
    """Whether two values of a field are the same; two spellings of one moment are."""
    if field_.type in moments.TYPES and isinstance(one, str) and isinstance(other, str):
        return moments.moment(one) == moments.moment(other)
    return bool(one == other)


def _text(value: Value) -> str:
    return "" if value is None else value if isinstance(value, str) else json.write(value).decode()
