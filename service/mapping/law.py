"""Law 1 as a caller checks it: what a record must come back as, and where another differs from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.fhir.json import Value
from service.mapping import leftovers
from service.mapping.plan import Kind


def expected(kinds: Mapping[str, Kind], kind: Kind, record: Mapping[str, Value]) -> dict[str, Value]:
    """A record without what stays in the clinic and without memory; lists that become resources are sets, so in the order of their ids."""
    sets = {shape.each.name: shape.item_id for shape in kind.shapes if shape.each}
    made: dict[str, Value] = {}
    for name, field in kind.fields.by_name.items():
        if name not in record or field.stays:
            continue
        value = record[name]
        if field.items:
            staying = {inner.name for inner in field.items.by_name.values() if inner.stays}
            value = [{one: inner for one, inner in item.items() if one not in staying} for item in value]
        made[name] = sorted(value, key=lambda item: str(item[sets[name]])) if name in sets else value
    for listing in kind.children:
        inner_kind = kinds[listing.kind]
        if listing.name in record:
            inside = [expected(kinds, inner_kind, one) for one in record[listing.name]]
            made[listing.name] = sorted(inside, key=lambda one: str(one[inner_kind.key]))
    return made


def differing(wanted: Value, got: Value, path: str = "") -> Iterator[str]:
    """The paths at which two values differ as JSON, numbers by their text."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        for name in dict.fromkeys((*wanted, *got)):
            at = f"{path}.{name}" if path else name
            if name in wanted and name in got:
                yield from differing(wanted[name], got[name], at)
            else:
                yield at
    elif isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for number, (one, other) in enumerate(zip(wanted, got, strict=True)):
            yield from differing(one, other, f"{path}[{number}]")
    elif not leftovers.equal(wanted, got):
        yield path
