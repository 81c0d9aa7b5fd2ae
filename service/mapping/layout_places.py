"""Entries of our lists by their places, `addresses[1].city`, for clinics that have a field for each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from service.fhir.json import Value
from service.mapping.terms.term import Misfit
from service.records.fields import Field, Fields

_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")


def lists(name: str) -> Iterator[str]:
    """The lists into which a name goes: `a[1].b[2]` goes into `a` and `a[1].b`."""
    return (name[: match.start()] for match in re.finditer(r"\[", name))


def field_at(fields: Fields | None, name: str) -> Field | None:
    """The field of a name, or what stands at a place of a list, under the name of this place; None where there is none."""
    found: Field | None = None
    for step in name.split("."):
        found = fields.by_name.get(head(step)) if fields else None
        if found and "[" in step and not found.many:
            return None
        fields = found.items if found and "[" in step else None
    if found is None or "[" not in name:
        return found
    return replace(found, name=name, many=found.many and not name.endswith("]"))


def spread(record: Mapping[str, Value], lists_: Collection[str]) -> dict[str, Value]:
    """A record with the entries of some lists by their places instead of these lists."""
    made: dict[str, Value] = {}
    for name, value in record.items():
        made |= dict(_entries(name, value, lists_))
    return made


def _entries(name: str, value: Value, lists_: Collection[str]) -> Iterator[tuple[str, Value]]:
    if name not in lists_ or not isinstance(value, list):
        yield name, value
        return
    for number, one in enumerate(value, 1):
        if isinstance(one, dict):
            for inner, inside in one.items():
                yield from _entries(f"{name}[{number}].{inner}", inside, lists_)
        else:
            yield f"{name}[{number}]", one


def gathered(flat: Mapping[str, Value], lists_: Collection[str]) -> dict[str, Value]:
    """The lists put together again. Raises Misfit where an entry stands without the one before it."""
    made = _Built()
    for name, value in flat.items():
        steps = [int(number) if number else word for word, number in _STEP.findall(name)] if head(name) in lists_ else [name]
        around = made
        for step in steps[:-1]:
            around = around.setdefault(step, _Built())
        around[steps[-1]] = value
    return {str(name): _listed(value) for name, value in made.items()}


def head(name: str) -> str:
    """The field of the record in which a name is."""
    return name.partition("[")[0]


class _Built(dict[str | int, Any]):
    """An object, or by their places the entries of a list, whose values are yet to be put into it."""


def _listed(value: Value) -> Value:
    if not isinstance(value, _Built):
        return value
    if not any(isinstance(one, int) for one in value):
        return {name: _listed(one) for name, one in value.items()}
    if sorted(value) != list(range(1, len(value) + 1)):
        raise Misfit("an entry of a list is there, and the one before it is not")
    return [_listed(value[number]) for number in sorted(value)]
