"""A constant: a concept or coding at a Coding or CodeableConcept, a word at a code, uri, boolean or number, a text at a string."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.diagnostics.messages import elements
from service.diagnostics.messages import names as say
from service.diagnostics.messages import syntax as form
from service.diagnostics.messages import types as wrong
from service.fhir import definitions, json, primitives
from service.fhir.json import Number, Value
from service.mapping import vocabulary
from service.mapping.terms import codings
from service.mapping.terms.term import Emitter, Outgoing, Pieces, Place, Record, Term
from service.mapping.terms.text import unescape

_URIS = ("uri", "canonical", "url", "oid", "uuid")
_NUMBERS = ("integer", "decimal", "positiveInt", "unsignedInt")


@dataclass(frozen=True, eq=False)
class Constant(Term):
    """What is written, and what is known as the same on the way back: values, or (system, code) of codings."""

    type: str
    value: Value
    read_as: frozenset[Value]

    def write(self, record: Record, out: Outgoing) -> Value:
        """The constant."""
        del record, out
        return self.value

    def emit(self, to: Emitter) -> Pieces:
        """Its text."""
        del to
        return [json.write(self.value).decode()]

    def holds(self, value: Value) -> bool:
        """Whether the JSON at the path is, or contains, the constant. A canonical may have a version."""
        if self.type in ("Coding", "CodeableConcept"):
            return any(code in self.read_as for code in codings.in_json(value))
        if isinstance(value, dict | list):
            return False
        if self.type == "canonical" and isinstance(value, str):
            return value in self.read_as or value.partition("|")[0] in self.read_as
        return any(type(value) is type(one) and value == one for one in self.read_as)


def parse(place: Place, text: str) -> Constant | None:
    """The constant that a text spells at this element, or None with a diagnostic."""
    at, type_ = place.text, place.member.type
    if type_ in ("Coding", "CodeableConcept", "code"):
        spelt = vocabulary.constant(at, text)
        if spelt is None:
            place.say(form.not_a_constant(at.at(text), text))
            return None
        if type_ == "code":
            words = codings.words(place, spelt)
            return Constant(at.span, (), type_, words[0], frozenset(words)) if words else None
        made = codings.concept(place, spelt)
        return Constant(at.span, (), type_, *made) if made else None
    if type_ in ("string", "markdown"):
        plain = unescape(text)
        return Constant(at.span, (), type_, plain, frozenset({plain}))
    values = [_value(place, one) for one in re.split(r"\s+\|\s+", text)]
    if any(one is None for one in values):
        return None
    known = [url for one in values for url in (place.names.spellings(one) if type_ in _URIS else (one,))]
    return Constant(at.span, (), type_, values[0], frozenset(known))


def _value(place: Place, text: str) -> Value:
    at, type_ = place.text.at(text), place.member.type
    if type_ in _URIS:
        if text in place.names.systems:
            return place.names.systems[text]
        text = text.replace("{base}", place.names.base)
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", text):
            place.say(say.unknown_system(at, text, place.names.systems))
            return None
        return text
    if not definitions.is_primitive(type_):
        place.say(elements.needs_block(at, place.path, type_, definitions.children(place.member.at)))
        return None
    value: Value = Number(text) if type_ in _NUMBERS else {"true": True, "false": False}.get(text, text) if type_ == "boolean" else text
    if problem := primitives.problem(type_, value):
        place.say(wrong.constant_at_element(at, text, type_, problem))
        return None
    return value
