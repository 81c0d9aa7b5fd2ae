"""Edits of valid records: one field changed, and with it only what the rules force."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from service.mapping.satisfy import theory
from service.records import schema
from service.records.fields import Field, Fields
from service.records.formulas import has, negate
from tests.support import generate


def edited(
    fields: Fields, record: Mapping[str, Any], name: str, random: Random, around: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """The record with another value (or none, or a first one) in a field; None where the rules allow no other."""
    for _ in range(8):
        value = _other(fields.by_name[name], record.get(name), random, {**(around or {}), **record})
        made = _forced(fields, record, name, value, random, around or {})
        if made is not None and made.get(name) != record.get(name) and not schema.problems(fields, made, around):
            return made
    return None


def _other(field: Field, value: Any, random: Random, around: Mapping[str, Any]) -> Any:
    if value is not None and not field.required and random.random() < 0.3:
        return None
    if field.items and value:
        return _other_items(field, value, random, around)
    return generate.value(field, random, around)


def _other_items(field: Field, items: list[Any], random: Random, around: Mapping[str, Any]) -> list[Any] | None:
    """A list of records with one more, one fewer, or one with a changed field."""
    assert field.items
    kind = random.randrange(3)
    at = random.randrange(len(items))
    if kind == 0 and len(items) > 1:
        return items[:at] + items[at + 1 :]
    if kind == 1:
        return [*items[:at], *generate.value(field, random, around)[:1], *items[at:]]
    ids = {one.name for one in field.items.by_name.values() if one.type == "id" and one.required}
    name = random.choice([one for one in field.items.by_name if one not in ids])
    item = edited(field.items, items[at], name, random, around)
    return [*items[:at], item, *items[at + 1 :]] if item else None


def _forced(
    fields: Fields, record: Mapping[str, Any], name: str, value: Any, random: Random, around: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The record with that value, every other field as it was where the rules let it."""
    rules = theory(fields)
    given = [generate.known(one, around.get(outer)) for outer, one in (fields.outer.by_name if fields.outer else {}).items()]
    given.append(generate.known(fields.by_name[name], value))
    made = {other: one for other, one in record.items() if other != name}
    if value is not None:
        made[name] = value
    bound = {other for rule in fields.rules for other in rule.fields if other in fields.by_name}
    for other in sorted(bound - {name}):
        one = fields.by_name[other]
        wish = generate.known(one, record.get(other))
        if rules.solve(*given, wish) is not None:
            given.append(wish)
            continue
        made.pop(other, None)
        if rules.solve(*given, negate(has(other))) is not None:
            given.append(negate(has(other)))
            continue
        for _ in range(20):
            made[other] = generate.value(one, random, {**around, **record})
            if rules.solve(*given, generate.known(one, made[other])) is not None:
                given.append(generate.known(one, made[other]))
                break
        else:
            return None
    generate.add_up(fields, made)
    return {other: made[other] for other in fields.by_name if other in made}
