"""What we write is valid: by our validator and, as a second opinion, by the typed objects of fhir.resources.

Those are of R4B, which is R4 for every resource that we write. They check neither bindings nor profiles.
"""

from __future__ import annotations

from random import Random

import pytest
from fhir.resources.R4B import get_fhir_model_class

from service.fhir import json
from service.fhir.json import Value
from service.fhir.validate import validate
from service.mapping import publish
from tests.support import generate
from tests.support.mappings import CASES, mappings, written

COUNT = 20


def resources(clinic: str, name: str) -> list[Value]:
    """The resources of generated records of a kind, with the records inside them."""
    mapped = mappings(clinic)
    records = [generate.record(mapped.kinds[name], Random(number), mapped.kinds) for number in range(COUNT)]
    return [resource for record in records for resource in written(mapped, name, record)]


@pytest.mark.parametrize(("clinic", "name"), CASES)
def test_generated_records_become_valid_resources(clinic: str, name: str) -> None:
    """Each resource of 20 generated records of a kind is valid R4 and meets the profile it claims."""
    for resource in resources(clinic, name):
        assert [one for one in validate(resource) if one.severity == "error"] == []


@pytest.mark.parametrize("name", sorted(mappings().kinds))
def test_fhir_resources_takes_them(name: str) -> None:
    """Each of these resources is one to fhir.resources, too."""
    for resource in resources("", name):
        text = json.write(resource)
        assert get_fhir_model_class(resource["resourceType"]).model_validate_json(text)


def test_fhir_resources_takes_our_definitions() -> None:
    """Each published definition is one to fhir.resources, too."""
    for definition in publish.definitions(mappings()):
        assert get_fhir_model_class(definition["resourceType"]).model_validate_json(json.write(definition))
