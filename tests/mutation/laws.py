"""The laws for what a mutation touches: records that write it, as few as it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from service.diagnostics.issue import Issue, Refused
from service.fhir import json
from service.fhir.json import Value
from service.mapping import children, convert, counterpart, laid_out, wire
from service.mapping.check.samples import concerned
from service.mapping.emit import cases
from service.mapping.fast import read as fast
from service.mapping.fast import write
from service.mapping.leftovers import equal
from service.mapping.library import Library
from service.mapping.plan import ChildList, Kind, Leaf, Shape
from service.mapping.receiver import Receiver
from service.mapping.satisfy import theory
from service.mapping.terms.reference import Link
from service.mapping.walk.write import write_shape
from service.mapping.wire import Gateway
from service.records.formulas import Formula, all_of, has, holds, literals
from tests.support import generate
from tests.support.mappings import SERVER, plain, read, shown, written
from tests.support.valid import errors

MOST = 5
"""Records of a kind that aim at what was touched; one with as little as can be stands beside them."""


INVALID = "KAP414"
"""The diagnostic of a record that would become an invalid resource."""


class Broken(Exception):  # noqa: N818 - it is a finding, not an error
    """A law does not hold; the text says which, and shows the record."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A shape that is not the original's (None: it is gone), as it was (None: it is new), and the lines of either that the other lacks."""

    shape: Shape | None
    was: Shape | None
    lines: list[Leaf]


def hold(loaded: Library, touched: Mapping[str, list[Spot]], random: Random) -> None:
    """Laws 1 or 2, and 5, by the walk, law 3 for the same resources of another server and for other forms, and the emitted code on the
    fullest and the least record, for what was touched of each kind. Raises Broken.
    """
    for name, spots in touched.items():
        kind = loaded.kinds[name]
        records = [record for record in _aimed(kind, spots, random) if not _invalid(loaded, kind, record)]
        shapes = [one.shape for one in spots if one.shape]
        alone: dict[Any, Gateway] = {}
        for record in records:
            _round_trip(loaded, kind, record, random)
            _from_another(loaded, kind, record)
            if record in (records[0], records[-1]):
                _emitted(loaded, kind, shapes, record, alone)
            _laid_out(loaded, kind, record)
            for shape in shapes:
                if shape.form_of:
                    _other_form(loaded, kind, shape, record)
        for parent in loaded.kinds.values():
            for listing in parent.children:
                if listing.kind == name and parent.name not in touched and records:
                    whole = _around(loaded, parent, listing, records[0], random)
                    if whole and not _invalid(loaded, parent, whole):
                        _round_trip(loaded, parent, whole, random)


def _aimed(kind: Kind, spots: list[Spot], random: Random) -> Iterator[dict[str, Any]]:
    """Records that write what was touched, the fullest first, and one that holds as little as can be."""
    made: list[dict[str, Any]] = []
    for spot in spots:
        both = [one for one in (spot.shape, spot.was) if one]
        about = [name for one in both for name in concerned(one)]
        fields = both[0].scope.fields if spot.shape else kind.fields
        for here in (_here(one, leaf) for one in both for leaf in (None, *(leaf for leaf in spot.lines if leaf in {*one.scope.leaves()}))):
            known = all(literal.field in fields.visible for literal in literals(here))
            if len(made) < MOST and known and not any(_writes(both[0], here, record) for record in made):
                model = theory(fields).solve(here, prefer=lambda: True, about=[name for name in about if name in fields.visible])
                if model is not None:
                    made.append(generate.of_model(kind.fields, model, about, random))
    yield from made
    yield generate.of_model(kind.fields, theory(kind.fields).solve(whole=True) or {}, (), random)


def _here(shape: Shape, leaf: Leaf | None) -> Formula:
    return all_of([shape.when, *([has(shape.each.name)] if shape.each else []), *([leaf.when] if leaf else [])])


def _writes(shape: Shape, here: Formula, record: dict[str, Any]) -> bool:
    items = record.get(shape.each.name, ()) if shape.each else [{}]
    return any(holds(here, {**record, **item}) for item in items)


def _around(loaded: Library, parent: Kind, listing: ChildList, record: dict[str, Any], random: Random) -> dict[str, Any] | None:
    """A record of a kind with as little as can be and a record inside it; None where that is not valid there."""
    shared = {name: record[name] for name in listing.shared if name in record}
    least = theory(parent.fields).solve(*map(has, shared), whole=True)
    made = generate.of_model(parent.fields, least or {}, (), random) | shared
    made[listing.name] = [{name: value for name, value in record.items() if name not in (*listing.shared, *listing.fixed)}]
    found: list[Issue] = []
    list(children.spread(loaded.kinds, parent, made, found))
    return None if found else made


def _invalid(loaded: Library, kind: Kind, record: Value) -> bool:
    """Whether a record is refused since what it becomes would break an invariant, of which the proof could not tell."""
    try:
        written(loaded, kind.name, record)
    except Refused as refused:
        codes = {one.code for one in refused.issues}
        _hold(codes == {INVALID}, f"refused: {refused}", kind, record)
        return True
    return False


def _round_trip(loaded: Library, kind: Kind, record: Value, random: Random) -> None:
    resources = written(loaded, kind.name, record)
    findings = [one for resource in resources for one in errors(resource)]
    _hold(not findings, f"law 5: {findings[:1]}", kind, record)
    in_order = bool(random.getrandbits(1))
    law = "law 1" if in_order else "law 2"
    back = read(loaded, resources if in_order else random.sample(resources, len(resources)))
    _hold(not back.orphans and not back.issues, f"{law}: {[one.issues for one in back.orphans] or back.issues}", kind, record)
    same = [plain(loaded, kind, one) for one in shown(back)] == [plain(loaded, kind, record)]
    _hold(same, f"{law}: comes back as {shown(back)}", kind, record)


def _from_another(loaded: Library, kind: Kind, record: Value) -> None:
    """Resources like ours of another server are given back to it as they were (law 3)."""
    sent = [_theirs(loaded, one, number) for number, one in enumerate(written(loaded, kind.name, record))]
    back = read(loaded, sent, server=SERVER, policy="keep")
    given = [one for record in back.records for one in written(loaded, record.kind.name, children.shown(record), server=SERVER)]
    given += [one.resource.value for one in back.orphans]
    same = sorted(map(json.write, given)) == sorted(map(json.write, sent))
    _hold(same, f"law 3: {sent} go back as {given}", kind, record)


def _theirs(loaded: Library, resource: Value, number: int) -> Value:
    """A resource with an id of theirs and without our identifier."""
    theirs = {**resource, "id": f"x{number}"}
    held = theirs.pop("identifier")
    rest = [one for one in held if not one["system"].startswith(loaded.names.reserved)] if isinstance(held, list) else []
    return {**theirs, "identifier": rest} if rest else theirs


def _emitted(loaded: Library, kind: Kind, shapes: list[Shape], record: dict[str, Any], alone: dict[Any, Gateway]) -> None:
    """The code that is emitted for the touched shapes that a record writes does what the walk does; `alone` are mappings of those."""
    decides = cases.deciding(kind)
    wanted = {shape.name for shape in shapes if not shape.form_of and _writes(shape, _here(shape, None), record)}
    while missing := {name for shape in kind.written if shape.name in wanted for name in links(shape)} - wanted:
        wanted |= missing
    key = (frozenset(wanted), record[decides.name] if decides else "")
    if not wanted:
        return
    if key not in alone:
        narrow = cases.narrowed(kind, decides, record[decides.name]) if decides else kind
        narrow = replace(narrow, shapes=tuple(shape for shape in narrow.written if shape.name in wanted), children=())
        alone[key] = Gateway.of(replace(loaded, kinds={kind.name: narrow}, layouts={}))
    gateway = alone[key]
    top = convert.Top(kind.name, record)
    sent = convert.to_set(gateway.library, [top])[0].sent
    bundle = gateway._bundle([top], convert.to_set(gateway.library, [top], bundle=True), wire.OURS)
    walked = json.write(sent[0].resource) if len(sent) == 1 else bundle
    emitted = write.to_fhir(gateway.code, kind.name, json.write(record), gateway.mapping, "")
    _hold(emitted in (walked, None), f"emitted code writes {emitted!r}, the walk {walked!r}", kind, record)
    back = [json.read(one)["record"] for one in fast.from_fhir(gateway.code, walked) or []]
    by_walk = shown(read(gateway.library, [one.resource for one in sent]))
    _hold(not back or equal(back, by_walk), f"emitted code reads {back}, the walk {by_walk}", kind, record)


def links(shape: Shape) -> set[str]:
    """The names of the shapes that a shape links to."""
    leaves = [*shape.scope.leaves(), *(leaf for items in shape.scope.items() for leaf in items.scope.leaves())]
    return {leaf.term.shape for leaf in leaves if isinstance(leaf.term, Link)}


def _laid_out(loaded: Library, kind: Kind, record: Value) -> None:
    """A record in the clinic's own form is the same record; one that has no form there is refused."""
    try:
        theirs = laid_out.form(loaded.layouts, kind.name, record)
    except Refused:
        return
    ours = laid_out.ours(loaded.layouts, kind.name, theirs)
    _hold(equal(ours, record), f"the layout gives {theirs}, and that {ours}", kind, record)


def _other_form(loaded: Library, kind: Kind, shape: Shape, record: Value) -> None:
    """A resource in another form that a server sends is valid, read whole, and given back to it as it was (laws 5 and 3)."""
    if not holds(shape.when, record):
        return
    out = counterpart.links(kind, Receiver(loaded.names.base, loaded.names.kinds, ours=False))
    sent = {**write_shape(shape, "", record, out).resource, "id": "x1"}
    findings = errors(sent)
    _hold(not findings, f"law 5: form `{shape.name}`: {findings[:1]}", kind, record)
    refused = [one.issues for one in read(loaded, [sent], server=SERVER, policy="refuse").orphans]
    _hold(not refused, f"form `{shape.name}` is not read whole: {refused}", kind, record)
    kept = shown(read(loaded, [sent], server=SERVER, policy="keep"))
    given = [one for back in kept for one in written(loaded, kind.name, back, server=SERVER)]
    _hold(equal(given, [sent]), f"law 3: form `{shape.name}` goes back as {given}", kind, record)


def _hold(condition: object, law: str, kind: Kind, record: Value) -> None:
    if not condition:
        raise Broken(f"{kind.name}: {law}\n  of {json.write(record).decode()}")
