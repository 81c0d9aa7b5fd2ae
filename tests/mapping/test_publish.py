"""Our extensions and local codes are published for any validator."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from service.fhir import json
from service.fhir.json import Number, Value
from service.mapping import library, publish
from tests.support import generate
from tests.support.mappings import CASES, FOLDER, mappings, written
from tests.support.valid import errors


def definition(name: str, clinic: str = "") -> Value:
    """A published definition by its id."""
    return next(one for one in publish.definitions(mappings(clinic)) if one["id"] == name)


def test_a_simple_extension_says_its_value_and_where_it_stands() -> None:
    """The value's type is that of base.yaml, the context the element on which the shapes use it, and there is nothing else in it."""
    made = definition("kap-planned-route")
    assert made["url"] == "https://kap.example.org/fhir/StructureDefinition/kap-planned-route"
    assert made["version"] == mappings().version
    assert made["context"] == [{"type": "element", "expression": "MedicationAdministration"}]
    assert made["differential"]["element"] == [
        {"id": "Extension.extension", "path": "Extension.extension", "max": "0"},
        {"id": "Extension.url", "path": "Extension.url", "fixedUri": made["url"]},
        {"id": "Extension.value[x]", "path": "Extension.value[x]", "min": Number("1"), "type": [{"code": "CodeableConcept"}]},
    ]


def test_a_complex_extension_says_its_parts() -> None:
    """Each part is a slice with its url and its type, a reference with its target; the whole has no value."""
    elements = {one["id"]: one for one in definition("kap-waste")["differential"]["element"]}
    assert [one for one in elements if elements[one].get("sliceName")] == [
        f"Extension.extension:{part}" for part in ("amount", "reason", "at", "witness", "witness-name", "disposal")
    ]
    assert elements["Extension.extension:witness.url"]["fixedUri"] == "witness"
    assert elements["Extension.extension:witness.value[x]"]["type"] == [
        {"code": "Reference", "targetProfile": ["http://hl7.org/fhir/StructureDefinition/Practitioner"]}
    ]
    assert elements["Extension.value[x]"]["max"] == "0"


def test_the_code_system_has_every_local_code() -> None:
    """Each code of ours in `codes.tsv` stands in the code system with its display, and it says that these are all."""
    made = definition("kap")
    listed = {code: one.display for (system, code), one in mappings().vocabulary.evidence.items() if system == made["url"]}
    assert {one["code"]: one["display"] for one in made["concept"]} == listed
    assert (made["content"], made["count"]) == ("complete", Number(str(len(listed))))


@pytest.mark.parametrize("clinic", ["", "bloom"])
def test_the_definitions_are_valid(clinic: str) -> None:
    """Our validator finds no error in any of them, and no two have one url."""
    made = publish.definitions(mappings(clinic))
    assert [finding for one in made for finding in errors(one)] == []
    assert len({one["url"] for one in made}) == len(made)


def test_a_clinic_publishes_under_its_own_base() -> None:
    """Where a clinic has a base of its own, its definitions have that url."""
    assert all(one["url"].startswith("https://fhir.bloom.example/") for one in publish.definitions(mappings("bloom")))


def test_they_are_the_same_each_time() -> None:
    """The same mappings give the same bytes."""
    assert json.write(publish.definitions(library.load(FOLDER))) == json.write(publish.definitions(mappings()))


@pytest.mark.parametrize(("clinic", "name"), CASES)
def test_all_that_is_ours_in_a_resource_is_published(clinic: str, name: str) -> None:
    """No resource has an extension under our base url, or a code of one of our systems, that is not defined."""
    mapped = mappings(clinic)
    made = publish.definitions(mapped)
    base = mapped.names.base
    extensions = {one["url"] for one in made if one["resourceType"] == "StructureDefinition"}
    codes = {(one["url"], concept["code"]) for one in made if one["resourceType"] == "CodeSystem" for concept in one["concept"]}
    for number in range(10):
        for resource in written(mapped, name, generate.record(mapped.kinds[name], Random(number), mapped.kinds)):
            for inner in objects(resource):
                if str(inner.get("url")).startswith(base):
                    assert inner["url"] in extensions
                if "code" in inner and str(inner.get("system")).startswith(base):
                    assert (inner["system"], inner["code"]) in codes


def objects(value: Value) -> Iterator[dict[str, Value]]:
    """Every object in a JSON value."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)
