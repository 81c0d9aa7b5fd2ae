"""The two directions for callers: a record and what is inside it becomes resources, a set of resources becomes records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from service.diagnostics.issue import ENOUGH, Issue, Refused
from service.diagnostics.messages import records as say
from service.diagnostics.messages import resources as wrong
from service.fhir import validate
from service.fhir.json import Value
from service.mapping import assemble, children, counterpart, gather, giveback, identity, labels, memory, transaction
from service.mapping.assemble import Gathering
from service.mapping.children import Single
from service.mapping.gather import Known, Orphan
from service.mapping.identity import Own
from service.mapping.library import Library
from service.mapping.memory import Entry
from service.mapping.receiver import Receiver
from service.mapping.sender import Resource
from service.mapping.walk.write import Written, write
from service.records.formulas import holds


class Given(NamedTuple):
    """A resource of a set: its full URL, and where it stands in what the caller sent (`Bundle.entry[2].resource`); both may be empty.

    One that has `faults` is not read.
    """

    resource: Value
    full_url: str = ""
    path: str = ""
    faults: tuple[Issue, ...] = ()


class Top(NamedTuple):
    """A record of a set with its kind, and where it stands in what the caller sent."""

    kind: str
    record: Value
    path: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A resource as it is sent, with its full URL in a Bundle; `own` says who it is: None for one that goes back to its server."""

    own: Own | None
    resource: dict[str, Value]
    full_url: str = ""

    @property
    def type(self) -> str:
        """Its resource type."""
        return str(self.resource["resourceType"])


@dataclass(slots=True)
class Resources:
    """What a record becomes for one receiver: resources, those of the receiver to be withdrawn (`Type/id`), and what was left out."""

    sent: list[Sent] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


@dataclass(slots=True)
class Records:
    """What a set of resources says: records, resources that make none (as they came), issues about both, the links of all that was read."""

    records: list[Gathering] = field(default_factory=list)
    orphans: list[Orphan] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    links: dict[str, dict[str, str]] = field(default_factory=dict)


def to_fhir(library: Library, kind: str, record: Value, *, server: str = "", takes_ids: bool = False) -> Resources:
    """The resources of a record of a kind and of the records inside it, for the server at a base (none: our own).

    `takes_ids`: the server keeps the ids that we give. Raises Refused with every problem of the record.
    """
    (made,) = to_set(library, [Top(kind, record)], server=server, takes_ids=takes_ids)
    return made


def to_set(library: Library, tops: Sequence[Top], *, server: str = "", takes_ids: bool = False, bundle: bool = False) -> list[Resources]:
    """The resources of each record of a set, which may refer to each other; as entries of a `bundle`, by full URL.

    Raises Refused with every problem of every record, up to a hundred.
    """
    issues: list[Issue] = []
    singles = [list(children.spread(library.kinds, library.kinds[top.kind], top.record, issues, top.path)) for top in tops]
    issues += _twice([single for group in singles for single in group])
    if issues:
        raise Refused(issues if len(issues) < ENOUGH else [*issues[:ENOUGH], say.and_more(ENOUGH)])
    target = identity.normal(server) or library.names.base
    receiver = Receiver(library.names.base, library.names.kinds, ours=takes_ids or target in library.names.bases, bundle=bundle)
    every = [single for group in singles for single in group]
    elsewhere = every if target not in library.names.bases else ()
    there = {name: literal for single in elsewhere for name, literal in _names_there(library, single, target)}
    new = [single for single in every if not _remembered(single, target)]
    receiver = replace(receiver, in_set=_ids(library, new, receiver), known=there)
    sets = []
    for group in singles:
        made = Resources()
        for single in group:
            _add(library, made, single, target, receiver)
        sets.append(made)
    return sets


def from_fhir(
    library: Library, resources: Iterable[Given | tuple[Value, str]], *, server: str = "", known: Known | None = None, policy: str = ""
) -> Records:
    """The records of a set of resources.

    `server` is the base of the sender where no full URL says it (none: our own); `policy` for leftovers stands above that of the mappings.
    """
    names = library.names
    kept = []
    for value, url, path, faults in (Given(*one) for one in resources):
        resource = gather.identify(names, value, url, server or names.base, path)
        resource.faults = faults
        if not gather.is_own_provenance(names, resource):
            kept.append(resource)
    result = Records()
    while True:
        gatherings, orphans, disputes = _read(library, kept, known or Known())
        accounts = [memory.account(names, one) for one in gatherings]
        in_dispute = [memory.account(names, one) for one in disputes]
        refused = {
            id(one.members[number].resource): Orphan(one.members[number].resource, issues, refused=True)
            for one, account in zip([*gatherings, *disputes], [*accounts, *in_dispute], strict=True)
            for number, issues in memory.refused_members(one, account).items()
        }
        if not refused:
            break
        result.orphans += refused.values()
        kept = [one for one in kept if id(one) not in refused]
    result.orphans += orphans
    for one, account in zip(gatherings, accounts, strict=True):
        chosen = policy or one.kind.leftovers
        issues = account.issues(one, chosen)
        if issues and chosen == "refuse":
            result.orphans += [Orphan(member.resource, issues, refused=True) for member in one.members]
            continue
        one.memory = memory.remember(library.hash, one, account, chosen)
        result.records.append(one)
        result.issues += [*one.notes, *(issues if chosen == "report" else [])]
        for member in one.members:
            if member.resource.reference:
                result.links.setdefault(member.resource.server, {})[member.resource.reference] = one.key
    result.records = children.join(result.records, library.kinds)
    return result


def _add(library: Library, made: Resources, single: Single, target: str, receiver: Receiver) -> None:
    entries = _remembered(single, target)
    if not entries:
        if issues := [issue.inside(single.path) for issue in _faults(single, receiver)]:
            raise Refused(issues)
        made.sent += [_sent(receiver.base, single, one) for one in _written(single, receiver)]
        return
    if any(entry.resource is None for entry in entries):
        raise Refused([wrong.no_memory(target).inside(single.path)])

    def read_again(resources: list[tuple[Value, str]], entries: list[Entry], key: str) -> Gathering | None:
        remembered = {literal: named for entry in entries for literal, named in entry.links.items()}
        kept = {literal: resource for entry in entries for literal, resource in entry.linked.items()}
        given = [gather.identify(library.names, value, url, target) for value, url in resources]
        gatherings, orphans, _ = _read(library, given, Known(key=key, remembered=remembered, kept=kept))
        return gatherings[0] if len(gatherings) == 1 and not orphans else None

    returned = giveback.give_back(library.names, library.hash, single, entries, receiver, read_again)
    made.sent += [Sent(None, resource, transaction.url_there(target, resource, full_url)) for resource, full_url in returned.resources]
    made.sent += [_sent(receiver.base, single, one) for one in _labelled(single, returned.new)]
    made.withdrawn += returned.withdrawn
    made.issues += returned.issues


def _remembered(single: Single, target: str) -> list[Entry]:
    return [entry for entry in single.memory if identity.normal(entry.server) == target]


def _names_there(library: Library, single: Single, target: str) -> Iterator[tuple[tuple[str, str], str]]:
    """What another server calls the resources of a record that was read from it: ours by identifier, the main one of others by type.

    Our own base calls them as we do: there a record without a memory is what it says.
    """
    main = next((shape.type for shape in single.kind.written if not shape.ending), "")
    for entry in _remembered(single, target):
        if entry.resource is None:
            continue
        there = gather.identify(library.names, entry.resource, entry.full_url, target)
        own = there.own or (Own(single.kind.name, single.record[single.kind.key]) if there.type == main else None)
        if own and there.reference:
            yield (identity.system(library.names.base, own.kind), own.value), there.reference


def _read(library: Library, resources: list[Resource], known: Known) -> tuple[list[Gathering], list[Orphan], list[Gathering]]:
    """The records of resources, the resources that make none, and among these each that differs from others of its record."""
    gathered = gather.gather(library.kinds, library.names, resources, known)
    gatherings: list[Gathering] = []
    orphans = gathered.orphans
    disputes: list[Gathering] = []
    for group in gathered.groups:
        one = assemble.assemble(group)
        if isinstance(one, Gathering):
            gatherings.append(one)
            continue
        orphans += one
        disputes += assemble.disputed(group)
    return gatherings, orphans, disputes


def _written(single: Single, receiver: Receiver) -> Iterator[Written]:
    return _labelled(single, write(single.kind, single.record, counterpart.links(single.kind, receiver)))


def _faults(single: Single, receiver: Receiver) -> Iterator[Issue]:
    """What is wrong with resources of which nothing proves that they are valid; a search in place of a reference is valid in a Bundle."""
    doubtful = [shape for shape in single.kind.written if holds(shape.doubt, single.record)]
    for one in _written(single, replace(receiver, bundle=False)) if doubtful else ():
        for finding in validate.validate(one.resource) if one.shape in doubtful else ():
            if finding.severity == "error":
                yield say.becomes_invalid(one.shape.type, finding.message, one.shape.span)


def _labelled(single: Single, resources: Iterable[Written]) -> Iterator[Written]:
    """The resources of a record with the security labels that it was read with, from whichever server."""
    found = labels.unique(label for entry in single.memory for label in entry.security)
    return (replace(one, resource=labels.united(one.resource, found)) if found else one for one in resources)


def _sent(base: str, single: Single, one: Written) -> Sent:
    own = Own(single.kind.name, single.record[single.kind.key], one.shape.ending, one.item)
    return Sent(own, one.resource, identity.full_url(base, own, single.kind.written.index(one.shape)))


def _ids(library: Library, singles: list[Single], receiver: Receiver) -> Mapping[tuple[str, str], str]:
    """What the resources of the set are called in it: in a Bundle by full URL, else by id for a receiver that may not take our ids."""
    if receiver.ours and not receiver.bundle:
        return {}
    base = library.names.base
    sent = [_sent(base, single, one) for single in singles for one in _written(single, receiver)]
    return {
        (identity.system(base, one.own.kind), one.own.value): one.full_url if receiver.bundle else f"{one.type}/{one.own.id}"
        for one in sent
        if one.own
    }


def _twice(singles: list[Single]) -> Iterator[Issue]:
    seen: set[tuple[str, str]] = set()
    for single in singles:
        who = (single.kind.name, str(single.record.get(single.kind.key)))
        if who in seen:
            yield say.item_twice(single.path, single.kind.key, single.kind.fields.by_name[single.kind.key].span)
        seen.add(who)
