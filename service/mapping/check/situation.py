"""The record that shows an error: a satisfying assignment as YAML."""

from __future__ import annotations

from collections.abc import Mapping

from service.records.fields import Field, Fields
from service.records.formulas import Literal, has, is_

VALUES = {
    "text": "some text",
    "id": "x-1",
    "code": "a-code",
    "uri": "urn:x:1",
    "language": "en",
    "npi": "1234567893",
    "unit": "1",
    "boolean": "true",
    "date": "2024-05-14",
    "dateTime": "2024-05-14T10:00:00-06:00",
    "instant": "2024-05-14T10:00:00-06:00",
}
"""A value of each type of field that has no listed values and is no number."""


def show(fields: Fields, model: Mapping[Literal, bool], about: str = "") -> str:
    """The record of a model: the fields that it makes present, each with a value, those of an item inside their list.

    A required field is shown where the model says something about its value, or where nothing else is left to show.
    """
    outer = fields.outer.by_name if fields.outer else {}
    lines = _lines(outer, model, about)
    inner = _lines(fields.by_name, model, about)
    if not lines and not inner:
        inner = [f"{one.name}: {sample(one)}" for one in fields.by_name.values() if one.required]
    if outer:
        listing = next(name for name, one in outer.items() if one.items is fields)
        lines = [line for line in lines if not line.startswith(f"{listing}: ")]
        inner = [f"{listing}: [{{{', '.join(inner)}}}]"]
    return "as in the record\n" + "\n".join(f"  {line}" for line in (*lines, *inner))


def _lines(fields: Mapping[str, Field], model: Mapping[Literal, bool], about: str) -> list[str]:
    lines = []
    for name, one in fields.items():
        value = next((value for value in one.domain if model.get(is_(name, value))), "") if one.enumerated else ""
        if model.get(has(name)) and (value or not one.required or name == about):
            lines.append(f"{name}: {value or sample(one)}")
    return lines


def sample(one: Field) -> str:
    """A value of a field."""
    if one.items:
        return "[{…}]"
    if one.values:
        return one.values[0]
    if one.type in ("integer", "decimal"):
        return one.low or one.high or "1"
    return VALUES[one.type]
