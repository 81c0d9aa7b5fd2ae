"""Fields inside a text: what of an Identifier is read."""

from __future__ import annotations

import pytest

from service.mapping import library
from service.mapping.library import Library, Texts
from tests.support.mappings import FOLDER, SERVER, read, shown, written

EXAMPLE = """
record: example
key: key
fields:
  key: id required
  number: text
resources:
  example:
    resource: Patient
    identifier: mrn|A$number
"""
FORMER = "https://former.example/fhir"
RECORD = {"key": "k-1", "number": "48213"}


@pytest.fixture(scope="module")
def mapped() -> Library:
    """A mapping with an Identifier whose system has another url, and a base that was another one."""
    files = {name: (FOLDER / name).read_text() for name in ("base.yaml", "codes.tsv")}
    base = files["base.yaml"].replace('mrn: "{base}/sid/mrn"', 'mrn: "{base}/sid/mrn | urn:oid:1.2.3"')
    return library.check(Texts("mappings", {**files, "base.yaml": f"formerly: {FORMER}\n{base}", "example.yaml": EXAMPLE}))


@pytest.mark.parametrize("system", ["urn:oid:1.2.3", f"{FORMER}/sid/mrn"])
def test_every_url_of_the_system_is_read(mapped: Library, system: str) -> None:
    """The value of an Identifier is read by any url of its system: ours, one behind `|`, one of a base that was ours."""
    ours = mapped.names.base
    (resource,) = written(mapped, "example", RECORD)
    assert {"system": f"{ours}/sid/mrn", "value": "A48213"} in resource["identifier"]
    identifiers = [{**one, "system": system} if one["value"] == "A48213" else one for one in resource["identifier"]]
    assert shown(read(mapped, [{**resource, "identifier": identifiers}]))[0]["number"] == "48213"


def test_another_system_is_not_read(mapped: Library) -> None:
    """An Identifier of another system stays where it is, whatever its value."""
    (resource,) = written(mapped, "example", RECORD)
    identifiers = [{**one, "system": f"{SERVER}/mrn"} for one in resource["identifier"] if one["value"] == "A48213"]
    found = read(mapped, [{**resource, "id": "7", "identifier": identifiers}], server=SERVER)
    assert "number" not in shown(found)[0]
    assert [one.where for one in found.issues if one.code == "KAP509"] == ["Patient.identifier[0]"]
