"""show, schema, release, test and demo."""

from __future__ import annotations

import re
import shutil

import pytest

from service.fhir import json
from service.mapping.record_schema import record_schema
from tests.cli.run import PATIENT, kap
from tests.support.mappings import FOLDER, mappings


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "mappings", ignore=shutil.ignore_patterns("examples"))


def test_show_prints_code_that_compiles():
    """`show` prints the emitted Python of a kind."""
    told = kap("show", "vitals")
    assert told.exit_code == 0
    compile(told.stdout, "vitals", "exec")
    assert "bp_systolic" in told.stdout


def test_schema_prints_the_published_schema():
    """`schema KIND` prints the JSON Schema."""
    told = kap("schema", "session")
    assert told.exit_code == 0
    assert json.read(told.stdout_bytes) == record_schema(mappings(), "session")


def test_schema_fhir_prints_a_collection_of_definitions():
    """`schema --fhir` prints a collection Bundle of StructureDefinitions and CodeSystems."""
    bundle = json.read(kap("schema", "--fhir").stdout_bytes)
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    assert {one["resource"]["resourceType"] for one in bundle["entry"]} == {"StructureDefinition", "CodeSystem"}
    assert all(one["fullUrl"] == one["resource"]["url"] for one in bundle["entry"])


@pytest.mark.parametrize("arguments", [("schema",), ("schema", "vitals", "--fhir")])
def test_schema_wants_a_kind_or_fhir(arguments):
    """Neither or both is not understood."""
    assert kap(*arguments).exit_code == 2


@pytest.mark.parametrize("command", ["show", "schema"])
def test_an_unknown_kind_is_helped(command):
    """A misspelt kind is told with what was probably meant."""
    told = kap(command, "sesion")
    assert told.exit_code == 2
    assert "did you mean `session`?" in told.stderr


def test_release_writes_the_lock_once(folder):
    """`release` writes what the mappings write; a second time there is nothing new, and the mappings still load."""
    (folder / "released.lock").unlink(missing_ok=True)
    told = kap("release", "--mappings", folder)
    assert told.exit_code == 0
    first = (folder / "released.lock").read_text(encoding="utf-8")
    assert first.startswith("# Made by `kap-fhir release`")
    told = kap("release", "--mappings", folder)
    assert told.stdout.endswith(": 0 new lines\n")
    assert (folder / "released.lock").read_text(encoding="utf-8") == first


def test_release_of_a_clinic_writes_its_own_lock(folder):
    """With --clinic the clinic's lock is written, the product's is left alone."""
    before = (folder / "released.lock").read_bytes()
    assert kap("release", "--mappings", folder, "--clinic", "bloom").exit_code == 0
    assert (folder / "clinics" / "bloom.lock").is_file()
    assert (folder / "released.lock").read_bytes() == before
    assert kap("check", "--mappings", folder, "--clinic", "bloom").exit_code == 0


def test_pairs_that_hold_and_pairs_that_do_not(tmp_path):
    """`test` names each pair; one that differs is told with the place, exit 1."""
    pairs = tmp_path / "patient"
    pairs.mkdir()
    for name in ("good", "bad"):
        (pairs / f"{name}.record.json").write_bytes(json.write(PATIENT))
        (pairs / f"{name}.fhir.json").write_bytes(kap("convert", "patient", given=json.write(PATIENT)).stdout_bytes)
    assert kap("test", tmp_path).exit_code == 0
    assert kap("test", tmp_path).stdout.endswith("2 of 2 pairs hold both ways\n")
    (pairs / "bad.record.json").write_bytes(json.write(PATIENT | {"sex": "M"}))
    told = kap("test", tmp_path)
    assert told.exit_code == 1
    assert told.stdout == "patient/good holds\n1 of 2 pairs hold both ways\n"
    assert "error: patient/bad: to FHIR: Patient/c-1 differs at gender" in told.stderr


def test_the_pairs_of_a_clinic_are_its_own():
    """With --clinic the pairs are those beside its overlay, in its own record form."""
    told = kap("test", "--clinic", "bloom")
    assert told.exit_code == 0
    assert "vitals/awkward holds" in told.stdout
    assert "administration" not in told.stdout


def test_the_products_own_pairs_hold():
    """Without a folder the examples of the mappings are run."""
    told = kap("test")
    assert told.exit_code == 0, told.stderr
    assert "session/ordinary holds\n" in told.stdout


def test_a_folder_without_pairs_is_told(tmp_path):
    """`test` of an empty folder is exit 2: nothing was tested."""
    assert kap("test", tmp_path).exit_code == 2
    assert kap("test", tmp_path / "nowhere").exit_code == 2


@pytest.mark.parametrize("clinic", ["", "bloom"])
def test_the_demo_goes_there_and_back(clinic):
    """`demo --once` shows the synthetic session as a Bundle, back again, and what stayed in the clinic."""
    told = kap("demo", "--once", KAP_CLINIC=clinic)
    assert told.exit_code == 0, told.output
    assert "1 session" in told.stdout
    assert "1 Encounter" in told.stdout
    assert re.search(r"component\[1\]\.valueQuantity\.value +← mappings/vitals\.yaml:[0-9]+ +← bp_diastolic\n", told.stdout)
    assert "the same records" in told.stdout
    assert "`notes` of the session was not sent" in told.stdout
