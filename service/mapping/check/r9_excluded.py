"""R9: the free code of a catch-all is not a code that has its own shape, and none that a table of its shape gives a name.

Derived, not asked for: the codes are taken out of the field's type.
"""

from __future__ import annotations

from collections.abc import Iterable

from service.mapping.plan import Block, Kind, Leaf, Part, Shape
from service.mapping.terms.constant import Constant
from service.mapping.terms.value import FieldValue
from service.mapping.terms.via import Coded


def derive(kinds: Iterable[Kind]) -> None:
    """Take out of the free codes those of a table at the same concept, and of catch-alls (`each`) those of shapes with a `match` line."""
    shapes = [shape for kind in kinds for shape in kind.shapes]
    for shape in shapes:
        for concept, leaf in _free_codes(shape.scope.parts):
            coding = next(part for part in concept.parts if isinstance(part, Block) and leaf in part.parts)
            systems = {url for mark in coding.marks if isinstance(mark.term, Constant) for url in mark.term.read_as}
            leaf.term.fields[0].excluded.update(_named(shape, concept.path, systems))
            for other in shapes if shape.each else ():
                if other.type == shape.type and other is not shape:
                    leaf.term.fields[0].excluded.update(_codes(other, concept.path, systems))


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
