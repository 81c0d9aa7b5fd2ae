"""Resources with one thing changed somewhere: most changes make an error, some do not."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from service.fhir import json
from service.fhir.json import Number, Value

_ODD = (
    *("", " ", "\t", "x", "a b", " x", "x ", "\b", "#", "#med", "Patient/1", "Group/1", "Foo/1", "http://x/Patient/1", "urn:uuid:1"),
    *("urn:oid:1.2", "2024", "2024-02-30", "2024-02", "2024-02-03", "2024-02-03T10:00:00Z", "2024-02-03T10:00:00", "24:00:00"),
    *("20240203", "2024-02-03T25:00:00Z", "http://loinc.org", "http://unitsofmeasure.org", "http://snomed.info/sct", "mg", "mm[Hg]"),
    *("final", "completed", "generated", "en", "AAA", "AAAA", "<div>x</div>", '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'),
    *('<div xmlns="http://www.w3.org/1999/xhtml"><script/></div>', "1", "0", "true", "null"),
    *(True, False, None, [], {}, [None], [[]], [{}], {"id": "1"}, {"url": "x"}, {"reference": "#x"}, {"coding": [{}]}),
    *(Number(text) for text in ("0", "-0", "1", "-1", "1.0", "0.10", "1e2", "2147483648", "1" * 70, "0." + "1" * 20)),
)


class Pool:
    """Names and values from resources, to put where they do not belong."""

    def __init__(self, resources: list[Value]) -> None:
        self.members = [member for one in resources for member in _members(one)]

    def name(self, random: Random) -> str:
        """A name of a member, sometimes with its `_`."""
        return "_" * (random.random() < 0.1) + random.choice(self.members)[0]

    def value(self, random: Random) -> Value:
        """A value from anywhere, or an odd one."""
        return _copy(random.choice(_ODD) if random.random() < 0.5 else random.choice(self.members)[1])


def spoilt(resource: Value, random: Random, pool: Pool) -> bytes:
    """The JSON text of a copy with one change."""
    made = _copy(resource)
    inner = random.choice(list(_inner(made)))
    if isinstance(inner, list):
        _spoil_list(inner, random, pool)
        return json.write(made)
    names = list(inner)
    name = random.choice(names) if names else ""
    change = random.randrange(8) if names else 7
    if change == 0:
        del inner[name]
    elif change == 1:
        inner[pool.name(random)] = inner.pop(name)
    elif change == 2:
        same = [value for other, value in pool.members if other == name]
        inner[name] = _copy(random.choice(same)) if same else pool.value(random)
    elif change in (3, 4):
        inner[name] = pool.value(random)
    elif change == 5:
        inner[name] = inner[name][0] if isinstance(inner[name], list) and inner[name] else [inner[name]]
    elif change == 6:
        inner[name] = _edited(inner[name], random)
    else:
        other, value = random.choice(pool.members)
        inner[other] = _copy(value)
    return _twice(json.write(made), random) if random.random() < 0.05 else json.write(made)


def _spoil_list(inner: list[Value], random: Random, pool: Pool) -> None:
    place = random.randrange(len(inner)) if inner else 0
    match random.randrange(4):
        case 0 if inner:
            del inner[place]
        case 1 if inner:
            inner.append(_copy(inner[place]))
        case 2 if inner:
            inner[place] = pool.value(random)
        case _:
            inner.insert(place, pool.value(random))


def _edited(value: Value, random: Random) -> Value:
    if not isinstance(value, str) or not value:
        return random.choice(_ODD)
    place = random.randrange(len(value))
    return random.choice(
        (value[:place], value + " ", value.upper(), value[place:], value[:place] + random.choice("a1 -:/#|\u00e9") + value[place:])
    )


def _twice(text: bytes, random: Random) -> bytes:
    """A text in which some name stands twice, or stood there with another value."""
    starts = [place for place, byte in enumerate(text) if byte in b"{"]
    place = random.choice(starts) + 1
    name = text[place:].partition(b":")[0]
    return text[:place] + name + b":1," + text[place:] if name.startswith(b'"') else text


def _members(value: Value) -> Iterator[tuple[str, Value]]:
    for inner in _inner(value):
        if isinstance(inner, dict):
            yield from inner.items()


def _inner(value: Value) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield value
        for one in value.values() if isinstance(value, dict) else value:
            yield from _inner(one)


def _copy(value: Value) -> Value:
    if isinstance(value, dict):
        return {name: _copy(one) for name, one in value.items()}
    return [_copy(one) for one in value] if isinstance(value, list) else value
