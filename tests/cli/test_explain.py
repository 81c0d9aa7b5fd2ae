from __future__ import annotations

import pytest

from service.fhir import json
from service.mapping import explain
from tests.cli.run import PATIENT, READING, READING_OF_BLOOM, kap, lines
from tests.support.mappings import mappings


def test_without_a_file_the_picture_is_drawn():
    """`explain KIND` draws what the mapping writes."""
    told = kap("explain", "vitals")
    assert told.exit_code == 0
    assert told.stdout == explain.picture(mappings().kinds["vitals"])
    assert "valueQuantity: $bp_systolic 'mm[Hg]'" in told.stdout


def test_each_element_has_its_line_and_field():
    """`explain KIND FILE` tells for every element the line that writes it and the field that it holds, grouped by resource."""
    told = kap("explain", "vitals", "-", given=json.write(READING))
    assert told.exit_code == 0
    shown = told.stdout.splitlines()
    rows = explain.explain(mappings(), "vitals", READING)
    assert [line for line in shown if not line.startswith(" ")] == list(dict.fromkeys(row.resource for row in rows))
    cells = [tuple(cell.strip() for cell in line.split("←")) for line in shown if line.startswith(" ")]
    assert cells == [(row.element, row.place, row.field) if row.field else (row.element, row.place) for row in rows]


def test_a_record_may_come_with_others(tmp_path):
    """Of `{"record": …, "with": …}` the record is explained."""
    file = tmp_path / "in.json"
    file.write_bytes(json.write({"record": READING, "with": {"patient": [PATIENT]}}))
    assert kap("explain", "vitals", file).stdout == kap("explain", "vitals", "-", given=json.write(READING)).stdout


def test_what_is_no_valid_record_is_refused_by_field():
    """A record that is refused is told as in `convert`."""
    told = kap("explain", "vitals", "-", given=json.write(READING | {"status": "x"}))
    assert told.exit_code == 1
    assert "error[KAP403] at status" in told.stderr


def test_a_record_of_a_clinic_is_explained():
    """With `--clinic` the record is taken in the clinic's form."""
    told = kap("explain", "vitals", "-", "--clinic", "bloom", given=json.write(READING_OF_BLOOM))
    assert told.exit_code == 0, told.stderr
    assert "← etco2" in told.stdout


@pytest.mark.parametrize("given", [json.write({"resourceType": "Patient"}), lines(READING, READING)])
def test_only_one_record_is_explained(given):
    """FHIR and NDJSON are not understood."""
    told = kap("explain", "vitals", "-", given=given)
    assert told.exit_code == 2
    assert "takes one record" in told.stderr
