from __future__ import annotations

import pytest

from service.fhir import json
from service.fhir.json import Number
from tests.cli.run import PATIENT, READING, kap, lines

BAD = READING | {"bp_systolic": Number("9999")}


def values(told):
    return [json.read(line) for line in told.stdout_bytes.splitlines()]


@pytest.mark.parametrize("name", ["in.ndjson", "in.jsonl", "in.txt", None])
def test_lines_are_converted_one_by_one(tmp_path, name):
    """NDJSON is known by its name or by its second line, and gives a line for each line, both ways."""
    records = [READING | {"reading_id": f"v-{number}"} for number in range(3)]
    if name:
        (tmp_path / name).write_bytes(lines(*records))
        there = kap("convert", "vitals", tmp_path / name)
    else:
        there = kap("convert", "vitals", given=lines(*records))
    assert there.exit_code == 0
    assert [one["resourceType"] for one in values(there)] == ["Bundle"] * 3
    back = kap("convert", given=there.stdout_bytes)
    assert [one["records"][0]["record"] for one in values(back)] == records


def test_a_single_line_in_a_file_of_lines(tmp_path):
    """A file named .ndjson is NDJSON, even with one line."""
    (tmp_path / "one.ndjson").write_bytes(lines(PATIENT))
    told = kap("convert", tmp_path / "one.ndjson", "--pretty")
    assert told.exit_code == 0
    assert told.stdout.count("\n") == 1


def test_a_bad_line_fails_alone():
    """Its OperationOutcome stands in its place and names its number, blank lines counted; the others are converted; exit 1."""
    told = kap("convert", "vitals", given=lines(READING) + b"\n" + lines(BAD) + b"{not json\n" + lines(READING))
    assert told.exit_code == 1
    assert [one["resourceType"] for one in values(told)] == ["Bundle", "OperationOutcome", "OperationOutcome", "Bundle"]
    bad = values(told)[1]["issue"][0]
    assert bad["expression"] == ["bp_systolic"]
    assert bad["details"]["text"].startswith("line 3: ")
    assert values(told)[2]["issue"][0]["details"]["text"].startswith("line 4: ")
    assert "line 3: " in told.stderr
    assert "error: 2 of 4 lines failed" in told.stderr
    assert "9999" not in told.output


def test_a_bad_first_line_does_not_hide_the_others():
    """The direction and the kind follow from the first line that can be read."""
    told = kap("convert", given=b"{bad}\n" + lines(READING, READING))
    assert [one["resourceType"] for one in values(told)] == ["OperationOutcome", "Bundle", "Bundle"]
    resources = b"{bad}\n" + lines({"resourceType": "Patient", "name": [{"family": "Synthetic"}], "gender": "female"})
    assert "records" in values(kap("convert", given=resources))[1]


def test_notes_of_a_line_name_its_number():
    """Leftovers of a line are told with the number of that line."""
    patient = {"resourceType": "Patient", "id": "7", "name": [{"family": "Synthetic"}], "gender": "female"}
    told = kap("convert", "--server", "https://a.example", given=lines(patient) + b"\n" + lines(patient | {"multipleBirthBoolean": True}))
    assert told.exit_code == 0
    assert [line.partition(":")[0] for line in told.stderr.splitlines()] == ["line 3"]


def test_json_over_several_lines_is_not_ndjson():
    """A record or a list that is laid out over lines is one JSON text."""
    told = kap(
        "convert", "vitals", given=b"\n[\n" + b",\n".join(json.write(READING | {"reading_id": name}) for name in ("a", "b")) + b"\n]\n"
    )
    assert told.exit_code == 0
    assert len(values(told)) == 1


def test_nothing_readable_at_all():
    """Where no line is JSON, the kind cannot be known; with it, every line fails alone."""
    assert kap("convert", given=b"{bad}\n{worse}\n").exit_code == 2
    told = kap("convert", "vitals", given=b"{bad}\n{worse}\n")
    assert told.exit_code == 1
    assert [one["resourceType"] for one in values(told)] == ["OperationOutcome"] * 2
