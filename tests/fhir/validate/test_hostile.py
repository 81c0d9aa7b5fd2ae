"""Whatever stands anywhere in a resource, validation ends with findings."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import pytest

from service.fhir.json import Number, Value
from service.fhir.validate import validate
from tests.fhir.validate.made import PATIENT, PRESSURE, STRUCTURES, changed

RACE = {"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race", "extension": [{"url": "text", "valueString": "x"}]}
WHOLE = changed(changed(PATIENT, "extension", [RACE]), "_birthDate", {"extension": [{"url": f"{STRUCTURES}patient-birthTime"}]})
JUNK: list[Value] = [
    None,
    True,
    "",
    "#",
    Number("-1.5"),
    [],
    {},
    [None],
    [[]],
    [{}],
    {"resourceType": None},
    {"resourceType": "Patient"},
    {"coding": [None]},
    {"coding": "x"},
    {"extension": [{"url": Number("1")}]},
    {"extension": "x"},
    {"profile": [None, Number("1")]},
    {"reference": "/", "type": []},
]


def places(value: Value, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of everything in a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*path, name)
        yield from places(one, (*path, name))


@pytest.mark.parametrize("resource", [PRESSURE, WHOLE], ids=["Observation", "Patient"])
@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_nothing_makes_it_fail(resource: Value, junk: Value) -> None:
    """In the place of any value, and beside it, any other can stand: there are findings, never an exception."""
    for *steps, last in places(resource):
        for name in (last, f"_{last}"):
            broken = deepcopy(resource)
            inner = broken
            for step in steps:
                inner = inner[step]
            if isinstance(inner, list) and name != last:
                continue
            inner[name] = junk
            assert len(validate(broken)) <= 100
