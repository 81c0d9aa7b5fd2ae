"""Every record gives resources that fulfil the invariants of R4 and of the profile: proved from conditions, not tried on records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import elements
from service.fhir import definitions, fhirpath
from service.fhir.definitions import Invariant, Profile
from service.fhir.json import Value
from service.fhir.validate import rules
from service.fhir.validate.corrections import corrected
from service.mapping.check import situation, symbols
from service.mapping.check.symbolic import Focus
from service.mapping.check.symbols import Symbol, Text
from service.mapping.plan import Shape
from service.mapping.receiver import Links
from service.mapping.satisfy import theory
from service.records.fields import Fields
from service.records.formulas import FALSE, TRUE, Formula, all_of, any_of, has, negate, weakened

_ELSEWHERE = {
    "ele-1": "a part without value or parts is not written",
    "ext-1": "an extension is written as its definition says (reachable.py)",
    "dom-3": "what is contained is named, or does not load (kinds.py)",
}
"""The invariants that hold for another reason."""

_OF_NPI = ("us-core-16", "us-core-17")
"""What holds for every value of a field of type `npi`."""


@dataclass(slots=True)
class _Run:
    shape: Shape
    record: Fields
    found: list[Diagnostic]
    doubts: list[Formula]


def check(shape: Shape, links: Links) -> Iterator[Diagnostic]:
    """Every invariant that a record can break. What can be neither proved nor refuted is left in doubt (`shape.doubt`)."""
    if shape.form_of:
        return
    run = _Run(shape, shape.scope.fields.outer or shape.scope.fields, [], [])
    here = all_of([shape.when, *([has(shape.each.name)] if shape.each else [])])
    whole = symbols.resource(shape, links)
    focus = Focus(whole, shape.scope.fields, whole, whole)
    _visit(run, focus, here)
    profile = definitions.profile(shape.profile)
    for rule in _errors(profile.invariants if profile else ()):
        for there, when in _at(focus, here, rule.path):
            if profile and not _in_other_slice(there.this, profile, rule.path):
                _prove(run, there, rule, when, shape.profile)
    shape.doubt = any_of(run.doubts)
    yield from run.found


def _visit(run: _Run, focus: Focus, when: Formula) -> None:
    """Prove what R4 asks of an element and of all that is in it."""
    for rule in _rules(focus.this.type, focus.this.at, focus.this.path):
        _prove(run, focus, rule, when)
    for found in focus.this.parts.values():
        for part in found:
            if part.parts or _rules(part.type, part.at, part.path):
                _visit(run, _into(focus, part), when if part.when == TRUE else all_of((when, part.when)))


def _into(focus: Focus, part: Symbol) -> Focus:
    """The focus on a part of what is in focus: there, the fields of its entries are in sight."""
    inner = focus.resource if not definitions.is_resource(part.type) else part
    return Focus(replace(part, inner=None, many=False), part.inner or focus.fields, inner, focus.root)


def _at(focus: Focus, when: Formula, path: str) -> Iterator[tuple[Focus, Formula]]:
    """The elements at the path of a profile's element, whatever slices they are in."""
    found = [(focus, when)]
    for step in path.split(".")[1:]:
        name = step.partition(":")[0].removesuffix("[x]")
        found = [(_into(one, part), all_of((under, part.when))) for one, under in found for part in one.this.parts.get(name, ())]
    return iter(found)


def _in_other_slice(symbol: Symbol, profile: Profile, path: str) -> bool:
    """Whether a constant of the element is not what the slice at a path asks for."""
    slice_ = profile.elements.get(path)
    pattern = slice_.pattern if slice_ and slice_.slice else None
    for name, parts in symbol.parts.items():
        asked = profile.elements.get(f"{path}.{name}")
        wanted = asked.fixed or asked.pattern if asked else pattern.get(name) if isinstance(pattern, dict) else None
        if wanted is not None and parts and all(_never(value, wanted) for part in parts for _, value in part.values):
            return True
    return False


def _never(value: Value, wanted: Value) -> bool:
    """Whether a value is never the one that is asked for."""
    if isinstance(value, Text):
        return value.field is not None and isinstance(wanted, str) and wanted.startswith(tuple(value.field.excluded))
    return bool(value != wanted)


@cache
def _rules(type_: str, at: str, path: str) -> tuple[Invariant, ...]:
    """What R4 asks of an element: as a value of its type, and by the definition that has it."""
    own = [rule for rule in definitions.invariants(type_) if "." not in rule.path]
    for place in dict.fromkeys((at, path)):
        if "." in place:
            own += [rule for rule in definitions.invariants(place.partition(".")[0]) if rule.path == place]
    return _errors(own)


def _errors(found: Iterable[Invariant]) -> tuple[Invariant, ...]:
    return tuple(rule for rule in found if rule.severity == "error" and rule.key not in _ELSEWHERE)


def _prove(run: _Run, focus: Focus, rule: Invariant, when: Formula, profile: str = "") -> None:
    if rule.key in _OF_NPI and all(_is_npi(one) for one in focus.this.parts.get("value", ())):
        return
    truth = focus.truth(fhirpath.parse(corrected(rule.expression)))
    doubt = negate(truth.true)
    proof = theory(focus.fields)
    if doubt == FALSE or proof.solve(when, doubt) is None:
        return
    broken = proof.solve(when, truth.false)
    if broken is None:
        run.doubts.append(weakened(all_of((when, doubt)), focus.fields.visible.keys() - run.record.by_name.keys()))
        return
    part = focus.this.part
    span, path = (part.span, part.path) if part else (run.shape.span, run.shape.type)
    run.found.append(elements.invariant_breaks(span, path, (rule.key, rules.words(rule), profile), situation.show(focus.fields, broken)))


def _is_npi(symbol: Symbol) -> bool:
    return isinstance(symbol.value, Text) and symbol.value.field is not None and symbol.value.field.type == "npi"
