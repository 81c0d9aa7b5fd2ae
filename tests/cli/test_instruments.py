"""`kap-fhir instruments`: what is known of the questionnaires, licences above all."""

from __future__ import annotations

import shutil

from service.fhir import json
from tests.cli.run import kap
from tests.support.mappings import FOLDER, mappings


def test_the_list_says_the_licence_of_each():
    """Each instrument with its items, range, direction, licence and source."""
    told = kap("instruments")
    assert told.exit_code == 0
    assert told.stdout.count("\n  licence: text may ") == len(mappings().folders["instruments"])
    assert (
        "hamd-17: Hamilton Depression Rating Scale, 17 items (HAM-D)\n"
        "  17 items; total 0..52; more is worse\n"
        "  licence: text may not be bundled; in the public domain by NINDS Common Data Elements; the text of the items is not "
        "collected here; source: CamCOPS docs/source/tasks/hamd.rst\n"
        "  publisher: not known\n"
        "  source: CamCOPS server/camcops_server/tasks/hamd.py\n"
    ) in told.stdout


def test_one_is_shown_whole():
    """Its items, scores, bands, findings and thresholds, each with its source; what nobody knows is said."""
    told = kap("instruments", "pcl-5")
    assert told.exit_code == 0
    for line in (
        "  recall         past month; a weekly version exists",
        "  pcl_20  pcl5-20  0..4  Trouble falling or staying asleep?",
        "  pcl_c (PCL-5 cluster C score)\n    range              0..8",
        "    without an answer  no score; the rule of its authors is not known",
        "  reliable   15 points   Marx 2022, Psychological Assessment 34:197-203, sample 1",
    ):
        assert f"\n{line}" in told.stdout
    assert "Findings\n  not known\n" in kap("instruments", "bdi-ii").stdout
    assert (
        "  phq9_difficulty  /69722-7  not scored: asks what the problems make difficult  How difficult"
        in kap("instruments", "phq-9").stdout
    )


def test_one_is_given_as_a_questionnaire():
    """With --fhir the resource."""
    told = kap("instruments", "gad-7", "--fhir")
    resource = json.read(told.stdout_bytes)
    assert (resource["resourceType"], resource["url"]) == ("Questionnaire", "https://kap.example.org/fhir/Questionnaire/gad-7")


def test_what_is_not_understood_is_helped():
    """An unknown instrument is told with what was meant; --fhir needs one."""
    told = kap("instruments", "phq9")
    assert told.exit_code == 2
    assert "did you mean `phq-9`" in told.stderr
    assert kap("instruments", "--fhir").exit_code == 2


def test_check_tells_their_errors(tmp_path):
    """`check` reads them, too: an error among the thresholds has its line, exit 1."""
    folder = shutil.copytree(FOLDER, tmp_path / "mappings", ignore=shutil.ignore_patterns("examples"))
    path = folder / "instruments" / "caps-5.yaml"
    path.write_text(path.read_text("utf-8").replace("at most 8: ", "at most eight: "), "utf-8")
    told = kap("check", "--mappings", folder)
    assert told.exit_code == 1
    assert "error[KAP705]: `at most eight` is not understood\n  --> mappings/instruments/caps-5.yaml:" in told.stderr
