"""The record that shows an error: a satisfying assignment as YAML."""

from __future__ import annotations

from collections.abc import Mapping

from service.records.fields import Field, Fields
from service.records.formulas import Literal, has, is_

_SAMPLES = {
    "text": "some text",
    "id": "x-1",
    "code": "a-code",
    "uri": "urn:x:1",
    "language": "en",
    "npi": "1234567893",
    "boolean": "true",
    "date": "2024-05-14",
    "dateTime": "2024-05-14T10:00:00-06:00",
    "instant": "2024-05-14T10:00:00-06:00",
}


def show(fields: Fields, model: Mapping[Literal, bool], about: str = "") -> str:
    """The fields that a model makes present, each with a value; of required ones only those it says something about."""
    lines = []
    for name, one in fields.visible.items():
        value = next((value for value in one.domain if model.get(is_(name, value))), "") if one.enumerated else ""
        if model.get(has(name)) and (value or not one.required or name == about):
            lines.append(f"{name}: {value or sample(one)}")
    return "as in the record\n" + "\n".join(f"  {line}" for line in lines) if lines else "as in a record with its required fields alone"


def sample(one: Field) -> str:
    """A value of a field."""
    if one.items:
        return "[{…}]"
    if one.values:
        return one.values[0]
    if one.type in ("integer", "decimal"):
        return one.low or one.high or "1"
    return _SAMPLES[one.type]
