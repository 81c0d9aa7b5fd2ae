"""JSON Schema (2020-12) of a record, made from its fields and rules.

It accepts every valid record. It also accepts some that `schema.problems` refuses, since it cannot say, or validators do not agree on:
- a day that the calendar lacks (`2024-02-30`), a `urn:uuid:` or `urn:oid:` that is not well-formed;
- the spelling of a number (`1.0` is JSON Schema's integer 1), and its number of digits;
- two items of a list with the same id;
- a rule that looks from an item at the record around it;
- the check digit of an npi, which codes are units, `not before` and sums, of which only their descriptions tell.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from service.fhir import primitives
from service.fhir.json import Number, Value
from service.records import leaves
from service.records.fields import ID_LENGTH, Field, Fields
from service.records.formulas import TRUE, All, Any_, Formula, Literal, assume, negate, weakened

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# Python's `$` also stands before a last line end, that of JSON Schema (ECMA-262) does not.
_END = r"$(?!\n)"
_SPACE = r"\t\n\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_CONTROL = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff"
_MONTH, _DAY = "(0[1-9]|1[0-2])", "(0[1-9]|[12][0-9]|3[01])"
_YEAR = "(?!0000)[0-9]{4}"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_PATTERNS = {
    "id": rf"[A-Za-z0-9-]{{1,{ID_LENGTH}}}",
    "text": rf"[^{_CONTROL}{_SPACE}]([^{_CONTROL}]*[^{_CONTROL}{_SPACE}])?",
    "code": r"[^\u0000-\u0020]+([ \t\r\n][^\u0000-\u0020]+)*",
    "uri": r"(https?://|urn:)[^\u0000-\u0020]+",
    "language": r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?",
    "npi": "[0-9]{10}",
    "unit": "[!-~]([ -~]{0,254}[!-~])?",
    "date": f"{_YEAR}(-{_MONTH}(-{_DAY})?)?",
    "dateTime": f"{_YEAR}(-{_MONTH}(-{_DAY}(T{_CLOCK})?)?)?",
    "instant": f"{_YEAR}-{_MONTH}-{_DAY}T{_CLOCK}",
}
_TYPES = {
    name: {
        "description": leaves.LEXICAL[name],
        "type": "string",
        "pattern": f"^({pattern}){_END}",
        **({"maxLength": Number(str(primitives.MAX_STRING))} if name in ("text", "code", "uri") else {}),
    }
    for name, pattern in _PATTERNS.items()
}


def json_schema(fields: Fields, title: str, ident: str) -> dict[str, Value]:
    """The schema of a record kind, as JSON that `fhir.json` writes; `ident` is its URI. What its types are stands under `$defs`."""
    return {"$schema": DIALECT, "$id": ident, "title": title, **record_schema(fields), "$defs": dict(_TYPES)}


def record_schema(fields: Fields, without: Collection[str] = (), known: Mapping[Literal, bool] | None = None) -> dict[str, Value]:
    """The schema of a record as part of another: `without` are fields that it takes from there, `known` what is true of them."""
    own = {name: field for name, field in fields.by_name.items() if name not in without}
    unseen = fields.visible.keys() - own.keys()
    rules = [(rule.text, weakened(assume(rule.formula, known or {}), unseen)) for rule in fields.rules]
    conditions = [{"description": text, **_condition(fields, formula)} for text, formula in rules if formula != TRUE]
    conditions += [{"description": rule.text} for rule in fields.rules if rule.order or rule.sum_of]
    return {
        "type": "object",
        "properties": {name: _field(field) for name, field in own.items()},
        **_unless_empty("required", [name for name, field in own.items() if field.required]),
        "additionalProperties": False,
        **_unless_empty("allOf", conditions),
    }


def _field(field: Field) -> dict[str, Value]:
    one = record_schema(field.items) if field.items else _leaf(field)
    described = {"description": field.means} if field.means else {}
    return {**described, **({"type": "array", "minItems": Number("1"), "items": one} if field.many else one)}


def _leaf(field: Field) -> dict[str, Value]:
    match field.type:
        case "table" | "one of":
            names = {"enum": [_value(field, name) for name in field.values]}
            return {"anyOf": [names, _text("text", field)]} if field.or_text else names
        case "boolean":
            return {"type": "boolean"}
        case "integer":
            low, high = field.low or str(-primitives.MAX_INTEGER - 1), field.high or str(primitives.MAX_INTEGER)
            return {"type": "integer", "minimum": Number(low), "maximum": Number(high)}
        case "decimal":
            least = {"minimum": Number(field.low)} if field.low else {"exclusiveMinimum": Number(f"-{leaves.MAGNITUDE}")}
            most = {"maximum": Number(field.high)} if field.high else {"exclusiveMaximum": Number(f"{leaves.MAGNITUDE}")}
            return {"type": "number", **least, **most}
    return _text(field.type, field)


def _text(type_: str, field: Field) -> dict[str, Value]:
    lengths = {"minLength": field.low, "maxLength": field.high}
    return {
        "$ref": f"#/$defs/{type_}",
        **{name: Number(length) for name, length in lengths.items() if length},
        **({"not": _excluded(field)} if field.excluded else {}),
    }


def _excluded(field: Field) -> dict[str, Value]:
    if field.type == "uri":
        return {"pattern": f"^({'|'.join(re.escape(one) for one in sorted(field.excluded))})"}
    return {"enum": sorted(field.excluded)}


def _condition(fields: Fields, formula: Formula) -> dict[str, Value]:
    match formula:
        case Literal(name, value, positive=True):
            constant = {} if value is None else {"properties": {name: {"const": _value(fields.by_name[name], value)}}}
            return {"required": [name], **constant}
        case Literal():
            return {"not": _condition(fields, negate(formula))}
        case All(parts):
            return {"allOf": [_condition(fields, part) for part in parts]}
        case Any_(()):
            return {"not": {}}
        case Any_(parts):
            return {"anyOf": [_condition(fields, part) for part in parts]}


def _value(field: Field, spelt: str) -> Value:
    """A value as JSON has it, from its spelling in conditions and tables."""
    if field.type == "boolean":
        return spelt == "true"
    return Number(spelt) if field.numeric else spelt


def _unless_empty(name: str, entries: list[Any]) -> dict[str, Value]:
    return {name: entries} if entries else {}
