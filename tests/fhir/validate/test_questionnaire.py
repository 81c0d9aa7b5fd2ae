"""A Questionnaire can be answered as it says."""

from __future__ import annotations

from typing import Any

import pytest

from service.fhir import json
from service.fhir.json import Value
from service.fhir.validate import fast, validate
from tests.fhir.validate.asked import YES, form, item, when


def told(asked: Value) -> list[tuple[str, str]]:
    """Severity and place of what is said of a Questionnaire."""
    return [(one.severity, one.expression.partition(".")[2]) for one in validate(asked) if one.code != "invariant"]


@pytest.mark.parametrize(
    ("items", "wanted"),
    [
        ([item("a", "boolean"), item("b", "string", enableWhen=when("a", "=", answerBoolean=True))], []),
        ([item("a", "boolean", item=[item("b", "string", enableWhen=when("a", "=", answerBoolean=True))])], []),
        ([item("a", "group", item=[item("c", "string")]), item("b", "string", enableWhen=when("a", "exists", answerBoolean=True))], []),
        ([item("b", "string", enableWhen=when("x", "=", answerBoolean=True))], [("error", "item[0].enableWhen[0].question")]),
        ([item("b", "boolean", enableWhen=when("b", "=", answerBoolean=True))], [("error", "item[0].enableWhen[0].question")]),
        (
            [item("g", "group", item=[item("b", "boolean")], enableWhen=when("b", "=", answerBoolean=True))],
            [("error", "item[0].enableWhen[0].question")],
        ),
        (
            [item("b", "string", enableWhen=when("a", "=", answerBoolean=True)), item("a", "boolean")],
            [("warning", "item[0].enableWhen[0].question")],
        ),
        (
            [item("a", "boolean"), item("b", "string", enableWhen=when("a", "=", answerString="x"))],
            [("warning", "item[1].enableWhen[0].answerString")],
        ),
    ],
)
def test_conditions_refer_to_questions_before_them(items: list[dict[str, Any]], wanted: list[tuple[str, str]]) -> None:
    """A condition names an item that is there, not itself nor one inside, and asks for an answer that the question can have."""
    assert told(form(*items)) == wanted


@pytest.mark.parametrize(
    ("question", "place"),
    [
        (item("a", "boolean", initial=[{"valueBoolean": True}]), ""),
        (item("a", "integer", answerOption=[{"valueInteger": 1}]), ""),
        (item("a", "choice", answerOption=[{"valueString": "x"}, {"valueCoding": YES}]), ""),
        (item("a", "open-choice", initial=[{"valueString": "x"}]), ""),
        (item("a", "boolean", initial=[{"valueString": "x"}]), "initial[0].valueString"),
        (item("a", "decimal", initial=[{"valueInteger": 1}]), "initial[0].valueInteger"),
        (item("a", "integer", answerOption=[{"valueInteger": 1}, {"valueString": "x"}]), "answerOption[1].valueString"),
    ],
)
def test_values_of_an_item_are_of_its_type(question: dict[str, Any], place: str) -> None:
    """Initial values and options are answers that the question can have; a choice offers what it likes."""
    assert told(form(item("g", "group", item=[question]))) == ([("error", f"item[0].item[0].{place}")] if place else [])


def test_the_fast_path_leaves_questionnaires_to_the_other() -> None:
    """Neither a Questionnaire nor what contains one is accepted without its conditions being looked at."""
    asked = form(item("a", "string"))
    holder = {"resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": "#q", "contained": [{**asked, "id": "q"}]}
    assert not fast.accepts(json.write(asked))
    assert not fast.accepts(json.write(holder))
