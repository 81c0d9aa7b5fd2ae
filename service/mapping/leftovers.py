"""What a resource holds and the record read from it would not write: a structural difference R - W, so that nothing can be missed.

List elements are paired by the line that wrote or read them, codings by system and code, others by equality; never by position.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.fhir import definitions, json
from service.fhir.json import Value
from service.mapping.walk.write import Origin, Pointer


@dataclass(frozen=True, slots=True)
class Leftover:
    """`+` in the resource only, `~` in both but different (or in another order), `-` only in what we would write; `at` is where."""

    sign: str
    at: Pointer
    theirs: Value = None
    ours: Value = None


def difference(theirs: Value, ours: Value, trace: Mapping[Pointer, Origin], origins: Mapping[Pointer, Origin]) -> list[Leftover]:
    """The leftovers of a resource R (`theirs`, with the trace of its reading) over what would be written (`ours`, with its origins)."""
    return list(_compare(theirs, ours, (), (), trace, origins))


def modifiers(type_: str, found: list[Leftover], resource: Value) -> Iterator[Leftover]:
    """The leftovers at or in an element that changes the meaning of the resource (R4 `isModifier`); `use` is handled by choice."""
    for one in found:
        if one.sign != "-" and _in_modifier(type_, one, resource):
            yield one


def pairs(
    theirs: list[Value],
    ours: list[Value],
    at: Pointer,
    at_ours: Pointer,
    trace: Mapping[Pointer, Origin],
    origins: Mapping[Pointer, Origin],
) -> dict[int, int]:
    """Which element of their list is which of ours: by the line and item, then by equality, coding, identifier and reference."""
    by_origin = {origin: number for number in range(len(ours)) if (origin := origins.get((*at_ours, number)))}
    found: dict[int, int] = {}
    for number in range(len(theirs)):
        origin = trace.get((*at, number))
        if origin is not None and origin in by_origin:
            found[number] = by_origin.pop(origin)
    left = [number for number in range(len(theirs)) if number not in found and (*at, number) not in trace]
    taken = set(found.values())
    free = [number for number in range(len(ours)) if number not in taken]
    for known_by in (_text, _coding, _identifier, _reference):
        spots: dict[str, list[int]] = {}
        for number in reversed(free):
            spots.setdefault(known_by(ours[number]), []).append(number)
        for number in left:
            name = known_by(theirs[number]) if spots else ""
            if name and spots.get(name):
                found[number] = spots[name].pop()
        left = [number for number in left if number not in found]
        taken = set(found.values())
        free = [number for number in free if number not in taken]
    return found


def _compare(
    theirs: Value, ours: Value, at: Pointer, at_ours: Pointer, trace: Mapping[Pointer, Origin], origins: Mapping[Pointer, Origin]
) -> Iterator[Leftover]:
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for name, value in theirs.items():
            if name in ours:
                yield from _compare(value, ours[name], (*at, name), (*at_ours, name), trace, origins)
            else:
                yield Leftover("+", (*at, name), value)
        for name, value in ours.items():
            if name not in theirs:
                yield Leftover("-", (*at, name), None, value)
    elif isinstance(theirs, list) and isinstance(ours, list):
        yield from _compare_lists(theirs, ours, at, at_ours, trace, origins)
    elif not equal(theirs, ours):
        yield Leftover("~", at, theirs, ours)


def _compare_lists(
    theirs: list[Value],
    ours: list[Value],
    at: Pointer,
    at_ours: Pointer,
    trace: Mapping[Pointer, Origin],
    origins: Mapping[Pointer, Origin],
) -> Iterator[Leftover]:
    found = pairs(theirs, ours, at, at_ours, trace, origins)
    for number, value in enumerate(theirs):
        if number in found:
            yield from _compare(value, ours[found[number]], (*at, number), (*at_ours, found[number]), trace, origins)
        else:
            yield Leftover("+", (*at, number), value)
    for number, value in enumerate(ours):
        if number not in found.values():
            yield Leftover("-", at, None, value)
    order = [found[number] for number in sorted(found)]
    if order != sorted(order):
        yield Leftover("~", at, theirs, ours)


def equal(one: Value, other: Value) -> bool:
    """Equal as JSON, numbers by their text; `1 == True` is Python's, not JSON's."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return type(one) is type(other) and one == other


def _text(value: Value) -> str:
    """The JSON of a value, whatever the order of its members."""
    return json.write(_sorted(value)).decode()


def _sorted(value: Value) -> Value:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list) else value


def _coding(value: Value) -> str:
    """System and code of a coding; empty for what is none."""
    return _text([value.get("system"), value["code"]]) if isinstance(value, dict) and "code" in value else ""


def _identifier(value: Value) -> str:
    """The identifier of a reference; empty without one."""
    return _text(value["identifier"]) if isinstance(value, dict) and "identifier" in value else ""


def _reference(value: Value) -> str:
    """The literal of a reference; empty without one."""
    return _text(value["reference"]) if isinstance(value, dict) and "reference" in value else ""


def _in_modifier(type_: str, one: Leftover, resource: Value) -> bool:
    at, value = type_, resource
    for step in one.at:
        value = value[step]
        if isinstance(step, int):
            if at == "Resource" and isinstance(value, dict):
                at = str(value.get("resourceType", at))
            continue
        member = definitions.member(at, step)
        if member is None:
            return False
        if member.element.modifier and member.name != "use":
            return True
        at = member.at
    return False
