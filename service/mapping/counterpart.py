"""What a record would write in the place of a resource that was read: B and M of the three-way merge, W of the leftovers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from service.fhir.json import Value
from service.mapping import identity
from service.mapping.gather import Member
from service.mapping.plan import Kind, Shape
from service.mapping.receiver import Links, Receiver
from service.mapping.sender import Names
from service.mapping.walk.write import Written, write_shape
from service.records.formulas import holds


def links(kind: Kind, receiver: Receiver) -> Links:
    """What writing a record of the kind asks of a receiver."""
    return Links(receiver, kind.name, kind.key, {shape.name: (shape.type, shape.ending) for shape in kind.written})


def of(names: Names, member: Member, record: Mapping[str, Value]) -> Written | None:
    """The resource of a record by the shape of a member, in the form of its server: its id, its references, its contained ids.

    What the record would not write by itself has one, too: a resource without a value that was read shares other fields with the rest.
    None when the record has no such item.
    """
    kind, shape, resource = member.kind, member.shape, member.resource
    together = _with_item(shape, member.item, record)
    if together is None:
        return None
    known = dict(_named(names, resource.value))
    for one in member.followed:
        known.setdefault((identity.system(names.base, names.kinds.get(one.type, one.type)), one.key), one.literal)
    receiver = Receiver(names.base, names.kinds, ours=resource.server in names.bases, known=known)
    written = write_shape(shape, member.item, together, links(kind, receiver))
    body = dict(written.resource)
    if resource.own is None or resource.server not in names.bases:
        body = {name: value for name, value in body.items() if name != "id"}
        if resource.id:
            body = {"resourceType": body.pop("resourceType"), "id": resource.id, **body}
    return replace(written, resource=_contained_as_theirs(body, written, member))


def writes(member: Member, record: Mapping[str, Value]) -> bool:
    """Whether a record writes the shape (and the item) of a member."""
    together = _with_item(member.shape, member.item, record)
    return together is not None and holds(member.shape.when, together)


def _with_item(shape: Shape, item: str, record: Mapping[str, Value]) -> dict[str, Value] | None:
    if not shape.each:
        return dict(record)
    item_id = shape.item_id
    found = next((one for one in record.get(shape.each.name, ()) if one[item_id] == item), None)
    return {**record, **found} if found else None


def _named(names: Names, value: Value) -> Iterator[tuple[tuple[str, str], str | None]]:
    """What the server calls the resources that references in a resource name by an identifier of ours."""
    if isinstance(value, dict):
        identifier = value.get("identifier")
        if isinstance(identifier, dict) and names.parse(identifier.get("system"), identifier.get("value")):
            yield (identifier["system"], identifier["value"]), value.get("reference")
        for inner in value.values():
            yield from _named(names, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(names, inner)


def _contained_as_theirs(body: dict[str, Value], written: Written, member: Member) -> dict[str, Value]:
    """Contained ids are equal up to renaming: ours take the ids that they have there, or one that is free."""
    contained = member.resource.value.get("contained")
    theirs: Value = contained if isinstance(contained, list) else []
    taken = [one.get("id") for one in theirs if isinstance(one, dict)]
    renamed: dict[str, str] = {}
    for number, one in enumerate(body.get("contained", [])):
        origin = written.origins.get(("contained", number))
        spot = next((at for at, found in member.reading.trace.items() if found == origin and at[0] == "contained" and len(at) == 2), None)
        free = one["id"]
        while spot is None and free in taken:
            free += "-1"
        renamed[one["id"]] = theirs[spot[1]]["id"] if spot else free
    return _renamed(body, renamed) if any(old != new for old, new in renamed.items()) else body


def _renamed(value: Value, ids: Mapping[str, str]) -> Value:
    if isinstance(value, dict):
        made = {name: _renamed(inner, ids) for name, inner in value.items()}
        if "contained" in made:
            made["contained"] = [{**one, "id": ids.get(one["id"], one["id"])} for one in made["contained"]]
        reference = made.get("reference")
        if isinstance(reference, str) and reference[:1] == "#" and reference[1:] in ids:
            made["reference"] = f"#{ids[reference[1:]]}"
        return made
    return [_renamed(inner, ids) for inner in value] if isinstance(value, list) else value
