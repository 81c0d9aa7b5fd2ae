"""The image of a shape: its resource as text with holes, members under conditions. Built once from the plan, then rendered as Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from service.fhir.json import quote
from service.mapping.plan import Block, Items, Leaf, Part, Shape
from service.mapping.terms.term import Emitter, Hole, Pieces
from service.records.fields import Field
from service.records.formulas import FALSE, TRUE, Formula, any_of


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object or an element of a list, with the comma (and name) before it, written when the condition holds."""

    when: Formula
    lead: str
    value: Node


@dataclass(frozen=True, slots=True)
class Node:
    """Text with holes (`pieces`), or members between brackets, or one element for each entry of a list (`loop`: a field's name).

    A loop's element is `pieces` over the entry `x`, or what the function `call` makes of it.
    """

    pieces: tuple[str | Hole, ...] = ()
    members: tuple[Member, ...] = ()
    brackets: str = ""
    loop: str = ""
    call: str = ""


class Elements(Emitter, Protocol):
    """The emitter of a scope; `entry` is the one for the entries of a list field, `call` the function that writes an item."""

    def entry(self, field: Field) -> Emitter:
        """An emitter for which the field is one entry of its list."""

    def call(self, items: Items) -> str:
        """The name of the function that writes an item."""


def image(shape: Shape, to: Elements) -> Node:
    """The image of a shape's resource."""
    head = Member(TRUE, ',"resourceType":', Node((quote(shape.type),)))
    return Node(members=(head, *_members(shape.scope.parts, to)), brackets="{}")


def parts_image(parts: list[Part], to: Elements) -> Node:
    """The image of an item's element."""
    return Node(members=tuple(_members(parts, to)), brackets="{}")


def _members(parts: list[Part], to: Elements) -> Iterator[Member]:
    for name, group in groupby(parts, key=lambda part: part.name):
        written = [part for part in group if part.when != FALSE]
        lead = f",{quote(name)}:"
        if not written:
            continue
        if written[0].many:
            elements = tuple(Member(part.when, ",", _node(part, to)) for part in written)
            yield Member(any_of(part.when for part in written), lead, Node(members=elements, brackets="[]"))
            continue
        conditions: dict[Node, list[Formula]] = {}
        for part in written:
            conditions.setdefault(_node(part, to), []).append(part.when)
        yield from (Member(any_of(conditions[node]), lead, node) for node in conditions)


def _node(part: Part, to: Elements) -> Node:
    match part:
        case Block(parts=parts):
            return parts_image(parts, to)
        case Items(field=field):
            return Node(loop=field.name, call=to.call(part))
        case Leaf(term=term) if part.many and term.fields and term.fields[0].many:
            return Node(tuple(_joined(term.emit(to.entry(term.fields[0])))), loop=term.fields[0].name)
        case Leaf(term=term):
            return Node(tuple(_joined(term.emit(to))))
    raise AssertionError


def _joined(pieces: Pieces) -> Iterator[str | Hole]:
    """The pieces with neighbouring texts as one."""
    held = ""
    for piece in pieces:
        if isinstance(piece, str):
            held += piece
        else:
            if held:
                yield held
            yield piece
            held = ""
    if held:
        yield held
