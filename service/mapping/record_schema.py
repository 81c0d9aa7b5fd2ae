"""The published JSON Schema of a record kind, with the records inside it; in the clinic's form, where it has one."""

from __future__ import annotations

from dataclasses import replace

from service.fhir.json import Number, Value
from service.mapping import layout_places as places
from service.mapping import layout_schema
from service.mapping.children import MEMORY
from service.mapping.layout import Layout, Line
from service.mapping.layout_forms import Always, Fixed, Spelt
from service.mapping.library import Library
from service.mapping.plan import ChildList, Kind
from service.records import json_schema
from service.records.fields import Field, Fields
from service.records.formulas import TRUE, All, Any_, Formula, Literal, all_of, any_of, has, is_, negate, word

_MEMORY = {
    "description": "What resources of other servers hold and the record has no field for. The gateway writes it; hand it back unchanged.",
    "type": "array",
    "items": {"type": "object", "required": ["server"], "properties": {"server": {"type": "string"}}},
}


def record_schema(library: Library, kind: str) -> dict[str, Value]:
    """The JSON Schema (2020-12) of a record kind; the records inside it stand under `$defs`. Raises KeyError for an unknown kind.

    A field that the clinic has in a form of its own (a date by a pattern, a local time, several fields in one) is any text; of rows it says
    what each may hold.
    """
    one = library.kinds[kind]
    whole = json_schema.json_schema(_fields(library, one), kind, f"{library.names.base}/schema/{kind}")
    _add_lists(library, one, whole, whole["$defs"])
    layout = library.layouts.get(kind)
    if layout is None:
        return whole
    shaped = layout_schema.shaped(whole, layout)
    if layout.rows is None:
        return shaped
    about = {name: whole[name] for name in ("$schema", "$id", "title", "$defs")}
    return {**about, "type": "array", "minItems": Number("1"), "items": shaped}


def _add_lists(library: Library, kind: Kind, schema: dict[str, Value], inside: dict[str, Value]) -> None:
    layout = library.layouts.get(kind.name)
    for listing in kind.children:
        name = layout.named(listing.name) if layout else listing.name
        definition = f"{kind.name}.{name}"
        schema["properties"][name] = {"type": "array", "minItems": Number("1"), "items": {"$ref": f"#/$defs/{definition}"}}
        if definition not in inside:
            child = library.kinds[listing.kind]
            inside[definition] = _child(library, kind, child, listing)
            _add_lists(library, child, inside[definition], inside)
            if child.name in library.layouts:
                inside[definition] = layout_schema.shaped(inside[definition], library.layouts[child.name])
    schema["properties"][MEMORY] = _MEMORY


def _child(library: Library, parent: Kind, child: Kind, listing: ChildList) -> dict[str, Value]:
    """The schema of a child, whose fields from the parent are left out; what is known of them settles its rules."""
    known = [has(name) for name in listing.shared if parent.fields.by_name[name].required]
    known += [one for name, spelt in listing.fixed.items() for one in (has(name), is_(name, spelt))]
    denied = [is_(name, other) for name, spelt in listing.fixed.items() for other in child.fields.by_name[name].domain if other != spelt]
    layout = library.layouts.get(child.name)
    truths = {**dict.fromkeys(known, True), **dict.fromkeys(denied, False)}
    taken = [*listing.shared, *listing.fixed]
    if layout is None:
        return json_schema.record_schema(child.fields, taken, truths)
    theirs = {one: truth for literal, truth in truths.items() if isinstance(one := _formula(layout, literal), Literal)}
    return json_schema.record_schema(_fields(library, child), [layout.named(name) for name in taken], theirs)


def _fields(library: Library, kind: Kind) -> Fields:
    """The fields of a record as it is sent."""
    layout = library.layouts.get(kind.name)
    if layout is None:
        return kind.fields
    fields: dict[str, Field] = {}
    for name, field in kind.fields.by_name.items():
        lines = [line for line in layout.every_line if any(places.head(one) == name for one in line.ours)]
        for one in [_field(kind, name, line) for line in lines] or [field]:
            before = fields.get(one.name)
            fields[one.name] = replace(before or one, required=one.required or (before is not None and before.required))
    for line in layout.every_line:
        if isinstance(line.form, Always):
            fields[line.name] = Field(line.name, line.span, "one of", values=(line.form.text,), required=True)
    rules = [(rule, _formula(layout, rule.formula)) for rule in kind.fields.rules]
    return Fields(fields, tuple(replace(rule, formula=formula, text=str(formula)) for rule, formula in rules))


def _field(kind: Kind, name: str, line: Line) -> Field:
    """What a line makes of a field, or of what stands at a place of a list."""
    ours = places.field_at(kind.fields, next(one for one in line.ours if places.head(one) == name))
    assert ours is not None
    field = replace(ours, required=ours.required and "[" not in ours.name)
    match line.form:
        case None:
            return replace(field, name=line.name)
        case Spelt(words=words, numeric=numeric):
            return replace(field, name=line.name, type="one of", values=tuple(words), numeric=numeric)
        case Fixed(fields=(first, *_)):
            return replace(first, name=line.name, required=field.required)
    return Field(line.name, field.span, "text", required=field.required, means=field.means)


def _formula(layout: Layout, formula: Formula) -> Formula:
    """A formula over the clinic's fields. Fields in one are there together; of a value inside one nothing is known but that it is there."""
    match formula:
        case All(parts):
            return all_of(_formula(layout, part) for part in parts)
        case Any_(parts):
            return any_of(_formula(layout, part) for part in parts)
        case Literal(name, value, positive):
            if name in layout.by_head:
                entries = {line.name for one, line in layout.by_field.items() if places.head(one) == name}
                return any_of(has(one) for one in sorted(entries)) if positive else all_of(negate(has(one)) for one in sorted(entries))
            line = layout.by_field.get(name)
            if line is None:
                return formula
            if value is None or line.form is None:
                return Literal(line.name, value, positive)
            if isinstance(line.form, Spelt):
                spelt = next((spelt for spelt, ours in line.form.words.items() if word(ours) == value), value)
                return Literal(line.name, spelt, positive)
            return has(line.name) if positive else TRUE
