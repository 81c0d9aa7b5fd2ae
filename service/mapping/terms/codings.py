"""Codings as JSON, and the codes that stand in JSON."""

from __future__ import annotations

from service.diagnostics.messages import types as wrong
from service.diagnostics.spans import Span
from service.fhir import definitions
from service.fhir.json import Value
from service.mapping.terms.term import Place
from service.mapping.vocabulary import Concept, Constant

Code = str | tuple[str, str]
"""A word, or the system and code of a coding."""


def in_json(value: Value) -> list[Code]:
    """The codes of a code, Coding or CodeableConcept, in order."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, dict):
        return []
    codings = value.get("coding", [] if "text" in value else [value])
    return [
        (one["system"], one["code"])
        for one in (codings if isinstance(codings, list) else [])
        if isinstance(one, dict) and isinstance(one.get("code"), str) and isinstance(one.get("system"), str)
    ]


def words(place: Place, constant: Constant) -> list[str] | None:
    """The words of a constant at a code, the first to be written; None with a diagnostic."""
    found: list[str] = []
    for alternative in constant.alternatives:
        item = alternative[0]
        if len(alternative) > 1 or item.system or item.display:
            place.say(wrong.word_expected(constant.at.at(str(item)), place.path, place.member.type))
            return None
        if not bound(place, [item.code], constant.at.at(item.code)):
            return None
        found.append(item.code)
    return found


def concept(place: Place, constant: Constant) -> tuple[Value, frozenset[Code]] | None:
    """The JSON of a constant at a Coding or CodeableConcept and the codes by which it is known; None with a diagnostic."""
    made = place.names.concept(constant)
    if made is None:
        return None
    if place.member.type == "Coding" and len(made.written) > 1:
        place.say(wrong.one_coding(constant.at.span, place.path))
        return None
    if not bound(place, [one.key for one in made.written], constant.at.span):
        return None
    return as_json(place.member.type, made), made.read


def as_json(type_: str, made: Concept) -> Value:
    """A concept as a Coding or CodeableConcept."""
    codings = [{"system": one.system, "code": one.code, **({"display": one.display} if one.display else {})} for one in made.written]
    return codings[0] if type_ == "Coding" else {"coding": codings}


def bound(place: Place, codes: list[str] | list[tuple[str, str]], at: Span) -> bool:
    """Whether one of the codes is in the value set to which the element is bound, where R4 requires it and it can be listed."""
    allowed = closed(place)
    if allowed is None:
        return True
    known = {code for _, code in allowed} if place.member.type == "code" else allowed
    if any(code in known for code in codes):
        return True
    place.say(wrong.not_bound(at, place.path, sorted(code for _, code in allowed)))
    return False


def closed(place: Place) -> frozenset[tuple[str, str]] | None:
    """The codes to which R4 restricts the element, where it does and they can be listed."""
    binding = place.member.element.binding
    return definitions.codes(binding.value_set) if binding and binding.strength == "required" else None
