from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.cli.run import kap
from tests.support.mappings import FOLDER


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "mappings")


def test_what_a_clinic_changes():
    """The lines of the overlay come first, then what they change in the resources of the examples."""
    told = kap("diff", "--clinic", "bloom")
    assert told.exit_code == 0, told.output
    lines = told.stdout.splitlines()
    assert any(line.startswith("- vitals / fields / pain_0_10: integer 0..10  (mappings/vitals.yaml:") for line in lines)
    assert any(line.startswith("+ vitals / fields / sweating: integer 0..3  (mappings/clinics/bloom.yaml:") for line in lines)
    assert "vitals/ordinary" in lines
    assert "lines changed, with an effect on" in lines[-1]


def test_what_a_revision_changes(folder):
    """Against an older folder: the changed line with both texts, and the element that it changes in each example."""
    file = folder / "patient.yaml"
    text = file.read_text(encoding="utf-8")
    line = "    identifier[system=mrn].value: $mrn\n"
    assert line in text
    file.write_text(text.replace(line, line.replace("[system=mrn]", "[system=mrn,use=usual]")), encoding="utf-8")
    told = kap("diff", FOLDER, "--mappings", folder)
    assert told.exit_code == 0, told.output
    lines = told.stdout.splitlines()
    assert lines[0].startswith("+ patient / resources / patient / identifier[system=mrn,use=usual].value: $mrn  (mappings/patient.yaml:")
    assert lines[1].startswith("- patient / resources / patient / identifier[system=mrn].value: $mrn  (mappings/patient.yaml:")
    assert "patient/ordinary" in lines
    assert any(line.startswith("  + Patient/c-2041 Patient.identifier[0]: ") and '"use":"usual"' in line for line in lines)


def test_what_has_changed_since_a_revision(tmp_path, folder):
    """The mappings of a git repository against what was committed; a name that is neither is refused."""
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=x", "-c", "user.email=x@x.example", "commit", "-qm", "x"]):
        subprocess.run(["git", "-C", tmp_path, *command], check=True)
    file = folder / "vitals.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("integer 0..10", "integer 0..11"), encoding="utf-8")
    told = kap("diff", "HEAD", "--mappings", folder)
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith("~ vitals / fields / pain_0_10: integer 0..10 → integer 0..11  (mappings/vitals.yaml:")
    refused = kap("diff", "v9", "--mappings", folder)
    assert refused.exit_code == 2
    assert "neither a folder nor a revision" in refused.stderr


def test_the_same_mappings_do_not_differ(folder):
    """A folder against a copy of itself: nothing."""
    told = kap("diff", FOLDER, "--mappings", folder)
    assert told.exit_code == 0
    assert told.stdout.strip().startswith("0 lines changed, with an effect on 0 of ")


def test_there_is_something_to_compare(tmp_path):
    """Without an older folder or a clinic, and with a folder that is not there, the call is not understood."""
    assert kap("diff").exit_code == 2
    assert kap("diff", tmp_path / "nowhere").exit_code == 2
    assert "there are no mappings in" in kap("diff", tmp_path).stderr
