"""`Type/$field` and `=> shape` at a Reference."""

from __future__ import annotations

from dataclasses import dataclass

from service.diagnostics.messages import names as say
from service.diagnostics.messages import types as wrong
from service.fhir import definitions
from service.fhir.json import Value
from service.mapping.terms.term import Constants, Decoded, Emitter, Incoming, Outgoing, Pieces, Place, Record, Term, TwoWay
from service.records.fields import Field


@dataclass(frozen=True, eq=False)
class ToResource(TwoWay):
    """A reference to the resource of a type, which `kind` writes (else the type), whose key (ours) is the field's value."""

    type: str
    kind: str

    def write(self, record: Record, out: Outgoing) -> Value:
        """The Reference as this receiver can follow it."""
        return out.reference(self.type, record[self.fields[0].name])

    def read(self, value: Value, source: Incoming) -> dict[str, Value]:
        """Our key of the resource it names."""
        return {self.fields[0].name: source.key(self.type, value)}

    def emit(self, to: Emitter) -> Pieces:
        """The Reference as text."""
        return to.reference(self.type, self.fields[0])

    def decode(self, to: Constants) -> Decoded:
        """The value of its identifier."""
        del to
        return Decoded("Reference", ((self.fields[0], "{0}.identifier.value"),))


@dataclass(frozen=True, eq=False)
class Link(Term):
    """A reference to another resource of the same record, where it is written. It is not read."""

    shape: str

    def write(self, record: Record, out: Outgoing) -> Value:
        """The Reference."""
        return out.link(self.shape, record)

    def emit(self, to: Emitter) -> Pieces:
        """The Reference as text."""
        return to.link(self.shape)


def parse(place: Place, type_: str, name: str) -> TwoWay | None:
    """The term `Type/$name`, or None with a diagnostic."""
    at = place.text
    field = place.fields.visible.get(name)
    if field is None:
        place.say(say.unknown_field(at.at(name), name, place.fields.visible))
    elif not definitions.is_resource(type_):
        place.say(say.unknown_resource(at.at(type_), type_, definitions.resource_types()))
    elif not _allowed(place, type_):
        place.say(wrong.reference_target(at.at(type_), type_, place.path, place.member.element.targets))
    elif not _is_key(field):
        place.say(wrong.not_a_key(at.at(name), name, field.span))
    else:
        return ToResource(at.span, (field,), type_, place.kinds.get(type_, type_))
    return None


def parse_link(place: Place, shape: str) -> Term | None:
    """The term `=> shape`, or None with a diagnostic."""
    if shape not in place.shapes:
        place.say(say.unknown_shape(place.text.at(shape), shape, place.shapes))
    elif not _allowed(place, place.shapes[shape]):
        place.say(wrong.reference_target(place.text.at(shape), place.shapes[shape], place.path, place.member.element.targets))
    else:
        return Link(place.text.span, (), shape)
    return None


def _allowed(place: Place, type_: str) -> bool:
    targets = place.member.element.targets
    return not targets or type_ in targets or "Resource" in targets


def _is_key(field: Field) -> bool:
    return field.type == "id" and not field.many and (not field.high or int(field.high) >= 36)
