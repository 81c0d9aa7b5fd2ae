"""The files of the product are complete, and errors in them are told together with those of the mappings."""

from __future__ import annotations

import shutil

import pytest

from service.diagnostics.diagnostic import Diagnostics
from service.fhir import json
from service.instruments import load
from service.instruments.score import score
from tests.instruments.made import INSTRUMENTS, answered
from tests.support.mappings import FOLDER, mappings
from tests.support.shared import shared


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "mappings", ignore=shutil.ignore_patterns("examples"))


def change(path, old, new):
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def found(folder):
    """The code and file of each error."""
    with pytest.raises(Diagnostics) as raised:
        load.load(folder)
    return [(one.code, one.span.source.name.rpartition("/")[2]) for one in raised.value.found]


def test_every_instrument_of_the_reference_is_there():
    """All but the form of the REMS programme, which is none; and each says who rates and what may be done with its text as there."""
    files = {path.stem: json.read(path.read_bytes()) for path in shared("reference/questionnaires").glob("*.json")}
    assert INSTRUMENTS.keys() == files.keys() - {"spravato-rems-pmf"}
    for name, known in INSTRUMENTS.items():
        assert known.licence.bundled == (files[name]["license"]["bundle_text"] is True), name
        assert ("clinician" in files[name]["kind"]) == ("clinician" in known.rated_by), name


def test_the_items_are_those_of_the_reference():
    """Where the reference lists items, their linkIds are ours, in that order; texts that may be bundled are to the letter."""
    for path in shared("reference/questionnaires").glob("*.json"):
        facts = json.read(path.read_bytes())
        if "items" in facts and path.stem in INSTRUMENTS:
            known = INSTRUMENTS[path.stem]
            assert [item.link for item in known.items.values()] == [item["linkId"] for item in facts["items"]]
            if known.licence.bundled:
                assert [item.text for item in known.items.values()] == [item["text"] for item in facts["items"]]


def test_a_total_that_the_mapping_checks_is_the_sum_that_is_scored():
    """Where the mapping refuses a total that its parts contradict, the parts come to the items that the score counts."""
    checked = 0
    for name, tree in mappings().folders["instruments"].items():
        for _, line in tree.get("sums") or ():
            known = INSTRUMENTS[name].scores
            one = known[line.get("score").text]
            parts = [part.strip() for part in line.get("of").text.split(",")]
            assert [item for part in parts for item in (known[part].items if part in known else ()) or [part]] == list(one.items)
            assert (one.method, one.reversed) == ("sum", ())
            checked += 1
    assert checked


def test_every_item_is_scored_or_said_not_to_be():
    """No answer is lost without a word."""
    for known in INSTRUMENTS.values():
        counted = {name for one in known.scores.values() for name in one.items}
        assert {item.name for item in known.items.values() if not item.unscored} == counted & known.items.keys()


def test_errors_of_mappings_and_instruments_are_told_in_one_run(folder):
    """A misspelt element and a gap between bands are two errors of one run; so are two of different instruments."""
    change(folder / "instruments" / "isi.yaml", "15..21: moderate", "16..21: moderate")
    change(folder / "instruments" / "madrs.yaml", "rated by: clinician", "rated by: clincian")
    assert found(folder) == [("KAP708", "isi.yaml"), ("KAP703", "madrs.yaml")]
    change(folder / "patient.yaml", "birthDate: $birth_date", "birthDat: $birth_date")
    assert ("KAP104", "patient.yaml") in found(folder)
    assert ("KAP708", "isi.yaml") in found(folder)


def test_a_file_that_is_no_yaml_is_told_alone(folder):
    """What cannot be read says nothing about instruments."""
    change(folder / "base.yaml", "version: 0.1.0", "version: [0.1.0")
    assert found(folder) == [("KAP001", "base.yaml")]


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("hamd-17", "more is: worse", "more is: stronger", "KAP702"),
        ("pcl-5", "pcl_6..pcl_7, method", "pcl_7..pcl_6, method", "KAP705"),
        ("pcl-5", "0: Not at all", "none: Not at all", "KAP705"),
        ("c-ssrs-screener-recent", "cssrs_6b: cssrs_6 = yes", "cssrs_6b: cssrs_6 = often", "KAP703"),
        ("c-ssrs-screener-recent", "cssrs_6b: cssrs_6 = yes", "cssrs_6b: cssrs_7 = yes", "KAP704"),
        ("c-ssrs-screener-recent", "cssrs_6b: cssrs_6 = yes", "cssrs_6b: cssrs_6", "KAP705"),
        ("psqi", "items: psqi_1..psqi_7", "items: psqi_1..total", "KAP704"),
        ("meq30", "meq_ineffability: {range: 0..5, ", "+meq_ineffability: {range: 0..5, ", "KAP701"),
        ("cadss", '{not computed: "three', '{note: "three', "KAP701"),
    ],
)
def test_what_cannot_be_meant_is_told(folder, name, old, new, code):
    """A share for the better without a direction, a stretch of items from back to front, a word for no number, a condition on no answer."""
    change(folder / "instruments" / f"{name}.yaml", old, new)
    assert (code, f"{name}.yaml") in found(folder)


def test_a_file_without_about_is_told(folder):
    """An instrument is more than its mapping."""
    path = folder / "instruments" / "qids-sr16.yaml"
    path.write_text(path.read_text("utf-8").partition("about:")[0], "utf-8")
    assert found(folder) == [("KAP702", "qids-sr16.yaml")]


def test_a_clinic_sets_its_own_bands():
    """An overlay names a table file by its path; what it changes counts for that clinic alone."""
    name = "c-ssrs-screener-recent"
    answers = answered(name, ["no", "yes", "no", "yes", "no", "no"])
    told = [score(load.of(mappings(clinic))[name], answers)["total"].band for clinic in ("", "bloom")]
    assert told == ["moderate", "high"]
    assert load.of(mappings("bloom")) == {**INSTRUMENTS, name: load.of(mappings("bloom"))[name]}
