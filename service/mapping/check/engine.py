"""What the engine writes on every resource, as parts like any other: id, profile, labels, own identifier."""

from __future__ import annotations

from typing import Any

from service.fhir import definitions
from service.mapping import identity
from service.mapping.plan import Block, Leaf, Shape
from service.mapping.terms.constant import Constant
from service.mapping.terms.echo import Echo
from service.mapping.terms.term import Term
from service.mapping.terms.text import Pattern
from service.mapping.vocabulary import Coding
from service.records.fields import Field
from service.records.formulas import TRUE, Formula

MODE = "engine"


def add(shape: Shape, base: str, key: Field, item: Field | None) -> None:
    """Add the engine's parts to a shape; another form of a shape has no id and identifier of its own."""
    if not shape.form_of:
        _add(shape, shape.type, "id", _own(shape, ".", key, item))
        _add(shape, shape.type, "identifier", _own(shape, "/", key, item, identity.system(base, shape.kind)))
    if shape.profile:
        profile = definitions.profile(shape.profile)
        assert profile is not None
        _add(shape, "Meta", "profile", Constant(shape.span, (), "canonical", profile.url, frozenset({profile.url})))


def label(shape: Shape, coding: Coding, when: Formula) -> None:
    """Add a security label, written where the condition holds."""
    value = {"system": coding.system, "code": coding.code, **({"display": coding.display} if coding.display else {})}
    _add(shape, "Meta", "security", Echo(shape.span, (), Constant(shape.span, (), "Coding", value, frozenset({coding.key}))), when)


def _own(shape: Shape, sign: str, key: Field, item: Field | None, system: str = "") -> Term:
    fixed = ["", f"{sign}{shape.ending}" if shape.ending else ""]
    fields = [key]
    if item:
        fixed[-1] += sign
        fixed.append("")
        fields.append(item)
    return Echo(shape.span, tuple(fields), Pattern(shape.span, tuple(fields), tuple(fixed), system, (system,)))


def _add(shape: Shape, at: str, name: str, term: Term, only: Formula = TRUE) -> None:
    parts = shape.scope.parts
    if at == "Meta":
        meta = next((part for part in parts if isinstance(part, Block) and part.name == "meta"), None)
        if meta is None:
            meta = Block(**_part(shape, shape.type, "meta"), slice="", deep=False)
            parts.append(meta)
        parts = meta.parts
    parts.append(Leaf(**_part(shape, at, name), term=term, mode=MODE, only=only))


def _part(shape: Shape, at: str, name: str) -> dict[str, Any]:
    member = definitions.member(at, name)
    assert member is not None
    return {
        "name": name,
        "element": member.element,
        "type": member.type,
        "at": member.at,
        "many": member.many,
        "path": name if at == shape.type else f"meta.{name}",
        "branch": None,
        "span": shape.span,
    }
