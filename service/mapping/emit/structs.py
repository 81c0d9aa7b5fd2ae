"""The record side as msgspec types: what decodes is of the right JSON kinds, without unknown names."""

from __future__ import annotations

from service.mapping.emit.source import Source
from service.mapping.plan import Kind
from service.records.fields import Field, Fields

_TYPES = {"integer": "Raw", "decimal": "Raw", "boolean": "bool"}


def records(kind: Kind, source: Source) -> None:
    """The type `Record` of a kind, with one for the items of each list of records."""
    for one in kind.fields.by_name.values():
        if one.items:
            _struct(f"Item_{one.name}", one.items, source)
    _struct("Record", kind.fields, source)


def _struct(name: str, fields: Fields, source: Source) -> None:
    with source.block(f"class {name}(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False, rename=plain_name):"):
        for one in fields.by_name.values():
            source.add(f"f_{one.name}: {_type(one)} = None")


def _type(one: Field) -> str:
    if one.items:
        return f"list[Item_{one.name}]"
    if one.type in ("table", "one of") and not one.or_text:
        single = "Raw" if one.numeric else f"Literal[{', '.join(map(repr, one.values))}]"
    else:
        single = _TYPES.get(one.type, "str")
    return f"list[{single}]" if one.many else single
