"""Resources of every type, made at random so that the invariants of R4 hold of them as often as not."""

from __future__ import annotations

import re
from functools import cache
from random import Random
from typing import Any

from service.fhir import definitions, json
from service.fhir.definitions import Element, Member
from service.fhir.json import Number, Value
from tests.support import plausible

DEEPEST = 5
EACH, EACH_OF_DEFINITIONS = 12, 24
_LEFT_OUT = ("id", "extension", "modifierExtension", "text", "meta", "implicitRules", "language")
_NAME = re.compile(r"[A-Za-z]+")
_UNITS = {"Age": "a", "Duration": "h", "Distance": "m", "Count": "1"}
_ERROR = {"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "entered-in-error"}
_WORDS: dict[str, tuple[Any, ...]] = {
    **plausible.PRIMITIVES,
    "canonical": ("http://example.org/x", "http://example.org/y"),
    "dateTime": ("2024-01-02T10:00:00Z", "2024-01-02", "2024", "2023-05", "2024-01-02T09:00:00+01:00", "2025-01-01"),
    "decimal": (Number("1.50"), Number("-2"), Number("0"), Number("150")),
    "id": ("a", "b", "c"),
    "string": ("words", "A", "Name1", "1", "*", "0", "http://x"),
    "uri": ("http://example.org/x", "http://example.org/y"),
}


def resources(seed: int) -> dict[str, Value]:
    """Resources by a name: of types that have rules of their own more, of those that describe structures most."""
    found: dict[str, Value] = {}
    for name in sorted(definitions.resource_types()):
        random = Random(f"{seed} {name}")
        own = [rule for rule in definitions.invariants(name) if not rule.key.startswith(("dom-", "ele-"))]
        count = EACH_OF_DEFINITIONS if len(own) > 12 else EACH if own else 2
        found |= {f"{name} {number}": json.from_python({"resourceType": name, **_parts(name, random, 0)}) for number in range(count)}
    return found


@cache
def _mentioned() -> dict[str, set[str]]:
    """The words of the expressions on each type and element, and the names that lead to them."""
    found: dict[str, set[str]] = {}
    for name in (*definitions.resource_types(), "Timing", "Range", "Ratio", "Period", "Quantity", "ElementDefinition", "DataRequirement"):
        for rule in definitions.invariants(name):
            path = rule.path.partition("[")[0]
            found.setdefault(path, set()).update(_NAME.findall(rule.expression))
            while "." in path:
                path, _, last = path.rpartition(".")
                found.setdefault(path, set()).add(last)
    return found


def _parts(at: str, random: Random, depth: int) -> dict[str, Any]:
    """What is in an object: the required elements, and half of those that a rule mentions."""
    elements = [one for one in definitions.children(at).values() if one.name not in _LEFT_OUT]
    wanted = [one for one in elements if random.random() < _likely(one, at, depth)] or [random.choice(elements)]
    made: dict[str, Any] = {}
    for element in wanted:
        member = definitions.member(at, random.choice(definitions.choice_names(element)))
        assert member
        count = random.choice((1, 1, 2, 3)) if member.many and element.name in _mentioned().get(at, ()) else 1
        values = [_value(member, random, depth) for _ in range(count)]
        made[member.name] = values if member.many else values[0]
    return made


def _likely(element: Element, at: str, depth: int) -> float:
    if element.min:
        return 1
    if depth > DEEPEST:
        return 0
    return 0.5 if element.name in _mentioned().get(at, ()) and element.name != "contained" else 0.05


def _value(member: Member, random: Random, depth: int) -> Any:
    bound = member.element.binding
    known = definitions.codes(bound.value_set) if bound and bound.strength == "required" else None
    system, code = random.choice(sorted(known)) if known else ("http://example.org/codes", random.choice("ab"))
    match member.type:
        case "code":
            return code
        case "Coding":
            return {"system": system, "code": code}
        case "CodeableConcept":
            return {"coding": [{"system": system, "code": code}]} if known else random.choice(({"coding": [_ERROR]}, {"text": "words"}))
        case "Reference":
            near = {"reference": f"{random.choice(member.element.targets or ('Patient',))}/1"}
            return random.choice((near, near, near, {"display": "words"}, {"reference": "#b1"}))
        case "Quantity" | "Age" | "Duration" | "Count" | "Distance":
            unit = _UNITS.get(member.type) or random.choice(("mg", "g"))
            whole = {"value": random.choice(_WORDS["decimal"]), "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
            return {name: part for name, part in whole.items() if name == "unit" or random.random() < 0.85}
        case "Extension" | "Resource" | "Money":
            return plausible.value(member, random)
    return random.choice(_WORDS[member.type]) if member.type in _WORDS else _parts(member.at, random, depth + 1)
