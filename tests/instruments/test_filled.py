"""A form is filled from the records of a session; what they do not say is named, with the place where it would be entered."""

from __future__ import annotations

import copy

import pytest

from service.diagnostics.issue import Refused
from service.fhir.json import Number, read
from service.instruments import form
from service.instruments.filled import NotForIt, fill
from tests.support.mappings import FOLDER, mappings

BLOOM = mappings("bloom")
"""A clinic whose file says which setting it is."""
REMS = form.of(BLOOM)["spravato-rems-pmf"]
NEWER = REMS.versions[-1]


def example(path):
    return read((FOLDER / "examples" / f"{path}.record.json").read_bytes())


def session():
    """A session with everything that the form asks for, but for the records that stand beside it."""
    return copy.deepcopy(example("session/nasal-spray"))


def beside():
    return {"patient": [example("patient/ordinary")], "practitioner": [example("practitioner/nurse")]}


def filled(whole=None, along=None, version=NEWER):
    return fill(BLOOM, REMS, version, whole or session(), along or beside())


def missing(one):
    return {gap.question.link: f"{gap.why}: {gap.where}" for gap in one.missing}


def medicine(**fields):
    about = {"medication_id": "m-1", "client_id": "c-2041", "name": "synthetic", "status": "active"}
    return {name: value for name, value in (about | fields).items() if value is not None}


@pytest.mark.parametrize("version", REMS.versions)
def test_a_whole_session_makes_a_complete_form(version):
    """Nothing is missing, and every question that is asked has an answer."""
    one = filled(version=version)
    assert one.complete
    assert missing(one) == {}
    assert list(one.answers) == [question.link for _, _, questions in REMS.questions(version) for question in questions]


def test_the_answers_are_what_the_records_say():
    """Words, numbers with their text, minutes between two times, and truths."""
    said = {link: answer.value for link, answer in filled().answers.items()}
    assert said["patient.middle"] == "N."
    assert said["patient.sex"] == "Female"
    assert said["provider.telephone"] == "+1 303 555 0104"
    assert said["setting.name"] == "Bloom Clinic"
    assert said["treatment.date"] == "2025-04-01"
    assert said["treatment.dose"] == "56 mg"
    assert (said["treatment.minutes"], said["treatment.ready-to-leave"]) == (Number("135"), Number("130"))
    assert (said["blood-pressure.at-40-systolic"], said["blood-pressure.at-40-diastolic"]) == (Number("132"), Number("85"))
    assert (said["events.sedation"], said["events.respiratory-depression"]) == (True, False)


def test_an_answer_says_where_it_is_from():
    """Each record with the field; what every form of the clinic says is from none."""
    answers = filled().answers
    from_ = {link: [(found.name, field) for found, field in answer.evidence] for link, answer in answers.items()}
    assert from_["events.sedation"] == [("adverse_event ae-3006", "event"), ("vitals v-3006-2", "sedation_score")]
    assert from_["vitals.acceptable-before"] == [("session s-3006, checks c4", "answer")]
    assert from_["setting.zip"] == []


def test_it_is_due_seven_days_after_the_treatment():
    """The last day of submission; none where no day is known."""
    assert filled().due == "2025-04-08"
    whole = session()
    whole["administrations"][0] |= {"start_at": "2025-04", "end_at": "2025-05"}
    assert filled(whole).due == ""


def without_check(what):
    return lambda whole: whole["checks"].remove(next(one for one in whole["checks"] if one["what"] == what))


def without_reading(number):
    return lambda whole: whole["vitals"].pop(number)


PIECES = {
    "ended_at": (lambda whole: (whole.pop("ended_at"), whole.pop("ready_to_leave_at")), {"treatment.minutes": "session s-3006: ended_at"}),
    "dose": (
        lambda whole: [whole["administrations"][0].pop(one) for one in ("dose_amount", "dose_unit")],
        {"treatment.dose": "administration a-3016: dose_amount"},
    ),
    "first treatment": (without_check("first_treatment"), {"patient.first-treatment": "checks where what = first_treatment: answer"}),
    "enrolled": (without_check("rems_enrolled"), {"patient.enrolled": "checks where what = rems_enrolled: answer"}),
    "medicines": (
        without_check("medicines_reviewed"),
        {f"concomitant.{one}": "what = medicines_reviewed" for one in ("benzodiazepines", "sedative-hypnotics", "opioids", "maois")},
    ),
    "range before": (without_check("vitals_acceptable_before"), {"vitals.acceptable-before": "what = vitals_acceptable_before"}),
    "range after": (without_check("vitals_acceptable_after"), {"vitals.acceptable-after": "what = vitals_acceptable_after"}),
    "before": (without_reading(0), {"blood-pressure.before-systolic": "phase = pre and bp_systolic: sbp_dbp"}),
    "at 40": (without_reading(1), {"blood-pressure.at-40-systolic": "phase = 40min", "blood-pressure.at-40-diastolic": "phase = 40min"}),
    "end": (
        without_reading(2),
        {"blood-pressure.end-systolic": "phase = discharge", "provider.last-name": "phase = discharge and bp_systolic: recorded_by"},
    ),
    "provider": (lambda whole: whole["vitals"][2].pop("recorded_by"), {"provider.email": "vitals v-3006-3: recorded_by"}),
    "effects": (
        lambda whole: (without_check("effects_reviewed")(whole), whole.pop("adverse_events"), whole["vitals"][1].pop("sedation_score")),
        {"events.sedation": "sedation_score = 4|3|2|1|0; session: checks where what = effects_reviewed and answer = yes"},
    ),
}


@pytest.mark.parametrize("piece", PIECES)
def test_a_missing_piece_is_named(piece):
    """The form is not complete, and the question says in which record and field the answer would be entered."""
    take, expected = PIECES[piece]
    whole = session()
    take(whole)
    one = filled(whole)
    assert not one.complete
    assert all(where in missing(one)[link] for link, where in expected.items()), missing(one)
    assert not missing(one).keys() & one.answers.keys()


def test_records_that_are_not_there_are_named():
    """Without the client and the practitioner their keys are told."""
    gaps = missing(fill(BLOOM, REMS, NEWER, session(), {}))
    assert gaps["patient.last-name"] == "the record is not there: patient c-2041: family"
    assert gaps["provider.email"] == "the record is not there: practitioner n-104: emails.email"


def test_the_setting_is_said_by_the_clinics_file():
    """The product knows no clinic: without one, the setting is missing."""
    plain = mappings()
    gaps = missing(fill(plain, form.of(plain)["spravato-rems-pmf"], NEWER, session(), beside()))
    assert gaps["setting.name"].endswith("forms/spravato-rems-pmf: about: questions: setting: name: +value")
    assert {link.partition(".")[0] for link in gaps} == {"setting"}


def test_what_the_form_does_not_require_may_be_missing():
    """Without a lot the form is complete, and the lot is named."""
    whole = session()
    del whole["administrations"][0]["lot_number"]
    one = filled(whole)
    assert one.complete
    assert missing(one) == {"treatment.lot": "the field has no value: administration a-3016: lot_number"}


@pytest.mark.parametrize("name", ["ordinary", "integration", "dose-held", "minimal", "cancelled"])
def test_other_sessions_are_told_that_it_is_not_for_them(name):
    """Ketamine by vein, no dose at all, or none that was given."""
    with pytest.raises(NotForIt, match="substance = esketamine and route = IN"):
        fill(mappings(), form.of(mappings())["spravato-rems-pmf"], NEWER, example(f"session/{name}"), beside())


def test_a_refused_dose_is_no_treatment():
    """Esketamine that was not given needs no form."""
    whole = session()
    whole["administrations"] = [
        {"administration_id": "a-1", "status": "refused", "substance": "esketamine", "route": "IN", "start_at": "2025-04-01"}
    ]
    with pytest.raises(NotForIt):
        filled(whole)


def test_two_doses_are_not_guessed():
    """Which of them the form is for, nobody can know."""
    whole = session()
    whole["administrations"].append({**whole["administrations"][0], "administration_id": "a-3017"})
    gaps = missing(filled(whole))
    assert gaps["treatment.dose"] == "2 records could be meant: administration a-3016; administration a-3017"


def test_a_record_that_is_not_valid_is_refused():
    """With its path, as by `convert`; records beside the session, too."""
    with pytest.raises(Refused, match=r"with\.patient\[0\]\.sex"):
        filled(along={"patient": [{"client_id": "c-2041", "family": "Exemplum"}]})


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"drug_class": "benzodiazepine"}, True),
        ({"drug_class": "antidepressant"}, False),
        ({"drug_class": None}, None),
        ({"drug_class": "benzodiazepine", "client_id": "c-1"}, False),
        ({"drug_class": "benzodiazepine", "started_on": "2025-04-02"}, False),
        ({"drug_class": "benzodiazepine", "started_on": "2025-04"}, True),
        ({"drug_class": "benzodiazepine", "status": "stopped"}, False),
        ({"drug_class": "benzodiazepine", "status": "stopped", "stopped_on": "2025-03-31"}, False),
        ({"drug_class": "benzodiazepine", "status": "stopped", "stopped_on": "2025-04-03"}, True),
        ({"drug_class": "benzodiazepine", "status": "entered_in_error"}, False),
    ],
)
def test_a_medicine_counts_if_it_was_taken_on_the_day(fields, answer):
    """Of this client, of its class; a medicine of no class leaves the question open."""
    one = filled(along={**beside(), "medication": [medicine(**fields)]})
    link = "concomitant.benzodiazepines"
    assert (one.answers[link].value if link in one.answers else None) is answer
    assert (link in missing(one)) is (answer is None)


def test_less_than_two_hours_is_told():
    """The number is on the form, and the form is not complete."""
    whole = session()
    whole["ended_at"] = "2025-04-01T10:59:30-06:00"
    one = filled(whole)
    assert one.answers["treatment.minutes"].value == Number("119")
    assert missing(one)["treatment.minutes"].startswith("119 is less than 120: ")
    assert not one.complete


@pytest.mark.parametrize(("amount", "answer"), [("84.0", "84 mg"), ("28", "28 mg")])
def test_another_dose_is_an_answer_of_its_own(amount, answer):
    """A dose is one of the form's whatever its decimals, or is said as it is."""
    whole = session()
    whole["administrations"][0]["dose_amount"] = Number(amount)
    assert filled(whole).answers["treatment.dose"].value == answer


def test_what_has_no_answer_on_the_form_is_told():
    """A check whose answer is `unknown` is neither yes nor no."""
    whole = session()
    whole["checks"][3]["answer"] = "unknown"
    assert missing(filled(whole))["vitals.acceptable-before"] == "what stands there is no answer to it: session s-3006, checks c4: answer"


@pytest.mark.parametrize("event", ["very sleepy", "apnea"])
def test_an_effect_that_nobody_can_place_is_not_a_no(event):
    """A word of no table, or one that may be it, leaves the question open although all effects were asked about."""
    whole = session()
    whole["adverse_events"] = [{"event_id": "e-9", "event": event}]
    one = filled(whole)
    assert missing(one)["events.respiratory-depression"] == "it cannot be told: adverse_event e-9: event"
    assert missing(one)["events.serious"] == "it cannot be told: adverse_event e-9: seriousness"
    assert one.answers["events.dissociation"].value is True


def test_a_serious_event_is_told():
    """Any seriousness but `not_serious`."""
    whole = session()
    whole["adverse_events"][0]["seriousness"] = "hospitalization"
    assert filled(whole).answers["events.serious"].value is True


def test_enrolment_is_asked_at_the_first_treatment_only():
    """Later it is neither an answer nor missing."""
    whole = session()
    whole["checks"][0]["answer"] = "no"
    del whole["checks"][1]
    one = filled(whole)
    assert one.complete
    assert "patient.enrolled" not in one.answers


def test_the_older_form_asks_less():
    """First treatment, opioids and respiratory depression are questions of the newer form."""
    asked = [{one.link for _, _, questions in REMS.questions(version) for one in questions} for version in REMS.versions]
    assert asked[1] - asked[0] == {"patient.first-treatment", "patient.enrolled", "concomitant.opioids", "events.respiratory-depression"}
    assert asked[0] < asked[1]


def test_the_last_reading_that_is_right_counts():
    """A reading that was taken again is the later one; one entered in error is none. Offsets are minded."""
    whole = session()
    first = whole["vitals"][0]
    again = {**first, "reading_id": "v-2", "recorded_at": "2025-04-01T14:58:00Z", "bp_systolic": Number("124")}
    wrong = {**first, "reading_id": "v-3", "recorded_at": "2025-04-01T08:59:00-06:00", "status": "entered_in_error"}
    whole["vitals"] += [again, wrong]
    assert filled(whole).answers["blood-pressure.before-systolic"].value == Number("124")


def test_readings_may_stand_beside_the_session():
    """A clinic that keeps them apart fills the same form; those of another session are not taken."""
    whole = session()
    apart = [{**one, "session_id": "s-3006", "client_id": "c-2041"} for one in whole.pop("vitals")]
    assert filled(whole, {**beside(), "vitals": apart}).complete
    others = [{**one, "session_id": "s-1"} for one in apart]
    assert not filled(whole, {**beside(), "vitals": others}).complete
