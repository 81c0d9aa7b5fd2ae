"""The record side as msgspec types: what decodes is of the right JSON kinds, without unknown names."""

from __future__ import annotations

from service.mapping.emit.source import Source
from service.mapping.plan import Kind
from service.records.fields import Field, Fields

_TYPES = {"integer": "Raw", "decimal": "Raw", "boolean": "bool"}


def records(kind: Kind, source: Source) -> None:
    """The type `Record` of a kind, with one for the items of each list of records; records of other kinds inside it stay text."""
    for one in kind.fields.by_name.values():
        if one.items:
            struct(f"Item_{one.name}", one.items, source)
    struct("Record", kind.fields, source)
    for listing in kind.children:
        source.add(f"    c_{listing.name}: list[Raw] = None")
    _times(kind.fields, source)
    with source.block("def taken(r):"):
        source.add(f"return Record({', '.join(f'f_{name}=r.f_{name}' for name in kind.fields.by_name)})")


def _times(fields: Fields, source: Source) -> None:
    """A function that lists the dates and times of a record `r`, None for those that it lacks."""
    of_lists = [(one.name, timed) for one in fields.by_name.values() if one.items and (timed := _timed(one.items))]
    entries = [f"r.f_{one.name}" for one in _timed(fields) if not one.many]
    entries += [f"*(r.f_{one.name} or ())" for one in _timed(fields) if one.many]
    with source.block("def times(r):"):
        source.add(f"found = [{', '.join(entries)}]")
        for name, timed in of_lists:
            with source.block(f"for x in r.f_{name} or ():"):
                for one in timed:
                    source.add(f"found += x.f_{one.name} or ()" if one.many else f"found.append(x.f_{one.name})")
        source.add("return found")


def _timed(fields: Fields) -> list[Field]:
    return [one for one in fields.by_name.values() if one.type in ("dateTime", "instant")]


def struct(name: str, fields: Fields, source: Source) -> None:
    """The type of a record or item with these fields."""
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
