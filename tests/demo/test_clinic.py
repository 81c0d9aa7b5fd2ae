"""The synthetic clinic: the same each time, valid, and with what clinics really have: gaps, side effects, infusions that were stopped."""

from __future__ import annotations

from collections import Counter

import pytest

from service.demo import clinic
from service.fhir import json
from service.mapping import law
from service.mapping.wire import Gateway
from tests.cli.run import kap
from tests.support.mappings import mappings


def written(patients, seed=clinic.SEED):
    """The clinic's records as NDJSON."""
    return [(kind, json.write(record)) for kind, record in clinic.records(patients, seed)]


def test_the_same_seed_gives_the_same_bytes():
    """A seed is a clinic: the same bytes each time, other bytes for another; a larger clinic begins with the smaller one."""
    assert written(3) == written(3)
    assert written(3) == written(5)[: len(written(3))]
    assert written(3) != written(3, seed=2)


def test_every_record_goes_there_and_back():
    """Each record is valid and comes back from its resources the same, with nothing left over."""
    kinds = mappings().kinds
    gate = Gateway.of(mappings())
    for kind, record in clinic.records(6, seed=4):
        answer = json.read(gate.from_fhir(gate.to_fhir(kind, json.write(record)).data).data)
        (back,) = answer["records"]
        assert list(law.differing(law.expected(kinds, kinds[kind], record), law.expected(kinds, kinds[kind], back["record"]), kind)) == []
        assert answer["orphans"] == []


def test_it_has_what_clinics_have():
    """Twenty-five clients with six to eight sessions; side effects, stopped infusions, rescue doses, refused readings, answers left out."""
    told = list(clinic.records())
    sessions = [record for kind, record in told if kind == "session"]
    each = Counter(one["client_id"] for one in sessions)
    assert len(each) == 25
    assert set(each.values()) <= {6, 7, 8}
    doses = [dose for one in sessions for dose in one.get("administrations", ())]
    assert {("ketamine", "given"), ("ketamine", "stopped"), ("ondansetron", "given")} == {
        (one["substance"], one["status"]) for one in doses
    }
    assert any("missed" in reading for one in sessions for reading in one.get("vitals", ()))
    assert any("adverse_events" in one for one in sessions)
    answered = [response for one in sessions for response in one.get("questionnaire_responses", ()) if response["instrument"] == "phq-9"]
    assert {"total" in one for one in answered} == {True, False}


def test_most_clients_fare_better():
    """The scores of most clients fall over their doses, and not of all."""
    totals: dict[str, list[int]] = {}
    for kind, record in clinic.records():
        for response in record.get("questionnaire_responses", ()) if kind == "session" else ():
            if response["instrument"] == "phq-9" and "total" in response:
                totals.setdefault(record["client_id"], []).append(int(response["total"].text))
    better = [each[-1] < each[0] for each in totals.values()]
    assert 0.6 < sum(better) / len(better) < 1


def test_nobody_in_it_could_be_real():
    """Every name, number and address of a client or practitioner says that it is made up."""
    for kind, record in clinic.records(30):
        if kind in ("patient", "practitioner"):
            assert record["family"].startswith("Synthetic-")
            assert all("555 01" in one["phone"] for one in record.get("phones", ()))
            assert record.get("mrn", "DEMO-").startswith("DEMO-")


def test_the_command_writes_what_convert_reads(tmp_path):
    """`demo-data` writes a file of lines per kind, again the same bytes, and `convert` takes them."""
    for folder in ("one", "again"):
        assert "2 patient" in kap("demo-data", tmp_path / folder, "--patients", "2").stdout
    files = {one.name: one.read_bytes() for one in (tmp_path / "one").iterdir()}
    assert files == {one.name: one.read_bytes() for one in (tmp_path / "again").iterdir()}
    assert {"patient.ndjson", "session.ndjson", "medication.ndjson"} <= files.keys()
    answer = kap("convert", "session", tmp_path / "one" / "session.ndjson")
    assert len(answer.stdout.splitlines()) == len(files["session.ndjson"].splitlines())


@pytest.mark.parametrize("wrong", [["--patients", "0"], ["--patients", "x"]])
def test_bad_input_is_told(tmp_path, wrong):
    """A clinic has at least one client."""
    told = kap("demo-data", tmp_path, *wrong)
    assert told.exit_code == 2
    assert "--patients" in told.stderr
