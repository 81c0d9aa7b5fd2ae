"""HL7's own FHIRPath suite for R4: its tests, and whether one passes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

from service.fhir import fhirpath, json
from service.fhir.fhirpath import Budget, Environment, FhirPathError, Items, Node, ParseError, resource_node
from service.fhir.fhirpath.compare import equal
from service.fhir.fhirpath.nodes import namespace_and_name, system
from service.fhir.fhirpath.operators import boolean, truth
from service.fhir.fhirpath.parser import parse
from service.fhir.fhirpath.syntax import Literal
from tests.fhir.fhirpath.stand_ins import STAND_INS
from tests.support.fhir_xml import read_xml

PREFIX = "r4_"
_EMPTY = {"resourceType": "Basic"}


@dataclass(frozen=True)
class Case:
    """One test: its group and name, the input's file ("" for none), the expression, the outputs by type and text, the kind of error."""

    group: str
    name: str
    input: str
    expression: str
    outputs: tuple[tuple[str, str], ...]
    invalid: str
    predicate: bool


def cases(path: Path) -> Iterator[Case]:
    """The tests of the suite's file."""
    for group in ET.parse(path).getroot().iter("group"):
        for test in group.iter("test"):
            expression = test.find("expression")
            assert expression is not None
            yield Case(
                group.get("name", ""),
                test.get("name", ""),
                test.get("inputfile", ""),
                expression.text or "",
                tuple((output.get("type", ""), output.text or "") for output in test.findall("output")),
                expression.get("invalid", ""),
                test.get("predicate") == "true",
            )


def fault(case: Case, folder: Path) -> str:
    """Why a test fails, "" for one that passes."""
    node = _input(case.input, folder)
    env = Environment(node, node)
    try:
        found = fhirpath.compile(case.expression, node.type if case.input else None).evaluate(env, node)
        if case.predicate:
            found = boolean(truth(found))
    except FhirPathError as error:
        if case.invalid == "syntax" and not isinstance(error, ParseError):
            return f"not a syntax error: {error}"
        return "" if case.invalid else f"{type(error).__name__}: {error}"
    if case.invalid:
        return f"no error, but {_shown(found)}"
    if len(found) != len(case.outputs):
        return f"gives {_shown(found)}"
    for item, (type_name, text) in zip(found, case.outputs, strict=True):
        if type_name and namespace_and_name(item)[1].lower() != type_name.lower():
            return f"gives a {namespace_and_name(item)[1]}"
        if not _is(item, type_name, text):
            return f"gives {_shown(found)}"
    return ""


def _is(item: object, type_name: str, text: str) -> bool:
    """Whether an item is what an output says: a literal, or the text of a string."""
    value = system(item)
    if isinstance(value, str):
        return value == text
    literal = parse(text.removeprefix("-"))
    assert isinstance(literal, Literal), text
    wanted = literal.value
    if text.startswith("-"):
        wanted = -wanted
    if isinstance(wanted, Decimal) and not type_name:
        return str(value) == text
    return equal(value, wanted, Budget()) is True


def _shown(found: Items) -> str:
    return ", ".join(str(system(item) if type(item) is Node else item) for item in found) or "nothing"


@cache
def _input(name: str, folder: Path) -> Node:
    if not name:
        return resource_node(_EMPTY)
    if name in STAND_INS:
        return resource_node(STAND_INS[name])
    path = folder / f"{PREFIX}{name}"
    resource = read_xml(path) if path.suffix == ".xml" else json.read(path.read_bytes())
    return resource_node(resource)
