"""The file of a form: it names records and fields that exist and may leave the clinic, or it does not load."""

from __future__ import annotations

import pytest

from service.diagnostics.diagnostic import Diagnostics
from service.instruments import form
from service.mapping import library
from service.mapping.library import Texts
from tests.support.mappings import FOLDER, mappings

PATH = "forms/spravato-rems-pmf.yaml"


def loaded(old, new):
    """The forms of the mappings with one text of the file changed."""
    texts = library.read(FOLDER)
    assert texts.files[PATH].count(old) == 1
    return form.of(library.check(Texts(texts.name, {**texts.files, PATH: texts.files[PATH].replace(old, new)})))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("dose.lot_number", "session.notes", "error[KAP102]: there is no field `notes`"),
        ("session.checks where what = first_treatment", "session where notes", "error[KAP102]: there is no field `notes`"),
        ("dose.lot_number", "dose.lot_numbr", "error[KAP102]: there is no field `lot_numbr`"),
        ("dose.lot_number", "doses.lot_number", "error[KAP704]: there is no item `doses`"),
        ("dose.lot_number", "lot number", "error[KAP705]: `lot number` is not understood"),
        ("practitioner of end", "practitionr of end", "error[KAP115]: there is no record kind `practitionr`"),
        ("what = rems_enrolled", "what = rems_enroled", "error[KAP103]: `what` never has the value `rems_enroled`"),
        ("what = rems_enrolled", "what = ", "error[KAP023]: `what =` is not a condition"),
        ("event = apnea|hypoxia", "event = apnoea|hypoxia", "error[KAP103]: `event` never has the value `apnoea`"),
        ("answer: dose.lot_number", "from: dose.lot_number", "error[KAP701]: there is no `from`"),
        ("of session.client_id", "of client.client_id", "error[KAP704]: there is no item `client`"),
        ("session.checks where what = first_treatment", "session.check where what = first_treatment", "error[KAP102]"),
        ("started_on..stopped_on", "started..stopped_on", "error[KAP102]: there is no field `started`"),
        ("  for: dose.start_at", "  # for: dose.start_at", "error[KAP702]: `for` is missing"),
        ("completed by: provider", "completed by: providr", "error[KAP703]: `completed by` cannot be `providr`"),
    ],
)
def test_a_mistake_is_told(old, new, told):
    """With file and line; a field that stays in the clinic is none for a form."""
    with pytest.raises(Diagnostics) as refused:
        loaded(old, new)
    assert told in str(refused.value)
    assert f"mappings/{PATH}:" in str(refused.value)


def test_a_unit_is_one_of_ucum():
    """A quantity says its unit by a code that base.yaml has."""
    with pytest.raises(Diagnostics, match="KAP109"):
        loaded('answer: end.bp_diastolic, unit: "mm[Hg]"', "answer: end.bp_diastolic, unit: mmHg")


def test_every_question_has_a_type_and_a_name_of_its_own():
    """The type follows from where the answer stands."""
    [rems] = form.of(mappings()).values()
    questions = {one.link: one.type for _, _, part in rems.questions(rems.versions[-1]) for one in part}
    assert len(questions) == sum(len(part) for _, _, part in rems.questions(rems.versions[-1]))
    assert {link: questions[link] for link in ("patient.birth-date", "patient.sex", "treatment.dose", "treatment.minutes")} == {
        "patient.birth-date": "date", "patient.sex": "choice", "treatment.dose": "open-choice", "treatment.minutes": "integer",
    }  # fmt: skip
    assert {questions["blood-pressure.end-systolic"], questions["events.sedation"], questions["vitals.acceptable-after"]} == {
        "quantity", "boolean",
    }  # fmt: skip
