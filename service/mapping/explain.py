"""Where every element comes from: the line that writes it and the field that it holds; and the picture of what a mapping writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from service.diagnostics.issue import Issue, Refused
from service.fhir import json
from service.fhir.json import Value
from service.mapping import children, counterpart
from service.mapping.children import Single
from service.mapping.gather import expression
from service.mapping.library import Library
from service.mapping.plan import Block, Branch, Items, Kind, Leaf, Part, Shape
from service.mapping.receiver import Receiver
from service.mapping.terms.constant import Constant
from service.mapping.terms.echo import Echo
from service.mapping.terms.quantity import InUnit
from service.mapping.terms.reference import Link, ToResource
from service.mapping.terms.term import Term
from service.mapping.terms.text import Pattern
from service.mapping.terms.value import FieldValue, Samples, Spelt
from service.mapping.terms.via import Coded
from service.mapping.walk.write import Pointer, Written, write
from service.records.fields import Field
from service.records.formulas import TRUE


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a resource (`Type/id`): its FHIRPath, the file:line that writes it, and the record's field, empty for a constant."""

    resource: str
    element: str
    place: str
    field: str


def explain(library: Library, kind: str, record: Value) -> list[Row]:
    """Every value that a record and the records inside it become, in order, for our own server.

    Raises Refused with the record's problems, KeyError for an unknown kind.
    """
    issues: list[Issue] = []
    singles = {one.path: one for one in children.spread(library.kinds, library.kinds[kind], record, issues)}
    if issues:
        raise Refused(issues)
    receiver = Receiver(library.names.base, library.names.kinds)
    return [
        Row(
            f"{written.shape.type}/{written.resource['id']}",
            expression(written.shape.type, at),
            leaf.term.span.place.rpartition(":")[0],
            ", ".join(_path(singles, single, field) for field in _fields(leaf, at[-1])),
        )
        for single in singles.values()
        for written in write(single.kind, single.record, counterpart.links(single.kind, receiver))
        for at, leaf in _values(written, written.resource, (), None)
    ]


def _values(written: Written, value: Value, at: Pointer, leaf: Leaf | None) -> Iterator[tuple[Pointer, Leaf]]:
    """Every single value of a resource, with what wrote it."""
    leaf = written.leaves.get(at, leaf)
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _values(written, inner, (*at, step), leaf)
    elif leaf:
        yield at, leaf


def _fields(leaf: Leaf, name: str | int) -> Sequence[Field]:
    """The fields that a leaf writes at a value of this name; a constant of a case, and what tells it by a `match`, has the case's field."""
    term = leaf.term.term if isinstance(leaf.term, Echo) else leaf.term
    case = [leaf.branch.choice.field] if leaf.branch and leaf.branch.choice.field else []
    match term:
        case InUnit(fields=(value, *unit)):
            return [value] if name == "value" else unit if name != "system" else []
        case ToResource() | Pattern() if name == "system":
            return []
        case Constant():
            return case
    return [*case, *term.fields] if leaf.mode == "match" else term.fields


def _path(singles: Mapping[str, Single], single: Single, field: Field) -> str:
    """Where a field stands in the whole record: in a list of items, in this record, or in the one around it that shares it."""
    outer, _, listing = single.path.rpartition(".")
    if single.path and any(field.name in one.shared for one in singles[outer].kind.children if one.name == listing.partition("[")[0]):
        return _path(singles, singles[outer], field)
    lists = (one for one in single.kind.fields.by_name.values() if one.items)
    inside = next((one.name for one in lists if one.items and one.items.by_name.get(field.name) is field), "")
    return ".".join(filter(None, (single.path, inside, field.name)))


def picture(kind: Kind) -> str:
    """What a kind becomes, drawn like the resources: every element with its term, what stands in a choice with its condition."""
    return "\n\n".join("\n".join(_drawn(shape)) for shape in kind.shapes) + "\n"


def _drawn(shape: Shape) -> Iterator[str]:
    about = [f"other form of {shape.form_of}"] if shape.form_of else []
    about += [f"one for each of {shape.each.name}"] if shape.each else []
    about += [f"written when {shape.when}"] if shape.when != TRUE else []
    yield f"{shape.type} {shape.name}" + (f"  # {', '.join(about)}" if about else "")
    yield from _lines(shape.scope.parts, 1, None)


def _lines(parts: list[Part], depth: int, around: Branch | None) -> Iterator[str]:
    for part in parts:
        lead, remark = "  " * depth, f"  # {part.branch.label}" if part.branch and part.branch is not around else ""
        match part:
            case Leaf(mode="absent", only=only):
                yield f"{lead}{part.name}: {_spelt(part.term)}  # when {only}"
            case Leaf(mode=mode, term=term):
                yield f"{lead}{f'{mode} ' if mode in ('match', 'also') else ''}{part.name}: {_spelt(term)}{remark}"
            case Block(slice=slice_, parts=inner):
                yield f"{lead}{part.name}{f'[{slice_}]' if slice_ else ''}:{remark}"
                yield from _lines(inner, depth + 1, part.branch)
            case Items(field=field, scope=scope):
                yield f"{lead}{part.name} each ${field.name}:{remark}"
                yield from _lines(scope.parts, depth + 1, None)


def _spelt(term: Term) -> str:
    """A term as a mapping file spells it, constants as the resource holds them."""
    names = [f"${one.name}" for one in term.fields]
    match term:
        case Echo(term=inner):
            return f"= {_spelt(inner)}"
        case Constant(value=value):
            return _constant(value)
        case Coded(fields=(field,), written=written):
            return f"{names[0]} ({', '.join([*written, *(['other text'] if field.or_text else [])])})"
        case InUnit(units=units):
            return " ".join(names) if len(names) > 1 else f"{names[0]} '{next(iter(units))}'"
        case ToResource(type=type_):
            return f"{type_}/{names[0]}"
        case Link(shape=shape):
            return f"=> {shape}"
        case Pattern(fixed=fixed, system=system):
            text = fixed[0] + "".join(name + after for name, after in zip(names, fixed[1:], strict=True))
            return f"{system}|{text}" if system else text
        case FieldValue() | Samples() | Spelt():
            return names[0]
    raise AssertionError


def _constant(value: Value) -> str:
    codings = value.get("coding", [value]) if isinstance(value, dict) else []
    return " + ".join(f"{one['system']}#{one['code']}" + (f' "{one["display"]}"' if "display" in one else "") for one in codings) or (
        value if isinstance(value, str) else json.write(value).decode()
    )
