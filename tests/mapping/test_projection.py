"""Side effects for a receiver that takes no AdverseEvent: the lines of `mappings/clinics/README.md` make Observations of them."""

from __future__ import annotations

import re
import shutil
from random import Random

import pytest

from service.fhir import json
from service.mapping import library
from tests.support import generate
from tests.support.mappings import FOLDER, SERVER, mappings, plain, read, shown, written
from tests.support.valid import errors

EXAMPLES = sorted((FOLDER / "examples" / "adverse_event").glob("*.record.json"))
SERIOUS = FOLDER / "examples" / "adverse_event" / "serious.record.json"


@pytest.fixture(scope="module")
def projecting(tmp_path_factory):
    """The mappings of a clinic whose overlay holds just these lines."""
    folder = shutil.copytree(FOLDER, tmp_path_factory.mktemp("clinic") / "mappings")
    switch = re.search(r"```yaml\n(adverse_event:.*?)```", (folder / "clinics" / "README.md").read_text("utf-8"), re.DOTALL)
    (folder / "clinics" / "brook.yaml").write_text(f"base:\n  base: https://fhir.brook.example\n\n{switch[1]}", encoding="utf-8")
    return library.load(folder, "brook")


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name.partition(".")[0])
def test_the_same_record_becomes_an_observation(projecting, file):
    """One valid Observation, known by the key of the record, and the record comes back from it whole."""
    event = json.read(file.read_bytes())
    (resource,) = written(projecting, "adverse_event", event)
    assert resource["resourceType"] == "Observation"
    assert resource["identifier"][0]["value"] == f"{event['event_id']}/effect"
    assert errors(resource) == []
    assert shown(read(projecting, [resource])) == [event]


def test_every_valid_record_comes_back(projecting):
    """So it is with generated records, inside a session as well."""
    random = Random(7413)
    for name in ("adverse_event", "session"):
        kind = projecting.kinds[name]
        for _ in range(20):
            made = generate.record(kind, random, projecting.kinds)
            resources = written(projecting, name, made)
            assert "AdverseEvent" not in {one["resourceType"] for one in resources}
            assert [plain(projecting, kind, one) for one in shown(read(projecting, resources))] == [plain(projecting, kind, made)]


def test_adverse_events_of_others_are_read_and_given_back(projecting):
    """The clinic goes on reading AdverseEvents; one that another system sent goes back to it as it came."""
    event = json.read(SERIOUS.read_bytes())
    (sent,) = written(mappings(), "adverse_event", event)
    (found,) = shown(read(projecting, [sent], server=SERVER, policy="keep"))
    said = ("event", "severity", "outcome", "causality", "onset_at")
    assert [found[name] for name in said] == [event[name] for name in said]
    assert written(projecting, "adverse_event", found, server=SERVER) == [sent]


def test_an_observation_that_lost_our_identifiers_is_read(projecting):
    """An EHR that gives ids and identifiers of its own sends the effect back: it is one, not any other result."""
    event = json.read(SERIOUS.read_bytes())
    (sent,) = written(projecting, "adverse_event", event)
    theirs = {name: one for name, one in sent.items() if name != "identifier"} | {"id": "812"}
    assert [one.kind.name for one in read(projecting, [theirs], server=SERVER).records] == ["adverse_event"]
