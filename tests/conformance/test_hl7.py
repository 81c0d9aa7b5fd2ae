"""HL7's own validator finds no error in anything that we write or publish."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from service.fhir import json
from service.mapping import publish
from service.mapping.wire import Gateway
from tests.conformance import hl7
from tests.support import generate
from tests.support.mappings import FOLDER, mappings

pytestmark = pytest.mark.conformance
RECORDS = 1000


def written() -> dict[str, bytes]:
    """What is to be validated, by a name for each: the definitions, both sides' examples as they are written now, generated records."""
    mapped = mappings()
    gateway = Gateway.of(mapped)
    made = {f"definition-{one['id']}": json.write(one) for one in publish.definitions(mapped)}
    for path in sorted(FOLDER.glob("examples/*/*.record.json")):
        kind, name = path.parent.name, path.name.removesuffix(".record.json")
        made[f"example-{kind}-{name}"] = gateway.to_fhir(kind, path.read_bytes()).data
        made[f"pair-{kind}-{name}"] = path.with_name(f"{name}.fhir.json").read_bytes()
    kinds = sorted(mapped.kinds)
    for number in range(RECORDS):
        kind = kinds[number % len(kinds)]
        record = generate.record(mapped.kinds[kind], Random(number), mapped.kinds)
        made[f"generated-{kind}-{number}"] = gateway.to_fhir(kind, json.write(record)).data
    return made


def test_nothing_that_we_write_has_an_error(tmp_path: Path) -> None:
    """Over all examples, our definitions and 1,000 generated records of all kinds, HL7's validator reports no error."""
    resources = written()
    assert sum(name.startswith("generated") for name in resources) == RECORDS
    assert any(name.startswith("pair") for name in resources)
    assert hl7.errors(tmp_path, resources, publish.definitions(mappings())) == {}
