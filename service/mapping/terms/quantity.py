"""`$field 'unit'` and `$field $unit_field` at a Quantity: value, unit text, UCUM system and code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.diagnostics.messages import names as say
from service.diagnostics.messages import reversibility as lost
from service.diagnostics.messages import types as wrong
from service.fhir import ucum
from service.fhir.json import Value, quote
from service.mapping.terms.term import Constants, Decoded, Emitter, Hole, Incoming, Misfit, Outgoing, Pieces, Place, Record, TwoWay
from service.records import leaves
from service.records.fields import Field


@dataclass(frozen=True, eq=False)
class InUnit(TwoWay):
    """A value in a unit.

    `units` gives the unit texts of each UCUM code, ours first; with a unit field, `codes` gives the code of each of its names.
    `systems` are the urls by which UCUM is known, ours first.
    """

    units: Mapping[str, tuple[str, ...]]
    codes: Mapping[str, str]
    systems: tuple[str, ...]

    @property
    def unit_field(self) -> Field | None:
        """The field that holds the unit, if one does."""
        return self.fields[1] if len(self.fields) > 1 else None

    def write(self, record: Record, out: Outgoing) -> Value:
        """The Quantity."""
        del out
        code = self.codes[record[self.unit_field.name]] if self.unit_field else next(iter(self.units))
        return {"value": record[self.fields[0].name], "unit": self.units[code][0], "system": ucum.SYSTEM, "code": code}

    def read(self, value: Value, source: Incoming) -> dict[str, Value]:
        """Value and unit by the UCUM code; without a code by the unit text, when it is ours."""
        del source
        field = self.fields[0]
        if not isinstance(value, dict) or "value" not in value:
            raise Misfit("has no value")
        if "comparator" in value:
            raise Misfit("has a comparator")
        code = value.get("code")
        if code is not None and value.get("system") not in self.systems:
            raise Misfit("has a unit code that is not UCUM's")
        if code is None:
            code = next((one for one, texts in self.units.items() if value.get("unit") in texts), None)
        if code not in self.units:
            raise Misfit(f"is not in {' or '.join(self.units)}")
        held = leaves.whole(field, value["value"])
        problem = leaves.problem(field, held)
        if problem:
            raise Misfit(problem)
        found = {field.name: held}
        if self.unit_field:
            found[self.unit_field.name] = next(name for name, one in self.codes.items() if one == code)
        return found

    def emit(self, to: Emitter) -> Pieces:
        """The Quantity as text."""
        value: Pieces = ['{"value":', *to.token(self.fields[0]), ","]
        tails = {code: f'"unit":{quote(texts[0])},"system":{quote(ucum.SYSTEM)},"code":{quote(code)}' for code, texts in self.units.items()}
        if not self.unit_field:
            return [*value, *tails.values(), "}"]
        table = to.constant({name: tails[code] for name, code in self.codes.items()}, "units")
        return [*value, Hole(f"{table}[{to.value(self.unit_field)}]"), "}"]

    def decode(self, to: Constants) -> Decoded:
        """The value's token, and the name of the unit's code."""
        values = [(self.fields[0], "{0}.value")]
        if self.unit_field:
            table = to.constant({code: name for name, code in self.codes.items()}, "codes")
            values.append((self.unit_field, f"{table}.get({{0}}.code)"))
        return Decoded("Quantity", tuple(values))


def parse(place: Place, field: Field, unit: str, unit_field: str) -> TwoWay | None:
    """The term of a value in a unit (`unit`, a UCUM code) or with a unit field, or None with a diagnostic."""
    at, names = place.text, place.names
    if place.member.type != "Quantity":
        place.say(wrong.unit_at_element(at.at(unit or unit_field), place.path, place.member.type))
        return None
    if field.type not in ("decimal", "integer") or field.many:
        place.say(
            wrong.field_at_element(at.at(field.name), field.name, field.type, "a Quantity", "a Quantity takes one decimal or integer")
        )
        return None
    if unit:
        codes = {"": unit}
        spans = {"": at.at(unit)}
    else:
        other = place.fields.visible.get(unit_field)
        if other is None:
            place.say(say.unknown_field(at.at(unit_field), unit_field, place.fields.visible))
            return None
        if other.type != "table" or other.many or other.or_text:
            place.say(wrong.unit_field_not_table(at.at(unit_field), unit_field, other.type))
            return None
        entries = names.tables[other.table].entries
        codes = {name: str(const.alternatives[0][0]) for name, const in entries.items()}
        spans = {name: const.at.span for name, const in entries.items()}
        for name, code in codes.items():
            first = next(one for one, other_code in codes.items() if other_code == code)
            if first != name:
                place.say(lost.table_not_reversible(spans[name], other.table, other.name, first, name, code))
                return None
    for name, code in codes.items():
        if code not in names.units:
            place.say(say.unknown_unit(spans[name], code, names.units))
            return None
    units = {code: names.units[code] for code in codes.values()}
    fields = (field,) if unit else (field, place.fields.visible[unit_field])
    return InUnit(at.span, fields, units, {} if unit else codes, names.spellings(ucum.SYSTEM))
