"""An answer is of its question's type, within its bounds, and one of its options."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.validate.asked import NO, UCUM, YES, answered, extension, form, found, item, response

KINDS = {
    "boolean": {"valueBoolean": True},
    "decimal": {"valueDecimal": 2.5},
    "integer": {"valueInteger": 2},
    "date": {"valueDate": "2024-05"},
    "dateTime": {"valueDateTime": "2024"},
    "time": {"valueTime": "10:40:00"},
    "string": {"valueString": "x"},
    "url": {"valueUri": "https://a.example"},
    "choice": {"valueCoding": YES},
    "attachment": {"valueAttachment": {"url": "https://a.example/x"}},
    "reference": {"valueReference": {"reference": "Patient/1"}},
    "quantity": {"valueQuantity": {"value": 1, "system": UCUM, "code": "mg"}},
}


def told(question: dict[str, Any], *answers: dict[str, Any]) -> list[str]:
    """The code of each error of the answers to one question."""
    return [code for code, _ in found(form(question), response(answered("q", *answers)))]


@pytest.mark.parametrize("kind", KINDS)
def test_each_type_of_question_has_its_type_of_answer(kind: str) -> None:
    """The answer to a question is of its type and of no other."""
    fits = [other for other, answer in KINDS.items() if not told(item("q", kind), answer)]
    assert fits == [kind]


def test_texts_and_choices_take_what_they_say() -> None:
    """A long text is a string, an open choice is a code or a text, and a choice may offer other things than codes."""
    assert told(item("q", "text"), {"valueString": "x"}) == []
    assert told(item("q", "open-choice"), {"valueString": "x"}) == told(item("q", "open-choice"), {"valueCoding": YES}) == []
    assert told(item("q", "open-choice"), {"valueBoolean": True}) == ["value"]
    assert told(item("q", "choice", answerOption=[{"valueInteger": 2}]), {"valueInteger": 2}) == []


@pytest.mark.parametrize(
    ("question", "good", "bad"),
    [
        (item("q", "choice", answerOption=[{"valueCoding": YES}]), {"valueCoding": {**YES, "display": "Yes"}}, {"valueCoding": NO}),
        (item("q", "choice", answerOption=[{"valueCoding": YES}]), {"valueCoding": YES}, {"valueCoding": {"code": "yes"}}),
        (item("q", "choice", answerOption=[{"valueCoding": YES}]), {"valueCoding": YES}, {"valueCoding": {"display": "Yes"}}),
        (item("q", "choice", answerOption=[{"valueString": "a"}]), {"valueString": "a"}, {"valueString": "A"}),
        (item("q", "integer", answerOption=[{"valueInteger": 0}, {"valueInteger": 1}]), {"valueInteger": 1}, {"valueInteger": 2}),
        (item("q", "open-choice", answerOption=[{"valueCoding": YES}]), {"valueString": "else"}, {"valueCoding": NO}),
    ],
)
def test_an_answer_is_one_of_the_options(question: dict[str, Any], good: dict[str, Any], bad: dict[str, Any]) -> None:
    """What a question does not offer is no answer; an open choice takes any text, but no other code."""
    assert told(question, good) == []
    assert told(question, bad) == ["code-invalid"]


def test_an_exclusive_option_stands_alone() -> None:
    """An option marked so is not chosen together with others."""
    none = {"valueCoding": NO, "extension": [extension("questionnaire-optionExclusive", valueBoolean=True)]}
    question = item("q", "choice", repeats=True, answerOption=[{"valueCoding": YES}, none])
    assert told(question, {"valueCoding": NO}) == []
    assert told(question, {"valueCoding": YES}, {"valueCoding": NO}) == ["value"]


@pytest.mark.parametrize(
    ("kind", "said", "good", "bad"),
    [
        ("decimal", [extension("minValue", valueDecimal=1.5)], [{"valueDecimal": 1.5}], {"valueDecimal": 1.4}),
        ("integer", [extension("maxValue", valueInteger=10)], [{"valueInteger": 10}], {"valueInteger": 11}),
        (
            "date",
            [extension("minValue", valueDate="2020-05-01")],
            [{"valueDate": "2020"}, {"valueDate": "2020-05"}],
            {"valueDate": "2020-04"},
        ),
        ("time", [extension("minValue", valueTime="08:00:00")], [{"valueTime": "08:00:00"}], {"valueTime": "07:59:59"}),
        (
            "dateTime",
            [extension("maxValue", valueDateTime="2024-01-01T00:00:00Z")],
            [{"valueDateTime": "2024-01-01T01:00:00+02:00"}, {"valueDateTime": "2024"}],
            {"valueDateTime": "2023-12-31T23:30:00-01:00"},
        ),
        ("decimal", [extension("maxDecimalPlaces", valueInteger=1)], [{"valueDecimal": 1.5}, {"valueDecimal": 2}], {"valueDecimal": 1.55}),
        ("string", [extension("minLength", valueInteger=2)], [{"valueString": "ab"}], {"valueString": "a"}),
        (
            "reference",
            [extension("questionnaire-referenceResource", valueCode=name) for name in ("Patient", "Group")],
            [{"valueReference": {"reference": "Group/1"}}, {"valueReference": {"display": "x"}}],
            {"valueReference": {"reference": "Device/1"}},
        ),
    ],
)
def test_extensions_bound_an_answer(kind: str, said: list[Any], good: list[Any], bad: dict[str, Any]) -> None:
    """Least and greatest values, decimal places, lengths and types of resources bind; a date too vague to tell passes."""
    question = item("q", kind, extension=said)
    assert [told(question, answer) for answer in good] == [[] for _ in good]
    assert told(question, bad) == ["value"]


@pytest.mark.parametrize(("kind", "name", "short", "long"), [("string", "String", "abc", "abcd"), ("decimal", "Decimal", 1.5, 1.25)])
def test_an_answer_is_no_longer_than_its_question_allows(kind: str, name: str, short: object, long: object) -> None:
    """`maxLength` counts the characters of texts and of numbers."""
    question = item("q", kind, maxLength=3)
    assert told(question, {f"value{name}": short}) == []
    assert told(question, {f"value{name}": long}) == ["value"]


def test_a_regular_expression_is_said_to_be_unchecked() -> None:
    """The expression of a form is not run, since it may take for ever on an answer made for that."""
    asked = form(item("q", "string", extension=[extension("regex", valueString="(a+)+b")]))
    given = response(answered("q", valueString="a" * 64))
    assert found(asked, given, "information") == [("not-supported", "item[0].answer[0].valueString")]
