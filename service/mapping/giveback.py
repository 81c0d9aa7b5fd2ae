"""An edited record given back to the server it was read from: each resource merged, and the result certified by reading it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from service.diagnostics.issue import Issue, Refused
from service.diagnostics.messages import resources as say
from service.fhir import validate
from service.fhir.json import Value
from service.mapping import counterpart, memory
from service.mapping.assemble import Gathering
from service.mapping.children import Single
from service.mapping.gather import expression
from service.mapping.leftovers import equal
from service.mapping.memory import Entry
from service.mapping.merge import Merge, ours_alone
from service.mapping.receiver import Receiver
from service.mapping.sender import Names
from service.mapping.walk.write import Written, write

_Form = Callable[[Merge], dict[str, Value]]


class ReadAgain(Protocol):
    """Reads resources of one server again, as members of one record; None when they make no single record."""

    def __call__(self, resources: list[tuple[Value, str]], entries: list[Entry], key: str) -> Gathering | None:
        """The one record of these resources (each with its full URL), under its key."""


@dataclass(slots=True)
class Returned:
    """What goes back: resources of the server (changed or as they came), new ones of ours, those to be withdrawn, and what was left out.

    `resources` have their full URLs there, `withdrawn` names them as `Type/id`.
    """

    resources: list[tuple[dict[str, Value], str]] = field(default_factory=list)
    new: list[Written] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


@dataclass(slots=True)
class _Attempt:
    """The merged form of each member (None: withdrawn), and new resources beside them."""

    merged: list[dict[str, Value] | None]
    new: list[Written]


def give_back(names: Names, library_hash: str, single: Single, entries: list[Entry], receiver: Receiver, read_again: ReadAgain) -> Returned:
    """The resources of one server (`entries`) as the record has them now.

    Raises Refused when the server's form of the record has no place for the change.
    """
    stays = {name for name, one in single.kind.fields.by_name.items() if one.stays}
    record = {name: value for name, value in single.record.items() if name not in stays}
    key = record[single.kind.key]
    originals = [(entry.resource, entry.full_url) for entry in entries]
    if all(entry.read == memory.digest_of(record) for entry in entries):
        return Returned(originals)
    before = read_again(originals, entries, key)
    if before is None:
        raise Refused([say.cannot_carry([], entries[0].server).inside(single.path)])
    if any(entry.mapping != library_hash for entry in entries):
        record = {**{name: value for name, value in before.values.items() if name not in record}, **record}
    changed = sorted(name for name in {*record, *before.values} if not equal(record.get(name), before.values.get(name)))
    merges: list[Merge] = []
    for attempt in _attempts(names, before, record, receiver, merges):
        again = read_again(
            [(one, entry.full_url) for one, entry in zip(attempt.merged, _by_member(before, entries), strict=True) if one is not None]
            + [(one.resource, "") for one in attempt.new],
            entries,
            key,
        )
        if again is not None and _same(again.values, record, before) and not _invalid(attempt, before):
            return _returned(before, attempt, merges)
    raise Refused([say.cannot_carry(changed, entries[0].server).inside(single.path)])


def _attempts(names: Names, before: Gathering, record: Mapping[str, Value], receiver: Receiver, merges: list[Merge]) -> Iterator[_Attempt]:
    """The merge, then with fewer and fewer leftovers, at last in any resource; each without and with the resources the server lacks."""
    values = before.values
    gone = {id(one) for one in before.members if counterpart.writes(one, values) and not counterpart.writes(one, record)}
    pairs = [(member, counterpart.of(names, member, values), counterpart.of(names, member, record)) for member in before.members]
    merges += [Merge(one.resource.value, b, m, one.reading.trace) for one, b, m in pairs if b and m]
    every = {id(one.theirs): one for one in merges}
    edited = {one: merge for one, merge in every.items() if not equal(merge.before.resource, merge.now.resource)}
    added, lacking = _new(before, record, receiver)
    attempts: tuple[tuple[_Form, dict[int, Merge]], ...] = (
        (Merge.whole, edited),
        (_element_alone, edited),
        (_alone, edited),
        (_alone, every),
    )
    for form, by_resource in attempts:
        merged = [
            None if id(one) in gone else form(by_resource[id(value)]) if id(value) in by_resource else value
            for one, value in ((member, member.resource.value) for member in before.members)
        ]
        yield _Attempt(merged, added)
        if lacking:
            yield _Attempt(merged, added + lacking)


def _element_alone(merge: Merge) -> dict[str, Value]:
    """The merged resource without the leftovers of the elements in which B and M differ."""
    b, m = merge.before.resource, merge.now.resource
    made = {name: m.get(name) if not equal(b.get(name), m.get(name)) else value for name, value in merge.whole().items()}
    return {name: value for name, value in made.items() if value is not None}


def _alone(merge: Merge) -> dict[str, Value]:
    """The resource as the record writes it, without any leftover."""
    return ours_alone(merge.theirs, merge.now)


def _new(before: Gathering, record: Mapping[str, Value], receiver: Receiver) -> tuple[list[Written], list[Written]]:
    """Resources that the record writes and the server does not have: those that it did not write when it was read, and those it did."""
    kind = before.kind
    links = counterpart.links(kind, receiver)
    covered = {(member.shape.form_of or member.shape.name, member.item) for member in before.members}
    then = {(one.shape.name, one.item) for one in write(kind, before.values, links)}
    now = [one for one in write(kind, record, links) if (one.shape.name, one.item) not in covered]
    return [one for one in now if (one.shape.name, one.item) not in then], [one for one in now if (one.shape.name, one.item) in then]


def _same(again: Mapping[str, Value], record: Mapping[str, Value], before: Gathering) -> bool:
    """Whether two records say the same; items that are resources count as a set."""
    kind = before.kind
    sets = {shape.each.name: shape.item_id for shape in kind.shapes if shape.each}

    def plain(values: Mapping[str, Value]) -> dict[str, Value]:
        return {name: sorted(value, key=lambda item: item[sets[name]]) if name in sets else value for name, value in values.items()}

    return equal(plain(again), plain(record))


def _invalid(attempt: _Attempt, before: Gathering) -> bool:
    """Whether a merged resource has an error that it did not have at its server."""
    for member, merged in zip(before.members, attempt.merged, strict=True):
        if merged is None or merged is member.resource.value:
            continue
        known = {(one.code, one.expression) for one in validate.validate(member.resource.value, ())}
        if any(one.severity == "error" and (one.code, one.expression) not in known for one in validate.validate(merged, ())):
            return True
    return False


def _returned(before: Gathering, attempt: _Attempt, merges: list[Merge]) -> Returned:
    made = Returned(new=attempt.new)
    by_resource = {id(one.theirs): one for one in merges}
    for member, merged in zip(before.members, attempt.merged, strict=True):
        merge = by_resource.get(id(member.resource.value))
        if merged is not None:
            made.resources.append((merged, member.resource.full_url))
        elif member.resource.reference:
            made.withdrawn.append(member.resource.reference)
        if merge and merged is not None and merged is not merge.theirs:
            made.issues += [say.gone(expression(member.resource.type, at)) for at in merge.left_out(merged)]
    return made


def _by_member(before: Gathering, entries: list[Entry]) -> list[Entry]:
    """The entry of each member."""
    by_resource = {id(entry.resource): entry for entry in entries}
    return [by_resource[id(member.resource.value)] for member in before.members]
