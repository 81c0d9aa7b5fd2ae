"""A Questionnaire of all that R4 has, responses to it, and what validation says of them."""

from __future__ import annotations

from typing import Any

from service.fhir import json
from service.fhir.guide import Guide
from service.fhir.json import Value
from service.fhir.validate import validate

FORM = "https://a.example/Questionnaire/all"
YES = {"system": "https://a.example/answers", "code": "yes"}
NO = {"system": "https://a.example/answers", "code": "no"}
UCUM = "http://unitsofmeasure.org"


def extension(name: str, **value: Any) -> dict[str, Any]:
    """One of R4's extensions."""
    return {"url": f"http://hl7.org/fhir/StructureDefinition/{name}", **value}


def item(link: str, kind: str, **more: Any) -> dict[str, Any]:
    """An item of a Questionnaire."""
    return {"linkId": link, "type": kind, "text": link, **more}


def when(question: str, operator: str, **answer: Any) -> list[dict[str, Any]]:
    """One condition."""
    return [{"question": question, "operator": operator, **answer}]


def form(*items: dict[str, Any], **more: Any) -> Value:
    """A Questionnaire."""
    return json.from_python({"resourceType": "Questionnaire", "url": FORM, "version": "1", "status": "active", "item": [*items], **more})


def answered(link: str, *given: dict[str, Any], **value: Any) -> dict[str, Any]:
    """An item of a response with an answer, or the answers given."""
    return {"linkId": link, "answer": [*given] or [value]}


def response(*items: dict[str, Any], status: str = "completed", **more: Any) -> Value:
    """A response to the Questionnaire."""
    made = {"resourceType": "QuestionnaireResponse", "questionnaire": FORM, "status": status, **more}
    return json.from_python({**made, **({"item": [*items]} if items else {})})


def found(asked: Value, given: Value, severity: str = "error") -> list[tuple[str, str]]:
    """Code and place (without the type) of each finding of a severity about a response to a Questionnaire, but for invariants."""
    guide = Guide(questionnaires={FORM: asked})
    return [
        (one.code, one.expression.partition(".")[2])
        for one in validate(given, guide=guide)
        if one.severity == severity and one.code != "invariant"
    ]
