"""`$field` of a table at a code, Coding or CodeableConcept; `$field via table` names another table than the field's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import names as say
from service.diagnostics.messages import reversibility as lost
from service.diagnostics.messages import types as wrong
from service.fhir import json
from service.fhir.json import Number, Value
from service.mapping.terms import codings
from service.mapping.terms.codings import Code
from service.mapping.terms.term import Constants, Decoded, Emitter, Hole, Incoming, Misfit, Outgoing, Pieces, Place, Record, TwoWay
from service.mapping.vocabulary import Constant
from service.records import leaves
from service.records.fields import Field
from service.records.formulas import word


@dataclass(frozen=True, eq=False)
class Coded(TwoWay):
    """A name of the record as a code. `written` gives the JSON of each name, `read` the name of each word or (system, code)."""

    type: str
    written: Mapping[str, Value]
    read_as: Mapping[Code, str]

    @property
    def field(self) -> Field:
        """The field."""
        return self.fields[0]

    def write(self, record: Record, out: Outgoing) -> Value:
        """The code of the name; of an `or text` field's other text, that text."""
        del out
        value = record[self.field.name]
        name = word(value)
        return self.written.get(name, {"text": value})

    def read(self, value: Value, source: Incoming) -> dict[str, Value]:
        """The name of any coding that is in the table."""
        del source
        names = dict.fromkeys(name for code in codings.in_json(value) if (name := self.read_as.get(code)))
        if len(names) > 1:
            raise Misfit("has codings of two names of the table")
        if names:
            return {self.field.name: self._value(next(iter(names)))}
        if not self.field.or_text:
            raise Misfit("has no code that is in the table")
        text = value.get("text") or next((one["display"] for one in value.get("coding", ()) if "display" in one), None)
        if text in self.written:
            raise Misfit("has a text that is a name of the table, without its code")
        if problem := leaves.problem(self.field, text):
            raise Misfit(problem)
        return {self.field.name: text}

    def emit(self, to: Emitter) -> Pieces:
        """A look-up of the name in the texts of its codes."""
        table = to.constant({name: json.write(value).decode() for name, value in self.written.items()}, "coded")
        value = to.value(self.field)
        return [Hole(f"({table}.get({value}) or text_alone({value}))" if self.field.or_text else f"{table}[{value}]")]

    def decode(self, to: Constants) -> Decoded:
        """A look-up of the text in the names."""
        if self.type == "code":
            table = to.constant({value: self._value(name) for name, value in self.written.items()}, "named")
            return Decoded("str", ((self.field, f"{table}.get({{0}})"),))
        table = to.constant({json.write(value): self._value(name) for name, value in self.written.items()}, "named")
        other = f"({table}.get(bytes({{0}})) or text_of({{0}}))" if self.field.or_text else f"{table}.get(bytes({{0}}))"
        return Decoded("Raw", ((self.field, other),))

    def _value(self, name: str) -> Value:
        return Number(name) if self.field.numeric else name


def parse(place: Place, field: Field, via: str = "", *, echo: bool = False) -> TwoWay | None:
    """The term of a field through a table, or None with a diagnostic. An echo's table need not be reversible."""
    at, member = place.text, place.member
    name = via or field.table
    table = place.names.tables.get(name)
    if table is None:
        place.say(say.unknown_table(at.at(name or field.name), name or field.name, place.names.tables))
        return None
    if misplaced := _misplaced(place, field):
        place.say(misplaced)
        return None
    missing = [value for value in field.values if value not in table.entries]
    if missing:
        place.say(wrong.table_misses_value(at.at(name), name, field.name, missing, table.span))
        return None
    if not echo and (more := [value for value in table.entries if value not in field.values]):
        place.say(lost.table_has_more(at.at(name), name, field.name, more, table.span))
        return None
    written: dict[str, Value] = {}
    read: dict[Code, str] = {}
    for value, constant in table.entries.items():
        made = _entry(place, replace(constant, at=constant.at.used(at.span)))
        if made is None:
            return None
        written[value] = made[0]
        for code in sorted(made[1], key=str):
            if read.setdefault(code, value) != value and not echo:
                place.say(lost.table_not_reversible(constant.at.span, name, field.name, read[code], value, code))
                return None
    return Coded(at.span, (field,), member.type, written, read)


def _entry(place: Place, constant: Constant) -> tuple[Value, frozenset[Code]] | None:
    if place.member.type != "code":
        return codings.concept(place, constant)
    words = codings.words(place, constant)
    return (words[0], frozenset(words)) if words else None


def _misplaced(place: Place, field: Field) -> Diagnostic | None:
    """What is wrong with a field at a code, Coding or CodeableConcept, whatever its table."""
    at, type_ = place.text.at(field.name), place.member.type
    if field.type not in ("table", "one of"):
        return wrong.field_at_element(at, field.name, field.type, f"a {type_}", "only names have codes: a table or `one of …`")
    if field.many and not place.member.many:
        return wrong.list_at_single(at, field.name, place.path)
    if field.or_text and type_ != "CodeableConcept":
        return wrong.text_needs_concept(at, field.name, type_)
    return None
