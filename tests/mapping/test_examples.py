"""What a run over example pairs finds."""

from __future__ import annotations

import pytest

from service.mapping import examples
from service.mapping.wire import Gateway
from tests.support.mappings import FOLDER, mappings

GATEWAY = Gateway.of(mappings())


@pytest.fixture
def pair(tmp_path):
    """A folder with one pair, and a function that changes a text of one of its files and gives the problems found then."""
    folder = tmp_path / "vitals"
    folder.mkdir()
    for end in (examples.RECORD, examples.FHIR):
        (folder / f"minimal{end}").write_bytes((FOLDER / "examples" / "vitals" / f"minimal{end}").read_bytes())

    def problems(end: str = examples.RECORD, old: str = "", new: str = "") -> list[str]:
        file = folder / f"minimal{end}"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        (result,) = examples.run(GATEWAY, tmp_path)
        assert (result.kind, result.name) == ("vitals", "minimal")
        return list(result.problems)

    problems.folder = folder
    return problems


def test_a_pair_that_holds_has_no_problem(pair):
    """An unchanged pair is found and holds."""
    assert pair() == []


def test_another_value_is_found_in_both_directions(pair):
    """A changed number shows as a difference of the resource and of the record, each with its path; `71.0` is not `71`."""
    assert pair(old='"heart_rate": 71', new='"heart_rate": 71.0') == [
        "to FHIR: Observation/v-1042.hr differs at valueQuantity.value",
        "from FHIR: the record differs at heart_rate",
    ]


def test_what_the_record_does_not_hold_is_found(pair):
    """An element that no line reads is a leftover of the example."""
    problems = pair(examples.FHIR, '"status": "final"', '"status": "final", "issued": "2025-03-04T10:00:00Z"')
    assert problems[0] == "to FHIR: Observation/v-1042.hr differs at issued"
    assert "Observation.issued" in problems[1]


def test_a_record_that_is_refused_says_why(pair):
    """A record that is not valid is a problem with the field's name."""
    assert any("heart_rate" in one and "KAP403" in one for one in pair(old='"heart_rate": 71', new='"heart_rate": 4000'))


def test_a_file_that_is_not_json_says_where(pair):
    """A broken file is a problem, not the end of the run."""
    assert pair(examples.FHIR, "{", "[") != []


def test_a_missing_partner_is_found(pair):
    """A record without resources, or resources without a record, is a problem."""
    (pair.folder / f"minimal{examples.FHIR}").unlink()
    assert pair() == ["minimal.record.json has no partner minimal.fhir.json"]


def test_resources_of_another_record_are_found(pair):
    """Resources that are no record of the kind are named."""
    other = FOLDER / "examples" / "practitioner" / f"minimal{examples.FHIR}"
    (pair.folder / f"minimal{examples.FHIR}").write_bytes(other.read_bytes())
    assert pair()[-1] == "from FHIR: the records are of kind practitioner, not one of kind vitals"
