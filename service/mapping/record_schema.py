"""The published JSON Schema of a record kind, with the records inside it."""

from __future__ import annotations

from collections.abc import Mapping

from service.fhir.json import Number, Value
from service.mapping.children import MEMORY
from service.mapping.library import Library
from service.mapping.plan import ChildList, Kind
from service.records import json_schema
from service.records.formulas import Literal, has, is_

_MEMORY = {
    "description": "What resources of other servers hold and the record has no field for. The gateway writes it; hand it back unchanged.",
    "type": "array",
    "items": {"type": "object", "required": ["server"], "properties": {"server": {"type": "string"}}},
}


def record_schema(library: Library, kind: str) -> dict[str, Value]:
    """The JSON Schema (2020-12) of a record kind; the records inside it stand under `$defs`. Raises KeyError for an unknown kind."""
    one = library.kinds[kind]
    whole = json_schema.json_schema(one.fields, kind, f"{library.names.base}/schema/{kind}")
    _add_lists(library.kinds, one, whole, whole["$defs"])
    return whole


def _add_lists(kinds: Mapping[str, Kind], kind: Kind, schema: dict[str, Value], inside: dict[str, Value]) -> None:
    for listing in kind.children:
        name = f"{kind.name}.{listing.name}"
        schema["properties"][listing.name] = {"type": "array", "minItems": Number("1"), "items": {"$ref": f"#/$defs/{name}"}}
        if name not in inside:
            child = kinds[listing.kind]
            inside[name] = json_schema.record_schema(child.fields, (*listing.shared, *listing.fixed), _known(kind, child, listing))
            _add_lists(kinds, child, inside[name], inside)
    schema["properties"][MEMORY] = _MEMORY


def _known(parent: Kind, child: Kind, listing: ChildList) -> dict[Literal, bool]:
    """What a parent makes true of its child's fields."""
    known = {has(name): True for name in listing.shared if parent.fields.by_name[name].required}
    for name, spelt in listing.fixed.items():
        known[has(name)] = True
        known.update({is_(name, value): value == spelt for value in child.fields.by_name[name].domain})
    return known
