"""What a record keeps of the resources it was read from (`_fhir`), by the policy of its mapping."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from service.diagnostics.issue import Issue
from service.diagnostics.messages import resources as say
from service.fhir import definitions, json
from service.fhir.forms import has_form
from service.fhir.json import Value
from service.mapping import counterpart, labels
from service.mapping.assemble import Gathering
from service.mapping.gather import Member, expression
from service.mapping.leftovers import Leftover, difference, equal, modifiers
from service.mapping.receiver import Receiver
from service.mapping.sender import Names, Resource
from service.mapping.walk.read import RESOLVED
from service.mapping.walk.write import Pointer, write

POLICIES = ("report", "refuse", "keep")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is remembered of one resource of a server.

    Under `keep`: the mapping's hash, the digest of the record as read, what the server's references mean here, the full URL of a
    resource without id, the resource, and those of the set that it was read with, by reference (`linked`). `security` are its labels.
    """

    server: str
    mapping: str = ""
    read: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    full_url: str = ""
    resource: Value = None
    linked: Mapping[str, Value] = field(default_factory=dict)
    security: list[Value] = field(default_factory=list)


@dataclass(slots=True)
class Account:
    """What the resources of a record hold and it does not: leftovers by member, and whether writing it gives just these resources."""

    leftovers: dict[int, list[Leftover]]
    complete: bool

    def lost(self, number: int) -> list[Leftover]:
        """The leftovers of a member that the record does not hold."""
        return [one for one in self.leftovers[number] if one.sign != "-"]

    def issues(self, gathering: Gathering, policy: str) -> list[Issue]:
        """The leftovers as issues; errors under the policy `refuse`."""
        word = say.leftover_refused if policy == "refuse" else say.leftover
        return [
            word(expression(member.resource.where, one.at), differs=one.sign == "~")
            for number, member in enumerate(gathering.members)
            for one in self.lost(number)
        ]


def account(names: Names, gathering: Gathering) -> Account:
    """The leftovers of every member of a record."""
    found: dict[int, list[Leftover]] = {}
    for number, member in enumerate(gathering.members):
        written = counterpart.of(names, member, gathering.values)
        if written is None:
            found[number] = [Leftover("+", (), member.resource.value)]
        else:
            found[number] = difference(member.resource.value, written.resource, member.reading.trace, written.origins)
    return Account(found, not any(found.values()) and _all_there(names, gathering))


def refused_members(gathering: Gathering, account_: Account) -> dict[int, list[Issue]]:
    """The members with an element that changes their meaning and that no line accounts for."""
    refused: dict[int, list[Issue]] = {}
    for number, member in enumerate(gathering.members):
        unread = [one.at for one in modifiers(member.resource.type, account_.leftovers[number], member.resource.value)]
        for at in (*unread, *_linked_modifiers(member)):
            refused.setdefault(number, []).append(say.modifier_not_read(expression(member.resource.where, at), member.shape.span.place))
    return refused


def _linked_modifiers(member: Member) -> Iterator[Pointer]:
    """The elements that change the meaning of a resource read in place of a contained one, and that no line read."""
    trace = member.reading.trace
    for at in {at[: at.index(RESOLVED) + 1] for at in trace if RESOLVED in at}:
        for name in {name for one in member.linked.values() for name in one if _is_modifier(one["resourceType"], name)}:
            if (*at, name) not in trace:
                yield (*at, name)


def _is_modifier(type_: str, name: str) -> bool:
    member = definitions.member(type_, name)
    return member is not None and member.element.modifier


def remember(library_hash: str, gathering: Gathering, account_: Account, policy: str) -> list[Value]:
    """The memory of a record; under `keep` empty when writing it gives just what was read.

    Under the others, the servers where writing it would lose something or make a second resource beside theirs, and their labels.
    """
    if policy != "keep":
        barred = [one.resource for number, one in enumerate(gathering.members) if not one.resource.own or account_.lost(number)]
        return [_server(server, barred) for server in dict.fromkeys(one.server for one in barred)]
    if account_.complete:
        return []
    digest = digest_of(gathering.values)
    return [_entry(library_hash, member, digest) for member in gathering.members]


def recall(memory: Value) -> list[Entry] | None:
    """The entries of a memory, or None where it is not what the engine wrote."""
    if memory is None:
        return []
    if not isinstance(memory, list):
        return None
    entries: list[Entry] = []
    for one in memory:
        known = isinstance(one, dict) and one.keys() <= {"server", "mapping", "read", "links", "fullUrl", "resource", "linked", "security"}
        if not known or not isinstance(one.get("server"), str):
            return None
        links, resource, linked = one.get("links", {}), one.get("resource"), one.get("linked", {})
        texts = [one.get(name, "") for name in ("mapping", "read", "fullUrl")]
        if not all(isinstance(text, str) for text in texts) or not isinstance(links, dict) or not _is_resource(resource):
            return None
        if not all(isinstance(key, str) for key in links.values()) or not has_form("Meta", {"security": one.get("security", [])}):
            return None
        if not isinstance(linked, dict) or not all(map(_is_resource, linked.values())):
            return None
        security = one.get("security") or labels.of(resource or {})
        entries.append(Entry(one["server"], texts[0], texts[1], links, texts[2], resource, linked, security))
    return entries


def _is_resource(value: Value) -> bool:
    """Whether an entry may hold it: a resource of a type that is one, or nothing."""
    type_ = value.get("resourceType") if isinstance(value, dict) else None
    return value is None or (isinstance(type_, str) and definitions.is_resource(type_))


def digest_of(record: Mapping[str, Value]) -> str:
    """A digest of a record's values, whatever the order of its fields."""
    return hashlib.sha256(json.write(dict(sorted(record.items())))).hexdigest()[:32]


def _server(server: str, resources: list[Resource]) -> Value:
    security = labels.unique(label for one in resources if one.server == server for label in labels.of(one.value))
    return {"server": server, **({"security": security} if security else {})}


def _entry(library_hash: str, member: Member, digest: str) -> Value:
    resource = member.resource
    links = {one.literal: f"{one.type}/{one.key}" for one in member.followed if one.literal is not None}
    return {
        "server": resource.server,
        "mapping": library_hash,
        "read": digest,
        **({"links": links} if links else {}),
        **({"fullUrl": resource.full_url} if resource.full_url and not resource.id else {}),
        "resource": resource.value,
        **({"linked": dict(member.linked)} if member.linked else {}),
    }


def _all_there(names: Names, gathering: Gathering) -> bool:
    """Whether the record, by itself, writes at our own base just the resources that were in the set."""
    kind = gathering.kind
    out = counterpart.links(kind, Receiver(names.base, names.kinds))
    wanted = {(one.shape.name, one.item): one.resource for one in write(kind, gathering.values, out)}
    there = {(one.shape.name, one.item): one.resource.value for one in gathering.members}
    ours = all(one.resource.server in names.bases for one in gathering.members)
    return ours and len(there) == len(gathering.members) and equal(there, wanted)
