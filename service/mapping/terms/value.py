"""`$field` at a primitive element: the value, its text unchanged. A list field at a list element gives all its values."""

from __future__ import annotations

from dataclasses import dataclass

from service.diagnostics.messages import elements
from service.diagnostics.messages import types as wrong
from service.fhir import definitions
from service.fhir.json import MAX_DIGITS, Number, Value
from service.mapping.terms import codings
from service.mapping.terms.term import Constants, Decoded, Emitter, Hole, Incoming, Misfit, Outgoing, Pieces, Place, Record, TwoWay
from service.records import leaves
from service.records.fields import Field
from service.records.formulas import word

STANDS_AT = {
    "id": ("id", "string"),
    "text": ("string", "markdown"),
    "code": ("code",),
    "uri": ("uri", "canonical", "url"),
    "language": ("code",),
    "npi": ("string",),
    "unit": ("code",),
    "date": ("date", "dateTime"),
    "dateTime": ("dateTime",),
    "instant": ("instant", "dateTime"),
    "integer": ("integer", "positiveInt", "unsignedInt", "decimal", "string"),
    "decimal": ("decimal", "string"),
    "boolean": ("boolean",),
    "one of": ("code", "string"),
}
"""The element types at which a field of each type may stand."""

_LEAST = {"positiveInt": 1, "unsignedInt": 0}


@dataclass(frozen=True, eq=False)
class FieldValue(TwoWay):
    """One field's value at a primitive."""

    at: str

    def write(self, record: Record, out: Outgoing) -> Value:
        """The value."""
        del out
        return record[self.fields[0].name]

    def read(self, value: Value, source: Incoming) -> dict[str, Value]:
        """The value, when it is one of the field's."""
        del source
        field = self.fields[0]
        held = leaves.whole(field, value)
        problem = leaves.problem(field, held)
        if problem:
            raise Misfit(problem)
        return {field.name: held}

    def emit(self, to: Emitter) -> Pieces:
        """The field's token."""
        field = self.fields[0]
        return [Hole(to.value(field))] if field.numeric else to.token(field)

    def decode(self, to: Constants) -> Decoded:
        """The element as the record holds it."""
        field = self.fields[0]
        number = field.numeric or field.type in ("integer", "decimal")
        value = f"None if {{0}} in {to.constant(frozenset(field.excluded), 'excluded')} else {{0}}" if field.excluded else "{}"
        return Decoded("Raw" if number else "bool" if field.type == "boolean" else "str", ((field, value),))


@dataclass(frozen=True, eq=False)
class Spelt(TwoWay):
    """One number at a string."""

    def write(self, record: Record, out: Outgoing) -> Value:
        """Its token as text."""
        del out
        return word(record[self.fields[0].name])

    def read(self, value: Value, source: Incoming) -> dict[str, Value]:
        """The number that the text spells as JSON does."""
        del source
        field = self.fields[0]
        if not isinstance(value, str) or len(value) > MAX_DIGITS:
            raise Misfit("is not a number")
        number = leaves.whole(field, Number(value))
        if problem := leaves.problem(field, number):
            raise Misfit(problem)
        return {field.name: number}

    def emit(self, to: Emitter) -> Pieces:
        """The field's token between quotes."""
        field = self.fields[0]
        return ['"', *([Hole(to.value(field))] if field.numeric else to.token(field)), '"']

    def decode(self, to: Constants) -> Decoded:
        """The text as a token."""
        del to
        return Decoded("str", ((self.fields[0], "Raw({}.encode())"),))


@dataclass(frozen=True, eq=False)
class Samples(TwoWay):
    """A list of numbers at `SampledData.data`: their tokens joined by one space."""

    def write(self, record: Record, out: Outgoing) -> Value:
        """All values in one string."""
        del out
        return " ".join(number.text for number in record[self.fields[0].name])

    def read(self, value: Value, source: Incoming) -> dict[str, Value]:
        """The numbers. A token that is none (`E`, `U`, `L`) makes it a misfit."""
        del source
        field = self.fields[0]
        numbers = [Number(token) for token in value.split(" ")] if isinstance(value, str) else []
        problem = "has no values" if not numbers else next((one for number in numbers if (one := leaves.problem(field, number))), "")
        if problem:
            raise Misfit(problem)
        return {field.name: numbers}

    def emit(self, to: Emitter) -> Pieces:
        """The tokens of the list in one string."""
        return ['"', Hole(f"joined({to.value(self.fields[0])})"), '"']

    def decode(self, to: Constants) -> Decoded:
        """A string of numbers; the list is its tokens with commas."""
        del to
        return Decoded("str", ((self.fields[0], "separated({})"),))


def parse(place: Place, field: Field) -> TwoWay | None:
    """The term of a field at a primitive element, or None with a diagnostic."""
    at = place.member.type
    if field.many and place.path.endswith(".data") and at == "string" and field.type in ("integer", "decimal"):
        return Samples(place.text.span, (field,))
    if not definitions.is_primitive(at):
        place.say(elements.needs_block(place.text.span, place.path, at, definitions.children(place.member.at)))
        return None
    fitting = STANDS_AT.get("integer" if field.numeric else field.type, ())
    if at not in fitting:
        fits = f"a field of type {field.type} stands at {', '.join(fitting) or 'no single element'}"
        place.say(wrong.field_at_element(place.text.at(field.name), field.name, field.type, f"an element of type {at}", fits))
        return None
    least = _LEAST.get(at)
    if least is not None and (not field.low or float(field.low) < least):
        place.say(wrong.range_wider_than_element(place.text.at(field.name), field.name, at, least, field.span))
        return None
    if at == "code" and field.type == "one of" and not all(codings.bound(place, [one], place.text.at(field.name)) for one in field.values):
        return None
    if at == "code" and field.type in ("code", "language") and codings.closed(place):
        place.say(wrong.free_code(place.text.at(field.name), field.name, place.path))
        return None
    if field.many and not place.member.many:
        place.say(wrong.list_at_single(place.text.at(field.name), field.name, place.path))
        return None
    number = field.numeric or field.type in ("integer", "decimal")
    return Spelt(place.text.span, (field,)) if number and at == "string" else FieldValue(place.text.span, (field,), at)
