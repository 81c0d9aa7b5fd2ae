"""marshmallow schemas made from the fields and rules of a record kind; their errors carry Issues."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from itertools import islice
from typing import Any

import marshmallow
from marshmallow import ValidationError

from service.diagnostics.issue import ENOUGH, Issue
from service.diagnostics.messages import records as say
from service.fhir.json import Value
from service.records import leaves
from service.records.fields import Field, Fields


def problems(fields: Fields, record: Value, outer: Mapping[str, Value] | None = None) -> list[Issue]:
    """All that is wrong with a record (JSON as `fhir.json` reads it), in the order of its fields; `outer` is the record around an item."""
    if not isinstance(record, dict):
        return [say.not_an_object("")]
    around = _record.set({**(outer or {}), **record})
    try:
        return list(_issues(_schema(fields).validate(record)))
    finally:
        _record.reset(around)


_record: ContextVar[Mapping[str, Value]] = ContextVar("record")
"""The record being checked, with the one around it, which its rules may name."""


class _Leaf(marshmallow.fields.Field[Any]):
    """One field of the record kind."""

    def __init__(self, field: Field) -> None:
        super().__init__(
            required=field.required, error_messages={"required": [say.missing(field.name, field.span)], "null": [say.empty(field.name)]}
        )
        self.field = field

    def _deserialize(self, value: Value, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Value:
        del attr
        field = self.field
        if not field.many:
            problem = leaves.problem(field, value)
            if problem:
                raise ValidationError([say.not_valid(field.name, problem, field.span)])
            return value
        if not isinstance(value, list) or not value:
            raise ValidationError([say.not_a_list(field.name, field.span)])
        found = list(islice((issue for at, entry in enumerate(value) for issue in self._entry(at, entry, data or {})), ENOUGH))
        if not found and field.items:
            found = _twice(field, value)
        if found:
            raise ValidationError(found)
        return value

    def _entry(self, at: int, entry: Value, record: Mapping[str, Any]) -> list[Issue]:
        path = f"{self.field.name}[{at}]"
        if self.field.items:
            return [issue.inside(path) for issue in problems(self.field.items, entry, record)]
        problem = leaves.problem(self.field, entry)
        return [say.not_valid(path, problem, self.field.span)] if problem else []


class _Record(marshmallow.Schema):
    """A record: its fields, then, where they are sound, its rules."""

    kap_fields: Fields

    def handle_error(self, error: ValidationError, data: Any, *, many: bool, **_: Any) -> None:
        """Name the unknown fields."""
        del data, many
        messages = error.messages_dict
        unknown = [name for name, found in messages.items() if not all(isinstance(one, Issue) for one in found)]
        for name in unknown[:ENOUGH]:
            messages[name] = [say.unknown(name, name, self.kap_fields.by_name)]
        for name in unknown[ENOUGH:]:
            del messages[name]

    @marshmallow.validates_schema(skip_on_field_errors=True)
    def check_rules(self, data: Mapping[str, Value], **_: Any) -> None:
        """Name each broken rule. Raises ValidationError."""
        record = {**_record.get(), **data}
        broken = [say.rule_fails("", rule.text, rule.span) for rule in self.kap_fields.rules if not rule.holds(record)]
        if broken:
            raise ValidationError(broken)


@cache
def _schema(fields: Fields) -> _Record:
    members: dict[str, Any] = {name: _Leaf(field) for name, field in fields.by_name.items()}
    members["kap_fields"] = fields
    schema: _Record = type("Record", (_Record,), members)()
    return schema


def _twice(field: Field, value: list[Value]) -> list[Issue]:
    """Two items of a list with the same id."""
    ids = [one.name for one in field.items.by_name.values() if one.type == "id" and one.required] if field.items else []
    if not ids:
        return []
    first: dict[str, int] = {}
    again = (at for at, item in enumerate(value) if first.setdefault(item[ids[0]], at) != at)
    return [say.item_twice(f"{field.name}[{at}]", ids[0], field.span) for at in islice(again, ENOUGH)]


def _issues(messages: Any) -> list[Issue]:
    if isinstance(messages, Issue):
        return [messages]
    inner = messages.values() if isinstance(messages, dict) else messages
    return [issue for one in inner for issue in _issues(one)]
