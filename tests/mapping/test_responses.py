"""Questionnaires as other systems send them: answers and scores in whatever form are read where they are unambiguous, else given back."""

from __future__ import annotations

import tarfile

import pytest

from service.diagnostics.issue import Refused
from service.fhir import json
from service.fhir.json import Number
from service.mapping import children
from tests.mapping.test_inbound import LOINC, SEVERAL, UCUM, answer, response
from tests.mapping.test_isolation import NOON
from tests.support.mappings import SERVER, mappings, read, shown, written
from tests.support.shared import shared

VENDOR = {"system": "https://other.example.org/answers", "code": "b", "display": "Several days"}
SCORE = {"unit": "{score}", "system": UCUM, "code": "{score}"}
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
WEIGHT = "http://hl7.org/fhir/StructureDefinition/itemWeight"


def weighed(url, number):
    """A coding of another system that says what it is worth."""
    return {**VENDOR, "extension": [{"url": url, "valueDecimal": Number(number)}]}


def observed(code, id_="1", *, system=LOINC, **value):
    """An Observation of another system: an answer, or a score."""
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "survey"}]}],
        "code": {"coding": [{"system": system, "code": code}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": NOON,
        **value,
    }


def part(code, **value):
    """A component."""
    return {"code": {"coding": [{"system": LOINC, "code": code}]}, **value}


def of(questionnaire, *items):
    """A response to another questionnaire."""
    return {**response(*items), "questionnaire": questionnaire}


KAP = "https://kap.example.org/fhir/CodeSystem/kap"
PCL, GAD = "https://kap.example.org/fhir/Questionnaire/pcl-5", "http://loinc.org/q/69737-5"
READ = [
    pytest.param(response(answer("44250-9", valueCoding=SEVERAL)), {"phq9_1": "1"}, id="a link without a slash"),
    pytest.param(response(answer("/44250-9", valueInteger=Number("1"))), {"phq9_1": "1"}, id="an integer"),
    pytest.param(response(answer("/44250-9", valueDecimal=Number("1.0"))), {"phq9_1": "1"}, id="a decimal"),
    pytest.param(response(answer("/44250-9", valueString="1")), {"phq9_1": "1"}, id="a string"),
    pytest.param(response(answer("/44250-9", valueCoding=weighed(ORDINAL, "1"))), {"phq9_1": "1"}, id="a coding with its ordinal value"),
    pytest.param(response(answer("/44250-9", valueCoding=weighed(WEIGHT, "1.0"))), {"phq9_1": "1"}, id="a coding with its weight"),
    pytest.param(of(PCL, answer("pcl5-3", valueCoding=weighed(ORDINAL, "4"))), {"pcl_3": "4"}, id="a coding for a number"),
    pytest.param(response(answer("/44261-6", valueString="12")), {"total": "12"}, id="a total as text"),
    pytest.param(response(answer("/44261-6", valueDecimal=Number("12.0"))), {"total": "12"}, id="a total with a decimal point"),
    pytest.param(response(answer("/44261-6", valueQuantity={"value": Number("12"), **SCORE})), {"total": "12"}, id="a total as a quantity"),
    pytest.param(of(GAD, answer("/70274-6", valueInteger=Number("9"))), {"total": "9"}, id="a total that we do not write there"),
    pytest.param(of(f"{GAD}|2.77", answer("/70274-6", valueDecimal=Number("9"))), {"total": "9"}, id="a version of the questionnaire"),
    pytest.param(observed("44261-6", valueQuantity={"value": Number("12"), **SCORE}), {"total": "12"}, id="a score alone"),
    pytest.param(observed("44261-6", valueQuantity={"value": Number("12"), "unit": "score"}), {"total": "12"}, id="a unit text"),
    pytest.param(observed("44261-6", valueQuantity={"value": Number("12"), "system": UCUM, "code": "1"}), {"total": "12"}, id="UCUM's one"),
    pytest.param(observed("44261-6", valueInteger=Number("12")), {"total": "12"}, id="a score as an integer"),
    pytest.param(observed("44261-6", valueString="12"), {"total": "12"}, id="a score as text"),
    pytest.param(
        observed("pcl-5-b", system=KAP, valueQuantity={"value": Number("11"), **SCORE}), {"pcl_b": "11"}, id="a subscale of our codes"
    ),
    pytest.param(
        observed("44250-9", valueCodeableConcept={"coding": [VENDOR, SEVERAL], "text": "x"}),
        {"phq9_1": "1"},
        id="an answer as an Observation",
    ),
    pytest.param(observed("44250-9", valueInteger=Number("1")), {"phq9_1": "1"}, id="an answer as a number"),
    pytest.param(
        observed(
            "44249-1", component=[part("44261-6", valueInteger=Number("7")), part("44250-9", valueCodeableConcept={"coding": [SEVERAL]})]
        ),
        {"phq9_1": "1", "total": "7"},
        id="a panel with components",
    ),
    pytest.param(
        observed(
            "70274-6",
            valueInteger=Number("7"),
            component=[part("68509-9", valueCodeableConcept={"coding": [{**SEVERAL, "code": "LA18938-3"}]})],
        ),
        {"gad7_2": "2", "total": "7"},
        id="a score with its answers",
    ),
]
LEFT = [
    pytest.param(observed("44261-6", valueQuantity={"value": Number("60"), "unit": "%", "system": UCUM, "code": "%"}), id="per cent"),
    pytest.param(observed("44261-6", valueQuantity={"value": Number("12")}), id="a score without a unit"),
    pytest.param(observed("44261-6", valueQuantity={"value": Number("12"), "comparator": ">", **SCORE}), id="a comparator"),
    pytest.param(observed("44261-6", valueString="moderate"), id="a word for a score"),
    pytest.param(observed("44261-6", valueString="12 of 27"), id="a number in a text"),
    pytest.param(observed("44261-6", valueDecimal=Number("12.5")), id="what R4 has not"),
    pytest.param(observed("44250-9", valueInteger=Number("7")), id="a number that is no answer"),
    pytest.param(observed("44250-9", valueCodeableConcept={"coding": [VENDOR]}), id="an answer of another system alone"),
    pytest.param(observed("68517-2", valueInteger=Number("1")), id="a question of another questionnaire"),
    pytest.param(observed("44261-6", status="corrected", valueString="12"), id="a status that a response has not"),
    pytest.param(
        of("https://other.example.org/Questionnaire/phq", answer("/44250-9", valueCoding=SEVERAL)), id="a questionnaire that is not known"
    ),
]


def answers(record):
    """The answers and scores of a record."""
    told = ("response_id", "client_id", "instrument", "submitted_at", "status", "_fhir")
    return {name: one for name, one in record.items() if name not in told}


@pytest.mark.parametrize(("theirs", "values"), READ)
def test_an_unambiguous_answer_is_read(theirs, values):
    """Each form of an answer or score is read as the number that it says, and the resource goes back as it came."""
    (record,) = shown(read(mappings(), [theirs], server=SERVER, policy="keep"))
    assert answers(record) == {name: Number(one) for name, one in values.items()}
    assert written(mappings(), "questionnaire_response", record, server=SERVER) == [theirs]


@pytest.mark.parametrize("theirs", LEFT)
def test_what_is_ambiguous_makes_no_response(theirs):
    """Nothing is guessed: the resource is no answer and no score, and comes back as it came; an orphan says why."""
    found = read(mappings(), [theirs], server=SERVER, policy="keep")
    assert "questionnaire_response" not in [one.kind.name for one in found.records]
    back = [one for record in found.records for one in written(mappings(), record.kind.name, children.shown(record), server=SERVER)]
    assert [*back, *(one.resource.value for one in found.orphans)] == [theirs]
    assert all(one.issues for one in found.orphans)


def test_what_is_only_read_is_never_written():
    """A total that others send among the answers stands in our Observation alone, and a released lock knows nothing of its place."""
    record = {"response_id": "q-1", "client_id": "c-1", "instrument": "gad-7", "submitted_at": NOON, "status": "completed"}
    theirs, score = written(mappings(), "questionnaire_response", {**record, "gad7_1": Number("2"), "total": Number("9")})
    assert [one["linkId"] for one in theirs["item"]] == ["/69725-0"]
    assert list(theirs["item"][0]["answer"][0]["valueCoding"]) == ["system", "code", "display"]
    assert score["valueQuantity"]["value"] == Number("9")
    assert not any("/70274-6" in fact for fact in mappings().released)


def test_an_answer_read_elsewhere_leaves_no_note_that_it_was_not_read():
    """A coding that is not ours is a leftover; that its weight was read instead needs no warning."""
    found = read(mappings(), [response(answer("/44250-9", valueCoding=weighed(ORDINAL, "1")))], server=SERVER)
    assert {one.code for one in found.issues} == {"KAP513"}


WHOLE = [
    response(answer("/44250-9", valueCoding=SEVERAL)),
    observed("44261-6", "total", valueInteger=Number("7"), effectiveDateTime="2024-05-14T12:00:00.000+00:00"),
    observed("44255-8", "second", valueInteger=Number("2"), effectiveDateTime="2024-05-14T06:00:00-06:00"),
    observed("44249-1", "panel", hasMember=[{"reference": "Observation/total"}, {"reference": "Observation/second"}]),
]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
def test_what_says_the_same_moment_is_one_response(order):
    """A response, scores, answers and their panel of one patient and moment are one record, in any order and spelling of the time."""
    theirs = [WHOLE[at] for at in order]
    (record,) = shown(read(mappings(), theirs, server=SERVER, policy="keep"))
    assert answers(record) == {"phq9_1": Number("1"), "phq9_2": Number("2"), "total": Number("7")}
    assert record["submitted_at"] == "2024-05-14T06:00:00-06:00"
    assert written(mappings(), "questionnaire_response", record, server=SERVER) == theirs


@pytest.mark.parametrize(
    "more", [{"effectiveDateTime": "2024-05-14T12:00:01Z"}, {"encounter": {"reference": "Encounter/1"}}, {"status": "amended"}]
)
def test_what_says_another_moment_is_another_response(more):
    """Observations of another second, encounter or state are not of that response."""
    found = read(mappings(), [WHOLE[0], {**observed("44261-6", "total", valueInteger=Number("7")), **more}], server=SERVER)
    assert len(found.records) == 2


def test_an_edit_goes_where_the_answer_stands():
    """Of a record read from several resources an edit changes those that hold the value; a panel that only names them gets no component."""
    (record,) = shown(read(mappings(), WHOLE, server=SERVER, policy="keep"))
    back = written(mappings(), "questionnaire_response", {**record, "phq9_2": Number("3")}, server=SERVER)
    assert back[:2] == WHOLE[:2]
    assert back[3] == WHOLE[3]
    assert [one["code"] for one in back[2]["valueCodeableConcept"]["coding"]] == ["LA6571-9"]


ITEMS = [
    answer(f"/{code}", valueInteger=Number("1")) for code in ("69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7")
]


def test_a_total_that_its_answers_contradict_is_not_read():
    """The answers are a record, a note says which rule the total breaks, and it goes back with the response."""
    theirs = of(GAD, *ITEMS, answer("/70274-6", valueInteger=Number("9")))
    found = read(mappings(), [theirs], server=SERVER, policy="keep")
    (record,) = shown(found)
    assert "total" not in record
    assert record["gad7_7"] == Number("1")
    (note,) = (one for one in found.records[0].notes if one.code == "KAP510")
    assert "total = sum of gad7_1, gad7_2" in note.message
    assert written(mappings(), "questionnaire_response", record, server=SERVER) == [theirs]


def test_a_score_that_the_answers_contradict_is_not_read():
    """So it is when the score is an Observation of its own, ours or of another system."""
    score = observed("70274-6", "total", valueInteger=Number("9"))
    found = read(mappings(), [of(GAD, *ITEMS), score], server=SERVER, policy="keep")
    (record,) = shown(found)
    assert "total" not in record
    assert written(mappings(), "questionnaire_response", record, server=SERVER) == [of(GAD, *ITEMS), score]


def test_a_total_with_an_answer_left_out_is_read():
    """How a total is worked out without an answer is the instrument's affair."""
    (record,) = shown(read(mappings(), [of(GAD, *ITEMS[:6], answer("/70274-6", valueInteger=Number("9")))], server=SERVER))
    assert record["total"] == Number("9")


def test_a_record_that_contradicts_itself_is_refused():
    """On the way out the rule is named."""
    (record,) = shown(read(mappings(), [of(GAD, *ITEMS)], server=SERVER))
    made = {name: one for name, one in record.items() if name != "_fhir"}
    assert written(mappings(), "questionnaire_response", {**made, "total": Number("7")})
    with pytest.raises(Refused) as refused:
        written(mappings(), "questionnaire_response", {**made, "total": Number("8")})
    assert [(one.code, "total = sum of" in one.message) for one in refused.value.issues] == [("KAP407", True)]


@pytest.mark.parametrize(
    ("name", "number", "values"),
    [
        ("PHQ9", 13, {"phq9_1": "2", "phq9_6": "1", "phq9_9": "0", "total": "12"}),
        ("AUDIT-C", 5, {"audit_2": "0", "audit_3": "0", "total": "0"}),
    ],
)
def test_the_examples_of_us_core_are_one_response_each(name, number, values):
    """The answers, score, panel and response of US Core 7.0.0 are one record, and each goes back to the letter."""
    with tarfile.open(shared("definitions/us_core_700.tgz")) as package:
        wanted = (f"Observation-{name}", f"QuestionnaireResponse-{'phq-9' if name == 'PHQ9' else name}")
        names = [one for one in package.getnames() if one.startswith(tuple(f"package/example/{prefix}" for prefix in wanted))]
        theirs = [json.read(package.extractfile(one).read()) for one in names]
    found = read(mappings(), theirs, server=SERVER, policy="keep")
    (whole,) = (one for one in found.records if one.kind.name == "questionnaire_response")
    assert len(whole.members) == number
    assert {one: whole.values[one] for one in values} == {one: Number(value) for one, value in values.items()}
    back = written(mappings(), "questionnaire_response", children.shown(whole), server=SERVER)
    assert sorted(map(json.write, back)) == sorted(json.write(one.resource.value) for one in whole.members)
