"""A form as a Questionnaire, and a filled one as a QuestionnaireResponse. R4 questionnaire.html, questionnaireresponse.html."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from service.fhir import ucum
from service.fhir.json import Value
from service.instruments.filled import Answer, Evidence, Filled
from service.instruments.form import Form, Question
from service.instruments.questionnaire import Resource, head
from service.mapping import counterpart
from service.mapping.identity import Own
from service.mapping.library import Library
from service.mapping.receiver import Receiver
from service.mapping.vocabulary import Vocabulary
from service.mapping.walk.write import write

EVIDENCE: Mapping[str, set[str]] = {"answered-from": {"QuestionnaireResponse.item.item.answer"}}
"""The extension of ours that responses use, with the element that it stands on: `publish.definitions` takes it."""

_UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption"
_ELEMENTS = {
    "boolean": "valueBoolean",
    "integer": "valueInteger",
    "quantity": "valueQuantity",
    "date": "valueDate",
}
"""The element of an answer by the type of its question; all others are texts."""


def questionnaire(form: Form, version: str, names: Vocabulary) -> Resource:
    """The Questionnaire of a version of a form."""
    return {
        **head(names, form.id, form.url, form.title, form.copyright),
        "id": f"{form.id}-{version}",
        "version": version,
        "item": [
            {"linkId": link, "text": title, "type": "group", "item": [_question(one, names) for one in questions]}
            for link, title, questions in form.questions(version)
        ],
    }


def response(mapped: Library, filled: Filled) -> Resource:
    """The QuestionnaireResponse of a filled form: completed, or in progress where a required answer is missing.

    Each answer names the resources that it is from, as they are written for our own server.
    """
    form, session, names = filled.form, filled.session.record, mapped.names
    ours = Receiver(names.base, names.kinds)
    by = filled.named[form.completed_by]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": f"{session['session_id']}.{form.id}",
        "identifier": {"system": f"{names.base}/sid/{form.id}", "value": session["session_id"]},
        "questionnaire": f"{form.url.replace('{base}', names.base)}|{filled.version}",
        "status": "completed" if filled.complete else "in-progress",
        "subject": ours.reference("Patient", session["client_id"]),
        "encounter": ours.reference("Encounter", session["session_id"]),
        **({"authored": session["ended_at"]} if "ended_at" in session else {}),
        **({"source": ours.reference("Practitioner", by[0].record[by[0].kind.key])} if by else {}),
        "item": list(_groups(mapped, filled)),
    }


def _groups(mapped: Library, filled: Filled) -> Iterator[Resource]:
    for link, title, questions in filled.form.questions(filled.version):
        told = [filled.answers[one.link] for one in questions if one.link in filled.answers]
        if told:
            yield {"linkId": link, "text": title, "item": [_answered(mapped, one) for one in told]}


def _answered(mapped: Library, answer: Answer) -> Resource:
    asked = answer.question
    value = _quantity(answer.value, asked.unit, mapped.vocabulary) if asked.type == "quantity" else answer.value
    url = mapped.vocabulary.extensions["answered-from"].url
    references = {
        one["identifier"]["system"] + one["identifier"]["value"]: one for one in map(partial(_reference, mapped), answer.evidence)
    }
    extensions = [{"url": url, "valueReference": one} for one in references.values()]
    told = {**({"extension": extensions} if extensions else {}), _ELEMENTS.get(asked.type, "valueString"): value}
    return {"linkId": asked.link, "text": asked.text, "answer": [told]}


def _reference(mapped: Library, evidence: Evidence) -> Value:
    """A Reference to the resource that holds a field of a record; to the record's first one where the field is a condition only."""
    found, name = evidence
    kind, receiver = found.kind, Receiver(mapped.names.base, mapped.names.kinds)
    item = found.item_id or ""
    written = [one for one in write(kind, found.record, counterpart.links(kind, receiver)) if one.item == item or not item]
    holding = [
        one for one in written if any(name in {field.name for field in leaf.term.fields} for leaf in one.leaves.values() if leaf.two_way)
    ]
    one = (holding or written)[0]
    return receiver.to(one.shape.type, Own(kind.name, found.record[kind.key], one.shape.ending, one.item))


def _question(one: Question, names: Vocabulary) -> Resource:
    asked_when = {"enableWhen": [{"question": one.asked_when, "operator": "=", "answerBoolean": True}]} if one.asked_when else {}
    options = [] if one.type == "boolean" else [{"valueString": word} for word in one.answers.values()]
    unit = {"system": ucum.SYSTEM, "code": one.unit, "display": names.units[one.unit][0]} if one.unit else {}
    return {
        **({"extension": [{"url": _UNIT, "valueCoding": unit}]} if unit else {}),
        "linkId": one.link,
        "text": one.text,
        "type": one.type,
        **asked_when,
        **({"required": True} if one.required else {}),
        **({"answerOption": options} if options else {}),
    }


def _quantity(value: Value, unit: str, names: Vocabulary) -> Resource:
    return {"value": value, "unit": names.units[unit][0], "system": ucum.SYSTEM, "code": unit}
