"""What is written is valid: required elements of R4 and of the profile are always there, and everything else is as they ask."""

from __future__ import annotations

from collections.abc import Iterator

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import elements
from service.diagnostics.spans import Span
from service.fhir import definitions, json, validate
from service.fhir.validate import Finding
from service.mapping.check import samples, situation
from service.mapping.plan import Block, Items, Leaf, Part, Scope, Shape
from service.mapping.receiver import Links
from service.mapping.satisfy import theory
from service.mapping.walk.write import write_shape
from service.records.formulas import TRUE, Formula, any_of, has, negate

_PROVED = "invariant"
"""The code of findings about what is proved (invariants.py), or in doubt."""


def check(shape: Shape, links: Links) -> Iterator[Diagnostic]:
    """Every required element that can be missing, and every element that breaks R4 or the profile."""
    incomplete = list(_required(shape.scope, shape.scope.parts, shape.type, (shape.name, shape.span), shape.when))
    incomplete += _profile_requires(shape)
    yield from incomplete or dict.fromkeys(_broken(shape, links))


def _required(scope: Scope, parts: list[Part], at: str, what: tuple[str, Span], when: Formula) -> Iterator[Diagnostic]:
    """The required elements that can be missing: at the line that sometimes writes one, or at `what` (name and place of shape or block)."""
    for element in definitions.children(at).values():
        if element.min and element.name not in ("extension", "modifierExtension"):
            standing = _standing(parts, element.name)
            written = any_of(part.when for part in standing)
            model = None if written in (TRUE, when) else theory(scope.fields).solve(when, negate(written))
            if model is not None:
                span = standing[0].span if standing else what[1]
                yield elements.required_not_written(span, f"{at}.{element.name}", what[0], situation.show(scope.fields, model))
    for part in parts:
        if isinstance(part, Block):
            yield from _required(scope, part.parts, part.at, (part.path, part.span), part.when)
        elif isinstance(part, Items):
            yield from _required(part.scope, part.scope.parts, part.at, (part.path, part.span), has(part.field.name))


def _profile_requires(shape: Shape) -> Iterator[Diagnostic]:
    profile = definitions.profile(shape.profile) if shape.profile else None
    for element in profile.elements.values() if profile else ():
        name = element.path.removeprefix(f"{shape.type}.").removesuffix("[x]")
        if not element.min or "." in name or ":" in element.id or definitions.children(shape.type)[name].min:
            continue
        standing = _standing(shape.scope.parts, name)
        model = theory(shape.scope.fields).solve(shape.when, negate(any_of(part.when for part in standing)))
        if model is not None:
            span = standing[0].span if standing else shape.span
            yield elements.profile_requires(span, shape.profile, name, situation.show(shape.scope.fields, model))


def _standing(parts: list[Part], name: str) -> list[Part]:
    """The parts that write an element."""
    return [part for part in parts if part.element.name == name and _mode(part) != "also"]


def _broken(shape: Shape, links: Links) -> Iterator[Diagnostic]:
    profiles = [shape.profile] if shape.profile else []
    written = [write_shape(shape, str(record.get(shape.item_id, "")), record, links).resource for record in samples.cover(shape)]
    for text, resource in {json.write(one): one for one in written}.items():
        for finding in () if validate.accepts(text, profiles) else validate.validate(resource, profiles):
            if finding.severity == "error" and finding.code != _PROVED:
                yield _diagnostic(shape, finding)


def _diagnostic(shape: Shape, finding: Finding) -> Diagnostic:
    steps = [step.partition("[")[0] for step in finding.expression.split(".")[1:]]
    part = _part(shape.scope.parts, steps)
    path = part.path if part else shape.type
    span = part.term.span if isinstance(part, Leaf) and part.mode not in ("slice", "engine") else part.span if part else shape.span
    if finding.profile:
        return elements.profile_breaks(span, finding.profile, path, finding.message)
    return elements.not_valid(span, path, finding.message)


def _part(parts: list[Part], steps: list[str]) -> Part | None:
    """The part that writes an element, or the innermost around it; of several at one list, the first."""
    for part in parts:
        if steps and part.name == steps[0]:
            inside = part.parts if isinstance(part, Block) else part.scope.parts if isinstance(part, Items) else []
            return _part(inside, steps[1:]) or part
    return None


def _mode(part: Part) -> str:
    return part.mode if isinstance(part, Leaf) else ""
