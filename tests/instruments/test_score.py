"""Answers become the scores that were published for them; without an answer there is no score, and it is said which is missing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service.fhir import json
from service.fhir.json import Number
from service.instruments.score import findings, score
from tests.instruments.made import COMPUTED, INSTRUMENTS, answered, whole
from tests.support.mappings import FOLDER
from tests.support.shared import shared

NO, YES = "no", "yes"

PUBLISHED = [
    pytest.param("phq-9", [2, 2, 2, 2, 1, 1, 2, 0, 0, "somewhat"], {"total": 12}, "moderate", id="us-core-phq-9-example"),
    pytest.param("audit-c", [0, 0, 0], {"total": 0}, "", id="us-core-audit-c-example"),
    pytest.param("isi", [2] * 7, {"total": 14}, "subthreshold", id="awell-isi-median"),
    pytest.param("isi", [4] * 7, {"total": 28}, "severe clinical", id="awell-isi-worst"),
    pytest.param("dast-10", [NO, NO, YES, *[NO] * 7], {"total": 0}, "no problems", id="awell-dast-10-best"),
    pytest.param("dast-10", [YES, YES, NO, *[YES] * 7], {"total": 10}, "severe", id="awell-dast-10-worst"),
    pytest.param("pcl-5", [2] * 20, {"total": 40, "pcl_b": 10, "pcl_c": 4, "pcl_d": 14, "pcl_e": 12}, "", id="awell-pcl-5-median"),
    pytest.param("pcl-5", [4] * 20, {"total": 80, "pcl_b": 20, "pcl_c": 8, "pcl_d": 28, "pcl_e": 24}, "", id="awell-pcl-5-worst"),
]
"""Answers with their scores as others publish them: examples of US Core, tests of awell-score."""

MOST = {
    "phq-9": 27, "gad-7": 21, "pcl-5": 80, "caps-5": 80, "audit-c": 12, "dast-10": 10, "bdi-ii": 63, "hamd-17": 52, "isi": 28, "madrs": 60,
    "ebi": 600, "psqi": 21, "c-ssrs-screener-recent": 6,
}  # fmt: skip
"""The highest total by the manuals; the lowest is 0."""


@pytest.mark.parametrize(("name", "answers", "expected", "band"), PUBLISHED)
def test_published_answers_have_their_published_scores(name, answers, expected, band):
    """Total, subscales and band are those of the source."""
    results = score(INSTRUMENTS[name], answered(name, answers))
    assert {one: results[one].value for one in expected} == expected
    assert results["total"].band == band


@pytest.mark.parametrize("name", MOST)
def test_the_least_and_the_most_answers_come_to_the_range_of_the_manual(name):
    """All items answered with the fewest points are 0, with the most the maximum."""
    assert [score(INSTRUMENTS[name], whole(name, most=most))["total"].value for most in (False, True)] == [0, MOST[name]]


def test_every_total_that_comes_of_answers_is_tested():
    """The table above forgets no instrument."""
    assert MOST.keys() == {name for name, one in COMPUTED if one == "total"}


def test_the_clusters_of_the_pcl_5_and_the_caps_5_are_the_same():
    """Items 1-5, 6-7, 8-14 and 15-20: a different answer in each shows which items a cluster counts."""
    answers = [1] * 5 + [2] * 2 + [3] * 7 + [4] * 6
    for name, letter in (("pcl-5", "pcl"), ("caps-5", "caps")):
        results = score(INSTRUMENTS[name], answered(name, answers))
        assert [results[f"{letter}_{cluster}"].value for cluster in "bcde"] == [5, 4, 21, 24]
        assert results["total"].value == 54


def test_the_third_item_of_the_dast_10_counts_the_other_way():
    """`no` to item 3 is a point, `yes` is none."""
    alone = [score(INSTRUMENTS["dast-10"], answered("dast-10", [NO, NO, third, *[NO] * 7]))["total"].value for third in (NO, YES)]
    assert alone == [1, 0]


def test_the_global_score_of_the_psqi_is_the_sum_of_its_components():
    """Seven components of 0 to 3; with one missing or beyond 3 there is no global score."""
    components = {f"psqi_{number}": count for number, count in enumerate((0, 1, 2, 3, 0, 1, 1), 1)}
    assert score(INSTRUMENTS["psqi"], answered("psqi", [], **components))["total"].value == 8
    assert score(INSTRUMENTS["psqi"], answered("psqi", [], **components | {"psqi_4": 4}))["total"].why == "no answer to psqi_4"
    del components["psqi_4"]
    assert score(INSTRUMENTS["psqi"], answered("psqi", [], **components))["total"].why == "no answer to psqi_4"


@pytest.mark.parametrize(
    ("answers", "highest", "band"),
    [
        ([NO, NO, None, None, None, NO], 0, "no item answered yes"),
        ([YES, NO, None, None, None, NO], 1, "low"),
        ([NO, YES, NO, NO, NO, NO], 2, "low"),
        ([YES, YES, YES, NO, NO, NO], 3, "moderate"),
        ([NO, YES, NO, YES, NO, NO], 4, "moderate"),
        ([NO, YES, NO, NO, YES, NO], 5, "high"),
        ([NO, NO, None, None, None, YES, NO], 6, "high"),
    ],
)
def test_the_highest_item_answered_yes_ranks_the_screener(answers, highest, band):
    """SPiER's table: items 1-2 low, 3-4 moderate, 5 or 6 high. Items 3-5 are not asked where item 2 is `no`."""
    result = score(INSTRUMENTS["c-ssrs-screener-recent"], answered("c-ssrs-screener-recent", answers))["total"]
    assert (result.value, result.band) == (highest, band)


def test_an_item_of_the_screener_that_had_to_be_asked_is_missed():
    """Items 3-5 are asked where item 2 is `yes`; where item 2 itself is open, nobody knows."""
    name = "c-ssrs-screener-recent"
    assert score(INSTRUMENTS[name], answered(name, [YES, YES, NO, None, NO, NO]))["total"].why == "no answer to cssrs_4"
    open_ = score(INSTRUMENTS[name], answered(name, [YES, None, None, None, None, NO]))["total"]
    assert open_.why == "no answer to cssrs_2, cssrs_3, cssrs_4, cssrs_5"


@pytest.mark.parametrize(("name", "one"), COMPUTED)
def test_without_an_answer_there_is_no_score(name, one):
    """Whichever answer is missing, a score that counts it has no value and its reason names the answer; it needs no other."""
    record = whole(name, most=True)
    for part in record:
        result = score(INSTRUMENTS[name], {other: given for other, given in record.items() if other != part})[one]
        counted = part in INSTRUMENTS[name].scores[one].items
        assert (result.value is None, result.why) == (counted, f"no answer to {part}" if counted else "")


def test_what_is_not_scored_may_be_missing():
    """The PHQ-9 has its total without the question about difficulty, and the same with any answer to it."""
    for difficulty in (None, "extremely"):
        assert score(INSTRUMENTS["phq-9"], answered("phq-9", [1] * 9 + [difficulty]))["total"].value == 9


@pytest.mark.parametrize("wrong", [Number("4"), Number("-1"), Number("1.5e9"), "often"])
def test_an_answer_that_is_none_of_the_item_counts_as_missing(wrong):
    """A number beyond the range or an unknown word is no answer."""
    record = whole("gad-7") | {"gad7_3": wrong}
    assert score(INSTRUMENTS["gad-7"], record)["total"].why == "no answer to gad7_3"


@pytest.mark.parametrize("name", ["qids-sr16", "sf-12", "meq30", "cadss"])
def test_a_score_without_a_known_rule_is_as_it_is_stated(name):
    """It has no value of its own, says why, and is known by what the record states."""
    for one in INSTRUMENTS[name].scores.values():
        result = score(INSTRUMENTS[name], {one.name: Number("3.5")})[one.name]
        assert (result.value, result.known, result.contradicts) == (None, Decimal("3.5"), False)
        assert result.why == one.not_computed != ""


def test_a_stated_total_is_compared():
    """The answers stand; a total that differs contradicts them, one that is spelt otherwise does not."""
    for stated, contradicts in (("9", False), ("9.0", False), ("10", True)):
        result = score(INSTRUMENTS["phq-9"], {**answered("phq-9", [1] * 9), "total": Number(stated)})["total"]
        assert (result.known, result.contradicts) == (9, contradicts)
    alone = score(INSTRUMENTS["phq-9"], {"total": Number("21")})["total"]
    assert (alone.value, alone.known, alone.contradicts, alone.band) == (None, 21, False, "severe")


def reference_bands():
    """The bands of the reference: instrument, lowest and highest score, name."""
    for path in sorted(shared("reference/questionnaires").glob("*.json")):
        bands = json.read(path.read_bytes()).get("scoring", {}).get("bands")
        if isinstance(bands, list) and all(len(band) == 3 for band in bands):
            yield path.stem, [(int(low.text), int(high.text), name) for low, high, name in bands]


def test_a_band_begins_and_ends_where_the_reference_says():
    """At both ends of each band of the reference, and one beyond them, a total has the name of its band."""
    found = dict(reference_bands())
    assert found.keys() == {"dast-10", "gad-7", "hamd-17", "isi", "phq-9"}
    for name, bands in found.items():
        expected = {total: band for low, high, band in bands for total in range(low, high + 1)}
        told = {total: score(INSTRUMENTS[name], {"total": Number(str(total))})["total"].band for total in range(-1, max(expected) + 2)}
        assert told == {-1: "", **expected, max(expected) + 1: ""}


PTSD = [2] + [0] * 4 + [2, 0] + [2, 2] + [0] * 5 + [2, 2] + [0] * 4
"""One endorsed item of cluster B, one of C, two of D, two of E: just enough."""


@pytest.mark.parametrize(
    ("name", "record", "expected"),
    [
        ("pcl-5", answered("pcl-5", PTSD), ["provisional PTSD"]),
        *[("pcl-5", answered("pcl-5", [*PTSD[:at], 1, *PTSD[at + 1 :]]), []) for at, answer in enumerate(PTSD) if answer],
        ("pcl-5", answered("pcl-5", [2] * 20), ["provisional PTSD", "probable PTSD (cut-off 33)"]),
        ("pcl-5", {"total": Number("32")}, []),
        ("pcl-5", {"total": Number("33")}, ["probable PTSD (cut-off 33)"]),
        ("phq-9", {"total": Number("9")}, []),
        ("phq-9", {"total": Number("10")}, ["screen positive"]),
        ("phq-9", answered("phq-9", [0] * 8 + [1]), ["thoughts of death or self-harm"]),
        ("gad-7", {"total": Number("10")}, ["screen positive"]),
        ("audit-c", answered("audit-c", [2, 0, 0]), []),
        ("audit-c", answered("audit-c", [3, 0, 0]), ["screen positive for women", "likely below limits although positive"]),
        ("audit-c", answered("audit-c", [2, 1, 1]), ["screen positive for men", "screen positive for women"]),
        ("psqi", {"total": Number("5")}, []),
        ("psqi", {"total": Number("6")}, ["poor sleeper"]),
        (
            "meq30",
            answered("meq30", [], meq_mystical=3, meq_positive_mood=4, meq_transcendence=5, meq_ineffability=3),
            ["complete mystical experience"],
        ),
        ("meq30", answered("meq30", [], meq_mystical=Decimal("2.9"), meq_positive_mood=4, meq_transcendence=5, meq_ineffability=3), []),
        ("meq30", answered("meq30", [], meq_mystical=5, meq_positive_mood=5, meq_transcendence=5), []),
    ],
)
def test_findings_begin_where_their_source_says(name, record, expected):
    """The diagnostic rule of the PCL-5, cut-offs of totals, and what must hold on every subscale."""
    assert [one.name for one in findings(INSTRUMENTS[name], record)] == expected


def test_no_example_contradicts_itself():
    """In every example record that states a total or subscale with all its answers, they come to it."""
    found = []
    for path in FOLDER.glob("examples/questionnaire_response/*.record.json"):
        record = json.read(path.read_bytes())
        found += [(path.name, one) for one in score(INSTRUMENTS[record["instrument"]], record).values() if one.value is not None]
    assert len(found) >= 4
    assert [(name, one.score.name, one.value) for name, one in found if one.contradicts] == []
