"""An instrument as a Questionnaire: valid, and the one that answers to it are written for."""

from __future__ import annotations

from random import Random

import pytest

from service.instruments.questionnaire import questionnaire
from tests.instruments.made import INSTRUMENTS, whole
from tests.support import generate
from tests.support.mappings import mappings, written
from tests.support.valid import errors

KIND = "questionnaire_response"


def made(name):
    return questionnaire(INSTRUMENTS[name], mappings().vocabulary)


def items(name):
    """The items of a Questionnaire by linkId."""
    return {one["linkId"]: one for one in made(name).get("item", [])}


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_it_is_valid(name):
    """It has no finding of the validator, and no linkId twice."""
    assert errors(made(name)) == []
    assert len(items(name)) == len(made(name).get("item", []))


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_a_response_answers_to_it(name):
    """Each item that we write for generated records stands in the Questionnaire, with the same text, as a type that takes the answer."""
    mapped = mappings()
    for seed in range(30):
        record = generate.record(mapped.kinds[KIND], Random(seed), mapped.kinds)
        record = {field: one for field, one in record.items() if not field_of_other(field)} | {"instrument": name} | given(name)
        response = written(mapped, KIND, record)[0]
        assert response["questionnaire"] == made(name)["url"]
        for answer in response.get("item", []):
            asked = items(name)[answer["linkId"]]
            assert answer["text"] == asked["text"]
            [(element, content)] = answer["answer"][0].items()
            assert element == {"choice": "valueCoding", "integer": "valueInteger", "decimal": "valueDecimal"}[asked["type"]]
            assert asked["type"] != "choice" or content in [option["valueCoding"] for option in asked["answerOption"]]


FIELDS = {field for one in INSTRUMENTS.values() for field in (*one.items, *one.scores)}


def field_of_other(field):
    return field in FIELDS


def given(name):
    """Answers to everything that makes the total, where there is one."""
    return whole(name, most=True) if "total" in INSTRUMENTS[name].scores else {}


def test_an_answer_has_its_points():
    """`ordinalValue` says what an answer counts."""
    options = items("phq-9")["/44250-9"]["answerOption"]
    assert [(one["valueCoding"]["code"], one["extension"][0]["valueDecimal"].text) for one in options] == [
        ("LA6568-5", "0"), ("LA6569-3", "1"), ("LA6570-1", "2"), ("LA6571-9", "3"),
    ]  # fmt: skip
    assert all("extension" not in option for option in items("phq-9")["/69722-7"]["answerOption"])


def test_a_number_has_its_range_or_words():
    """An integer says its lowest and highest value; the PCL-5 says what each number means."""
    limits = {one["url"].rpartition("/")[2]: one["valueInteger"].text for one in items("madrs")["madrs-1"]["extension"]}
    assert limits == {"minValue": "0", "maxValue": "6"}
    options = items("pcl-5")["pcl5-1"]["answerOption"]
    assert [one["extension"][0]["valueString"] for one in options] == [
        "Not at all",
        "A little bit",
        "Moderately",
        "Quite a bit",
        "Extremely",
    ]


def test_an_item_with_a_code_says_it():
    """The LOINC code by which others send the answer alone; the items of the PCL-5 have none."""
    [code] = items("gad-7")["/69725-0"]["code"]
    assert (code["system"], code["code"]) == ("http://loinc.org", "69725-0")
    assert code["display"]
    assert "code" not in items("pcl-5")["pcl5-1"]


def test_an_item_that_is_not_always_asked_says_when():
    """Items 3-5 of the C-SSRS screener follow item 2, item 6b follows item 6."""
    asked = {link: one["enableWhen"][0] for link, one in items("c-ssrs-screener-recent").items() if "enableWhen" in one}
    assert {link: one["question"] for link, one in asked.items()} == {
        "/93248-3": "/93247-5", "/93249-1": "/93247-5", "/93250-9": "/93247-5", "/93269-9": "/93267-3",
    }  # fmt: skip
    assert {one["answerCoding"]["code"] for one in asked.values()} == {"LA33-6"}


def test_texts_that_may_not_be_bundled_are_numbers():
    """Without a licence for the text an item is named by its number, and there is no stem."""
    for name, known in INSTRUMENTS.items():
        texts = [one["text"] for one in items(name).values()]
        if not known.licence.bundled:
            assert all(text.split()[-2] == "item" for text in texts), name
        assert made(name)["copyright"] == known.licence.status != ""
