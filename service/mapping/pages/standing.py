"""Where the fields of a record kind stand in its resources."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from service.fhir.json import Value
from service.mapping.pages.markdown import listed
from service.mapping.plan import Items, Kind, Leaf, Part, Shape, every
from service.mapping.terms.constant import Constant
from service.mapping.terms.echo import Echo
from service.mapping.terms.quantity import InUnit
from service.mapping.terms.reference import ToResource
from service.mapping.terms.term import Term
from service.mapping.terms.via import Coded
from service.records.fields import Field

_FEW = 4
"""So many shapes of an element are named."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A term of a shape and the element at which it stands, from its resource type."""

    shape: Shape
    element: str
    leaf: Leaf

    @property
    def term(self) -> Term:
        """What is written."""
        return self.leaf.term.term if isinstance(self.leaf.term, Echo) else self.leaf.term

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields whose values stand there; a constant of a case tells the case's field."""
        by = self.leaf.branch and self.leaf.branch.choice.field
        return (by,) if by and self.leaf.mode == "match" and not self.leaf.term.fields else self.leaf.term.fields

    @property
    def foreign(self) -> bool:
        """Whether only others write it."""
        return bool(self.shape.form_of) or self.leaf.mode == "also"

    @property
    def alone(self) -> bool:
        """Whether it is a constant that every resource of the shape has and none is known by."""
        return isinstance(self.term, Constant) and not self.leaf.mode and not self.leaf.branch

    @property
    def looped(self) -> bool:
        """Whether a loop wrote the term: such lines are those of the file or table over which it goes."""
        return "<" in self.leaf.term.span.text


def field_of(kind: Kind, ids: Collection[str]) -> Field | None:
    """The field that tells which of these table files a record is of."""
    return next((field for field in kind.fields.by_name.values() if set(field.values) == set(ids)), None)


def spots(kind: Kind) -> list[Spot]:
    """Every term that a line of a file writes into the shapes of a kind."""
    return [Spot(shape, f"{shape.type}.{leaf.path}", leaf) for shape in kind.shapes for leaf in _leaves(shape.scope.parts)]


def standing(kind: Kind, fields: list[Field], terms: list[Spot]) -> str:
    """Where fields stand: where they are written and read, where they are repeated, where others have them."""
    field = fields[0]
    if field.name == kind.key:
        return "own identifier and `id` of every resource"
    if each := [*_each(kind, field)]:
        return " and ".join(each)
    wanted = set(fields)
    mine = [spot for spot in terms if not wanted.isdisjoint(spot.fields)]
    here = [spot for spot in mine if not spot.foreign]
    known = {spot.element for spot in here}
    ways = {
        "": [spot for spot in here if not isinstance(spot.leaf.term, Echo)],
        "repeated at ": [spot for spot in here if isinstance(spot.leaf.term, Echo)],
        "read as well at ": [spot for spot in mine if spot.foreign and spot.element not in known],
    }
    ids = ["own identifier and `id` of its resource"] if any(shape.item_id == field.name for shape in kind.shapes) else []
    return "; ".join([*ids, *(f"{words}{_places(kind, field, found)}" for words, found in ways.items() if found)])


def _each(kind: Kind, field: Field) -> Iterator[str]:
    """What each item of a list becomes: a resource, or an element."""
    for shape in kind.shapes:
        if shape.each is field:
            yield f"one `{shape.type}` each ({shape.name})"
        yield from (f"one `{shape.type}.{items.path}` each" for items in shape.scope.items() if items.field is field)


def _places(kind: Kind, field: Field, terms: list[Spot]) -> str:
    """The elements, each with how the value stands there, and the shapes that have it where not all of its type do."""
    many = len({spot.element for spot in terms}) > 3
    places: dict[tuple[str, str], list[Spot]] = {}
    for spot in terms:
        element = re.sub(r"=[^]]*(?=\])", "=…", spot.element) if many else spot.element
        places.setdefault((element, _how(spot, field)), []).append(spot)
    return ", ".join(f"`{element}`{how}{_words(same)}{of(kind, element, same)}" for (element, how), same in places.items())


def of(kind: Kind, element: str, terms: Iterable[Spot]) -> str:
    """The shapes that have an element, in brackets; nothing where they are all of its type."""
    names = list(dict.fromkeys(spot.shape.name for spot in terms))
    of_type = [shape.name for shape in kind.written if shape.type == element.partition(".")[0]]
    few = names if len(names) <= _FEW else [*names[: _FEW - 1], f"{len(names) - _FEW + 1} more"]
    return "" if names == of_type else f" ({', '.join(few)})"


def _how(spot: Spot, field: Field) -> str:
    """In which unit a value stands there, or to which resource it refers."""
    match spot.term:
        case InUnit(units=units, unit_field=by):
            return ", its unit" if field is by else f" in {listed(units)}"
        case ToResource(type=type_):
            return f" → {type_}"
    return ""


def _words(terms: list[Spot]) -> str:
    """The words that stand for the field's values, where they are others."""
    words: dict[str, Value] = {}
    for spot in terms:
        match spot.term:
            case Coded(type="code", written=written):
                words |= written
            case Constant(type="code", value=value) if spot.leaf.branch:
                words[spot.leaf.branch.value] = value
    others = [f"`{name}` as `{value}`" for name, value in words.items() if name != value]
    return f" ({', '.join(others)})" if others else ""


def _leaves(parts: list[Part]) -> Iterator[Leaf]:
    """Every leaf that a line of a file writes, those of items included."""
    for part in every(parts):
        if isinstance(part, Items):
            yield from _leaves(part.scope.parts)
        elif isinstance(part, Leaf) and part.mode != "engine":
            yield part
