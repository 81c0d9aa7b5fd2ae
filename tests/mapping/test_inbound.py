"""Vital signs and scores as other systems spell them: read where they are unambiguous, else given back untouched, with a note."""

from __future__ import annotations

import pytest

from service.fhir import json
from service.fhir.json import Number
from tests.support.foreign import NOON, observation
from tests.support.mappings import SERVER, mappings, read, shown, written

LOINC, OID = "http://loinc.org", "urn:oid:2.16.840.1.113883.6.1"
UCUM, UCUM_OID = "http://unitsofmeasure.org", "urn:oid:2.16.840.1.113883.6.8"
LOCAL = {"system": "https://other.example.org/codes", "code": "HR", "display": "Puls"}


def coded(*codings, text=None):
    """An Observation of 71 beats with these codings."""
    code = {"coding": list(codings), **({"text": text} if text else {})}
    return {**observation("1", "x", "71", "/min"), "code": code}


def valued(loinc, **quantity):
    """An Observation of a LOINC code with this Quantity; numbers as text."""
    value = {name: Number(one) if name == "value" else one for name, one in quantity.items()}
    return {**observation("1", loinc, "1", "1"), "valueQuantity": value}


def parts(code, *components, **more):
    """An Observation with components: (LOINC code, value, unit)."""
    made = [
        {"code": {"coding": [{"system": LOINC, "code": one}]}, "valueQuantity": {"value": Number(value), **unit}}
        for one, value, unit in components
    ]
    whole = {**observation("1", code, "1", "1"), "component": made, **more}
    del whole["valueQuantity"]
    return whole


MMHG = {"system": UCUM, "code": "mm[Hg]"}
HR, SPO2 = {"system": LOINC, "code": "8867-4"}, {"system": LOINC, "code": "59408-5"}
READ = [
    pytest.param(coded(LOCAL, HR), {"heart_rate": "71"}, id="a local code first"),
    pytest.param(coded(HR, LOCAL), {"heart_rate": "71"}, id="a local code behind"),
    pytest.param(coded({**HR, "system": OID}), {"heart_rate": "71"}, id="the OID of LOINC"),
    pytest.param(
        coded(LOCAL, {**HR, "system": OID, "display": "Puls"}, text="Puls"), {"heart_rate": "71"}, id="the OID behind a local code"
    ),
    pytest.param(valued("8867-4", value="71", system=UCUM_OID, code="/min"), {"heart_rate": "71"}, id="the OID of UCUM"),
    pytest.param(valued("8867-4", value="71", unit="beats/minute", system=UCUM, code="/min"), {"heart_rate": "71"}, id="another unit text"),
    pytest.param(valued("8867-4", value="71", unit="bpm"), {"heart_rate": "71"}, id="no unit code, a text we know"),
    pytest.param(valued("8867-4", value="71.50", unit="/min"), {"heart_rate": "71.50"}, id="a decimal as it is spelt"),
    pytest.param(valued("2708-6", value="97", unit="%"), {"oxygen_saturation": "97"}, id="the other code of oxygen saturation"),
    pytest.param(
        valued("8310-5", value="98.6", system=UCUM, code="[degF]"), {"temperature": "98.6", "temperature_unit": "F"}, id="Fahrenheit"
    ),
    pytest.param(valued("8310-5", value="98.6", unit="°F"), {"temperature": "98.6", "temperature_unit": "F"}, id="°F without a code"),
    pytest.param(valued("8310-5", value="37.0", unit="°C"), {"temperature": "37.0", "temperature_unit": "C"}, id="°C without a code"),
    pytest.param(valued("29463-7", value="154.3", system=UCUM, code="[lb_av]"), {"weight": "154.3", "weight_unit": "lb"}, id="pounds"),
    pytest.param(valued("29463-7", value="154.3", unit="lbs"), {"weight": "154.3", "weight_unit": "lb"}, id="lbs without a code"),
    pytest.param(
        valued("8302-2", value="71", unit="inches", system=UCUM, code="[in_i]"), {"height": "71", "height_unit": "in"}, id="inches"
    ),
    pytest.param(
        parts("85354-9", ("8462-4", "80", MMHG), ("8480-6", "120", MMHG)),
        {"bp_systolic": "120", "bp_diastolic": "80"},
        id="components turned round",
    ),
    pytest.param(
        parts("85354-9", ("8480-6", "120", {"unit": "mmHg"}), ("8867-4", "71", {})),
        {"bp_systolic": "120"},
        id="a strange component beside ours",
    ),
    pytest.param(valued("8480-6", value="120", **MMHG), {"bp_systolic": "120"}, id="a systolic pressure by itself"),
    pytest.param({**coded(HR), "category": [{"text": "vitals"}]}, {"heart_rate": "71"}, id="a category that is not ours"),
    pytest.param(valued("3141-9", value="70.50", unit="kg"), {"weight": "70.50", "weight_unit": "kg"}, id="a measured weight"),
    pytest.param(valued("8478-0", value="93", **MMHG), {"bp_mean": "93"}, id="a mean pressure by itself"),
    pytest.param(valued("19891-1", value="37.5", **MMHG), {"etco2": "37.5"}, id="end-tidal carbon dioxide"),
    pytest.param(
        parts("55284-4", ("8480-6", "120", MMHG), ("8462-4", "80", MMHG)),
        {"bp_systolic": "120", "bp_diastolic": "80"},
        id="the older panel of blood pressure",
    ),
]
LEFT = [
    pytest.param(coded({"code": "8867-4"}), id="a code without a system"),
    pytest.param(coded(LOCAL), id="a local code alone"),
    pytest.param(valued("8867-4", value="71"), id="no unit at all"),
    pytest.param(valued("8867-4", value="1.2", system=UCUM, code="Hz"), id="another unit"),
    pytest.param(valued("8867-4", value="71", unit="Schläge"), id="a unit text we do not know"),
    pytest.param(valued("8867-4", value="71", unit="bpm", code="/min"), id="a unit code of no system"),
    pytest.param(
        valued("8867-4", value="71", unit="/min", system="https://other.example.org/units", code="min-1"), id="a unit of another system"
    ),
    pytest.param(valued("8867-4", value="9000", unit="/min"), id="a value out of range"),
    pytest.param(valued("8867-4", value="71", comparator=">", unit="/min"), id="a comparator"),
    pytest.param(valued("8310-5", value="310", system=UCUM, code="K"), id="kelvin"),
    pytest.param(valued("29463-7", value="11", unit="stone"), id="stones"),
    pytest.param(parts("85353-1", ("8867-4", "71", {"unit": "/min"})), id="a panel that we do not know"),
    pytest.param({**coded(HR), "valueQuantity": {"value": "71", "unit": "/min"}}, id="a number in quotes"),
    pytest.param({**coded(HR), "effectiveDateTime": "14.05.2024"}, id="a time that is none"),
    pytest.param({name: one for name, one in coded(HR).items() if name != "effectiveDateTime"}, id="no time"),
    pytest.param({name: one for name, one in coded(HR).items() if name != "subject"}, id="no patient"),
    pytest.param({**coded(HR), "status": "done"}, id="a status that a reading has not"),
]


@pytest.mark.parametrize("codings", [(), (LOCAL,)], ids=["a text alone", "a local code with a text"])
def test_what_no_code_calls_a_vital_sign_is_a_result(codings):
    """It is read under the sender's own name, with its value and unit, and goes back as it came."""
    theirs = coded(*codings, text="Heart rate")
    found = read(mappings(), [theirs], server=SERVER, policy="keep")
    (record,) = shown(found)
    assert (found.records[0].kind.name, record["name"], record["value"], record["unit"]) == ("result", "Heart rate", Number("71"), "/min")
    assert written(mappings(), "result", record, server=SERVER) == [theirs]


@pytest.mark.parametrize(
    "value", ["x", True, None, Number("1"), [], {}, [[]], [None], [{}], {"coding": "x"}, {"coding": [{"code": ["x"], "system": {}}]}]
)
@pytest.mark.parametrize(
    "name", ["id", "identifier", "code", "subject", "status", "valueQuantity", "component", "category", "effectiveDateTime"]
)
def test_what_is_no_fhir_is_no_failure(name, value):
    """An element of another form than R4's is left where it is, and no value is made up of it."""
    theirs = {**coded(HR), name: value}
    found = read(mappings(), [theirs], server=SERVER, policy="keep")
    back = [one for record in shown(found) for one in written(mappings(), "vitals", record, server=SERVER)]
    assert [*back, *(one.resource.value for one in found.orphans)] == [theirs]
    assert all(one.values["heart_rate"] == Number("71") for one in found.records)


@pytest.mark.parametrize(("theirs", "values"), READ)
def test_an_unambiguous_value_is_read(theirs, values):
    """The value, its unit and time are those that the sender meant, and the resource goes back as it came."""
    found = read(mappings(), [theirs], server=SERVER, policy="keep")
    (record,) = shown(found)
    measured = {name: one for name, one in record.items() if name not in ("reading_id", "client_id", "recorded_at", "status", "_fhir")}
    assert measured == {name: one if name.endswith("_unit") else Number(one) for name, one in values.items()}
    assert record["recorded_at"] == NOON
    assert written(mappings(), "vitals", record, server=SERVER) == [theirs]


@pytest.mark.parametrize("theirs", LEFT)
def test_what_is_not_understood_is_given_back_with_a_note(theirs):
    """Nothing is guessed: no value reaches a record, the resource comes back as it came, and it is said why."""
    found = read(mappings(), [theirs], server=SERVER)
    measured = {"heart_rate", "temperature", "weight", "bp_systolic"}
    assert not any(measured & one.values.keys() for one in found.records)
    assert [one.resource.value for one in found.orphans] == [theirs]
    assert all(one.issues for one in found.orphans)


REASONS = "http://terminology.hl7.org/CodeSystem/data-absent-reason"


@pytest.mark.parametrize(
    ("reason", "read_as"),
    [
        ({"coding": [{"system": REASONS, "code": "asked-declined"}]}, "refused"),
        ({"coding": [{"system": REASONS, "code": "error"}], "text": "probe off"}, "device_error"),
        ({"text": "asleep"}, "asleep"),
    ],
)
def test_a_measurement_that_was_missed_is_read_with_its_reason(reason, read_as):
    """A heart rate of another system without a value, but with a reason, says what was missed and why; it goes back as it came."""
    theirs = {name: one for name, one in coded(HR).items() if name != "valueQuantity"} | {"dataAbsentReason": reason}
    (record,) = shown(read(mappings(), [theirs], server=SERVER, policy="keep"))
    (missed,) = record["missed"]
    assert (missed["measurement"], missed["reason"]) == ("heart_rate", read_as)
    assert "heart_rate" not in record
    assert written(mappings(), "vitals", record, server=SERVER) == [theirs]


@pytest.mark.parametrize("status", ["preliminary", "amended", "corrected", "registered", "cancelled", "unknown"])
def test_every_status_of_an_observation_is_read(status):
    """What R4 lets an Observation's status be is a status of a reading."""
    (record,) = shown(read(mappings(), [{**coded(HR), "status": status}], server=SERVER))
    assert record["status"] == status


@pytest.mark.parametrize("code", ["1345050000", "457441000124102"])
def test_a_sedation_scale_is_read_by_score_or_instrument(code):
    """A RASS is known by the code of its score, or of the scale, and its value by the answer of LOINC."""
    theirs = coded({"system": "http://snomed.info/sct", "code": code})
    del theirs["valueQuantity"]
    theirs["valueCodeableConcept"] = {"coding": [{"system": LOINC, "code": "LA33963-2"}]}
    (record,) = shown(read(mappings(), [theirs], server=SERVER))
    assert record["rass"] == Number("-1")


def test_two_codes_that_contradict_each_other():
    """An Observation that says to be two vital signs is read by the first shape of the file; the other code is a leftover that is named."""
    found = read(mappings(), [coded(SPO2, HR)], server=SERVER)
    assert [one.values.get("heart_rate") for one in found.records] == [Number("71")]
    assert "Observation.code.coding[0]" in [one.where for one in found.issues]


def response(*items):
    """A PHQ-9 of another system."""
    return {
        "resourceType": "QuestionnaireResponse",
        "id": "1",
        "questionnaire": "http://hl7.org/fhir/us/core/Questionnaire/phq-9-example|7.0.0",
        "status": "completed",
        "subject": {"reference": "Patient/1"},
        "authored": NOON,
        "item": list(items),
    }


def answer(link, **value):
    """An item with its answer."""
    return {"linkId": link, "answer": [value]}


SEVERAL = {"system": LOINC, "code": "LA6569-3"}


@pytest.mark.parametrize(
    ("items", "values"),
    [
        ([answer("/44250-9", valueCoding=SEVERAL)], {"phq9_1": "1"}),
        ([{"linkId": "g", "item": [answer("/44250-9", valueCoding=SEVERAL)]}], {"phq9_1": "1"}),
        ([answer("/44250-9", valueCoding={**SEVERAL, "system": OID})], {"phq9_1": "1"}),
        ([answer("/44261-6", valueInteger=Number("7"))], {"total": "7"}),
        ([answer("/44261-6", valueDecimal=Number("7"))], {"total": "7"}),
        ([answer("x", valueString="y"), answer("/44261-6", valueDecimal=Number("7"))], {"total": "7"}),
        ([answer("/44250-9", valueInteger=Number("1")), answer("/44261-6", valueDecimal=Number("7"))], {"phq9_1": "1", "total": "7"}),
        ([answer("/44250-9", valueCoding={**SEVERAL, "code": "LA0"}), answer("/44261-6", valueDecimal=Number("7"))], {"total": "7"}),
    ],
    ids=[
        "an answer",
        "grouped",
        "the OID of LOINC",
        "a whole total",
        "a decimal total",
        "a strange question",
        "a bare number",
        "a strange answer",
    ],
)
def test_answers_are_read_wherever_they_stand(items, values):
    """Answers in groups, by OID, totals of either form; an answer that is not one of the table's stays where it is."""
    (record,) = shown(read(mappings(), [response(*items)], server=SERVER, policy="keep"))
    answered = {name: one for name, one in record.items() if name.startswith("phq9_") or name == "total"}
    assert answered == {name: Number(one) for name, one in values.items()}
    assert written(mappings(), "questionnaire_response", record, server=SERVER) == [response(*items)]


def test_a_response_of_unknown_questions_is_no_empty_one():
    """A questionnaire of which no answer was understood is an orphan, not a record without answers."""
    found = read(mappings(), [response(answer("1", valueString="x"))], server=SERVER)
    assert not found.records
    assert [one.code for one in found.orphans[0].issues] == ["KAP508"]
    assert "x" not in json.write([one.message for one in found.orphans[0].issues]).decode().split()
