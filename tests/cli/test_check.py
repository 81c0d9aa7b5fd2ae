from __future__ import annotations

import re
import shutil

import pytest

from tests.cli.run import kap
from tests.support.mappings import FOLDER, mappings


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "mappings", ignore=shutil.ignore_patterns("examples"))


def broken(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_good_mappings_are_listed_by_kind():
    """One line per record kind with its shapes and fields, and how long it took."""
    told = kap("check")
    assert told.exit_code == 0
    kinds = mappings().kinds
    assert f"vitals: {len(kinds['vitals'].shapes)} shapes, {len(kinds['vitals'].fields.by_name)} fields\n" in told.stdout
    assert re.search(rf"^{len(kinds)} record kinds and [0-9]+ instruments checked in [0-9.]+ s$", told.stdout, re.MULTILINE)
    assert len(told.stdout.splitlines()) == len(kinds) + 1


def test_one_kind_may_be_asked_for():
    """With a KIND only its line is shown."""
    told = kap("check", "vitals")
    assert told.exit_code == 0
    assert [line.partition(":")[0] for line in told.stdout.splitlines()[:-1]] == ["vitals"]


def test_all_errors_of_all_files_are_told_with_their_line(folder):
    """Broken mappings are refused with every diagnostic, rendered, on standard error, exit 1."""
    broken(folder / "vitals.yaml", "component[systolic].valueQuantity", "component[systolic].valueQuantty")
    broken(folder / "patient.yaml", "birthDate: $birth_date", "birthDate: $birthdate")
    told = kap("check", "--mappings", folder)
    assert told.exit_code == 1
    assert told.stdout == ""
    assert "no such element in FHIR R4" in told.stderr
    assert "--> mappings/vitals.yaml:" in told.stderr
    assert "--> mappings/patient.yaml:" in told.stderr
    assert re.search(r"^[0-9]+ errors$", told.stderr, re.MULTILINE)


def test_with_a_kind_only_the_errors_of_its_file_are_told(folder):
    """`check KIND` tells the errors in its file; where there are none, that other files have some."""
    broken(folder / "vitals.yaml", "component[systolic].valueQuantity", "component[systolic].valueQuantty")
    broken(folder / "patient.yaml", "birthDate: $birth_date", "birthDate: $birthdate")
    told = kap("check", "patient", "--mappings", folder)
    assert told.exit_code == 1
    assert "patient.yaml" in told.stderr
    assert "vitals.yaml" not in told.stderr
    told = kap("check", "session", "--mappings", folder)
    assert told.exit_code == 1
    assert "other files have errors" in told.stderr
    assert "vitals.yaml" in told.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check", "vital"), "there is no record kind `vital`: did you mean `vitals`?"),
        (("check", "--clinic", "blom"), "there is no clinic `blom`: did you mean `bloom`?"),
        (("check", "--clinic", "x"), "there is no clinic `x`; there are aspen, bloom, cedar, sage"),
        (("check", "--mappings", "nowhere"), "there are no mappings in `nowhere`"),
    ],
)
def test_what_is_not_there_is_told(arguments, words):
    """An unknown kind, clinic or folder is told in a sentence, with what was probably meant, exit 2."""
    told = kap(*arguments)
    assert told.exit_code == 2
    assert words in told.stderr
    assert "Traceback" not in told.stderr


def test_the_environment_chooses_mappings_and_clinic():
    """KAP_MAPPINGS and KAP_CLINIC stand for the options."""
    assert kap("check", KAP_CLINIC="blom").exit_code == 2
    assert kap("check", KAP_MAPPINGS="nowhere").exit_code == 2
    assert kap("check", "vitals", KAP_CLINIC="bloom").stdout != kap("check", "vitals").stdout


def test_a_file_that_is_not_utf_8_is_told(folder):
    """A mapping in another encoding is an error like any other."""
    (folder / "patient.yaml").write_bytes(b"record: \xff\n")
    told = kap("check", "--mappings", folder)
    assert told.exit_code == 1
    assert "patient.yaml:1:9" in told.stderr
