"""R9: the free code of a catch-all is not a code that has its own shape, and none that a table of its shape gives a name.

The free uri of a list's items is none that has a line of its own. Derived, not asked for: codes and uris are taken out of the field's type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from service.mapping.gather import turn
from service.mapping.plan import Block, Items, Kind, Leaf, Part, Shape, every
from service.mapping.terms.constant import Constant
from service.mapping.terms.value import FieldValue
from service.mapping.terms.via import Coded


def derive(kinds: Iterable[Kind], reserved: tuple[str, ...]) -> None:
    """Take out of the free codes those of a table at the same concept, and of catch-alls those of shapes with a `match` line.

    A catch-all is a shape with `each`, or one that has no such line itself. Out of the free uris of items go those of the slices beside
    them, and of identifiers' what begins our own (`reserved`).
    """
    shapes = [shape for kind in kinds for shape in kind.shapes]
    for shape in shapes:
        for items, beside in _lists(shape.scope.parts):
            for leaf in items.scope.parts:
                if isinstance(leaf, Leaf) and isinstance(leaf.term, FieldValue) and leaf.type == "uri":
                    marks = [mark.term for other in beside if other.name == items.name for mark in other.marks if mark.name == leaf.name]
                    leaf.term.fields[0].excluded.update(*(one.read_as for one in marks if isinstance(one, Constant)))
                    leaf.term.fields[0].excluded.update(reserved if items.type == "Identifier" else ())
        for concept, leaf in _free_codes(shape.scope.parts):
            coding = next(part for part in concept.parts if isinstance(part, Block) and leaf in part.parts)
            systems = {url for mark in coding.marks if isinstance(mark.term, Constant) for url in mark.term.read_as}
            leaf.term.fields[0].excluded.update(_named(shape, concept.path, systems))
            for other in shapes if any(turn(shape)) else ():
                if other.type == shape.type and other is not shape:
                    leaf.term.fields[0].excluded.update(_codes(other, concept.path, systems))


def _lists(parts: list[Part]) -> Iterator[tuple[Items, list[Block]]]:
    """The items in these parts, each with the blocks beside them."""
    for around in (parts, *(part.parts for part in every(parts) if isinstance(part, Block))):
        beside = [part for part in around if isinstance(part, Block)]
        yield from ((part, beside) for part in around if isinstance(part, Items))


def _free_codes(parts: list[Part]) -> list[tuple[Block, Leaf]]:
    """The CodeableConcepts of a shape with a field as the code of one coding."""
    found: list[tuple[Block, Leaf]] = []
    for concept in parts:
        if isinstance(concept, Block) and concept.type == "CodeableConcept":
            for coding in concept.parts:
                if isinstance(coding, Block) and coding.name == "coding":
                    found += [
                        (concept, leaf)
                        for leaf in coding.parts
                        if isinstance(leaf, Leaf) and leaf.name == "code" and isinstance(leaf.term, FieldValue)
                    ]
    return found


def _named(shape: Shape, path: str, systems: set[str]) -> set[str]:
    terms = [leaf.term for leaf in shape.scope.leaves() if leaf.path == path and isinstance(leaf.term, Coded)]
    return {code[1] for term in terms for code in term.read_as if isinstance(code, tuple) and code[0] in systems}


def _codes(shape: Shape, path: str, systems: set[str]) -> set[str]:
    return {
        code
        for leaf in shape.scope.leaves()
        if leaf.mode == "match" and leaf.path == path and isinstance(leaf.term, Constant)
        for system, code in leaf.term.read_as
        if system in systems
    }
