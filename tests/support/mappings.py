"""The mappings under test, each loaded once, and what tests ask of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from service.fhir.json import Value
from service.mapping import children, convert, library
from service.mapping.assemble import Gathering
from service.mapping.convert import Records
from service.mapping.library import Library
from service.mapping.plan import Kind

FOLDER = Path(__file__).parents[2] / "mappings"
SERVER = "https://ehr.example.org/r4"
KINDS = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem != "base")
CLINICS = {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("clinics/*.yaml"))}
"""The overlays by the names of their clinics."""
CASES = [(clinic, kind) for clinic in ("", "bloom") for kind in KINDS]
"""Every record kind, of the product and of an overlay that changes what some become."""
DIFFERENT = [("", kind) for kind in KINDS] + [
    (clinic, kind) for clinic, overlay in CLINICS.items() for kind in KINDS if f"\n{kind}:" in overlay
]
"""Every record kind of the product, and those that an overlay changes."""
LAID_OUT = [(clinic, kind) for clinic, overlay in CLINICS.items() for kind in KINDS if f"\n  {kind}:" in overlay.partition("\nlayout:")[2]]
"""Every record kind that a clinic has in a form of its own."""


@cache
def mappings(clinic: str = "") -> Library:
    """The product's mappings, or a clinic's."""
    return library.load(FOLDER, clinic)


def written(mapped: Library, kind: str, record: Value, **terms: Any) -> list[dict[str, Value]]:
    """The resources of a record."""
    return [one.resource for one in convert.to_fhir(mapped, kind, record, **terms).sent]


def read(mapped: Library, resources: Iterable[Value], **terms: Any) -> Records:
    """What resources without full URLs say."""
    return convert.from_fhir(mapped, [(one, "") for one in resources], **terms)


def shown(records: Records) -> list[dict[str, Value]]:
    """The records as their callers see them."""
    return [children.shown(one) for one in records.records]


def apart(record: Gathering) -> Iterator[Gathering]:
    """A record that was read, and the records inside it."""
    yield record
    for inside in record.children.values():
        for one in inside:
            yield from apart(one)


def plain(mapped: Library, kind: Kind, record: Value) -> Value:
    """A record for comparison: lists that become resources in the order of their ids, without memory and what stays in the clinic."""
    sets = {shape.each.name: shape.item_id for shape in kind.shapes if shape.each}
    made = {
        name: sorted(value, key=lambda item: item[sets[name]]) if name in sets else value
        for name, value in record.items()
        if name != children.MEMORY and not (name in kind.fields.by_name and kind.fields.by_name[name].stays)
    }
    for listing in kind.children:
        inner = mapped.kinds[listing.kind]
        if listing.name in made:
            made[listing.name] = sorted((plain(mapped, inner, one) for one in made[listing.name]), key=lambda one: one[inner.key])
    return made
