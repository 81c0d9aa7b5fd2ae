"""Values that R4 lets an element have, by its type: required parts and little more."""

from __future__ import annotations

from random import Random
from typing import Any

from service.fhir import definitions
from service.fhir.definitions import Member
from service.fhir.json import Number

DEEPEST = 6
PRIMITIVES: dict[str, tuple[Any, ...]] = {
    "base64Binary": ("AAAA",),
    "boolean": (True, False),
    "canonical": ("http://example.org/canonical", "http://example.org/canonical|1.0"),
    "code": ("x1", "en"),
    "date": ("2024-01-02", "2024-01", "2024"),
    "dateTime": ("2024-01-02T10:00:00Z", "2024-01-02", "2024"),
    "decimal": (Number("1.50"), Number("-2"), Number("0")),
    "id": ("a1", "A-1.b"),
    "instant": ("2024-01-02T10:00:00Z", "2024-01-02T10:00:00.123+02:00"),
    "integer": (Number("1"), Number("-1")),
    "markdown": ("some *words*",),
    "oid": ("urn:oid:1.2.3",),
    "positiveInt": (Number("1"), Number("7")),
    "string": ("words", "line\nline"),
    "time": ("10:00:00", "23:59:59.5"),
    "unsignedInt": (Number("0"), Number("7")),
    "uri": ("http://example.org/x", "urn:oid:1.2.3"),
    "url": ("http://example.org/x",),
    "uuid": ("urn:uuid:5b1d2b2f-8a3e-4a9c-9d9d-000000000001",),
    "xhtml": ('<div xmlns="http://www.w3.org/1999/xhtml">x</div>',),
}


def value(member: Member, random: Random, depth: int = 0) -> Any:
    """A value of a member, not a list."""
    known = definitions.codes(member.element.binding.value_set) if member.element.binding else None
    system, code = random.choice(sorted(known)) if known else ("http://example.org/codes", "x1")
    match member.type:
        case "code" if known:
            return code
        case "CodeableConcept" if known:
            return {"coding": [{"system": system, "code": code}]}
        case "CodeableConcept":
            return {"text": "words"}
        case "Coding":
            return {"system": system, "code": code}
        case "Reference":
            return {"reference": f"{random.choice(member.element.targets or ('Patient',))}/1"}
        case "Extension":
            return {"url": "http://example.org/ext", "valueString": "x"}
        case "Resource":
            return {"resourceType": "Basic", "id": "b1", "code": {"text": "x"}}
        case "Quantity" | "Age" | "Duration" | "Count" | "Distance" | "Money" if depth < DEEPEST:
            return {"value": Number("1"), "system": "http://unitsofmeasure.org", "code": "1", "unit": "1"} if member.type != "Money" else {}
    if member.type in PRIMITIVES:
        return random.choice(PRIMITIVES[member.type])
    return _parts(member.at, random, depth)


def _parts(at: str, random: Random, depth: int) -> dict[str, Any]:
    """The required elements of a type or backbone element, and one more."""
    elements = definitions.children(at)
    wanted = [one for one in elements.values() if one.min]
    if depth < DEEPEST or not wanted:
        wanted.append(random.choice(list(elements.values())))
    made: dict[str, Any] = {}
    for element in wanted:
        member = definitions.member(at, random.choice(definitions.choice_names(element)))
        assert member
        inner = value(member, random, depth + 1)
        made[member.name] = [inner] if member.many else inner
    return made
