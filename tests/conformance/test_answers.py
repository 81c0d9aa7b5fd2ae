"""Our verdicts on answers are those of HL7's validator, but for what docs/validator.md says of Questionnaires."""

from __future__ import annotations

import os
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

import pytest

from service.fhir import json
from service.fhir.guide import Guide
from service.fhir.json import Value
from service.fhir.validate import validate
from tests.conformance import hl7
from tests.fhir.validate.asked import NO, YES, answered, extension, form, item, response, when
from tests.support.mappings import FOLDER
from tests.support.published import questionnaires

pytestmark = pytest.mark.conformance

ASKED = form(
    item("intro", "display"),
    item("sure", "boolean", required=True),
    item("amount", "decimal", extension=[extension("minValue", valueDecimal=1.5), extension("maxDecimalPlaces", valueInteger=1)]),
    item("number", "integer", extension=[extension("maxValue", valueInteger=10)]),
    item("grade", "integer", answerOption=[{"valueInteger": 0}, {"valueInteger": 1}]),
    item("day", "date"),
    item("word", "string", maxLength=5, repeats=True),
    item("choice", "choice", answerOption=[{"valueCoding": YES}, {"valueCoding": NO}]),
    item("open", "open-choice", answerOption=[{"valueCoding": YES}]),
    item("parent", "boolean", item=[item("child", "string", required=True), item("other child", "string")]),
    item(
        "group",
        "group",
        repeats=True,
        item=[
            item("asks", "boolean", required=True),
            item("then", "string", required=True, enableWhen=when("asks", "=", answerBoolean=True)),
        ],
    ),
    item("once", "group", enableWhen=when("choice", "=", answerCoding=YES), item=[item("inside", "string", required=True)]),
    item("some", "string", enableWhen=when("choice", "exists", answerBoolean=True)),
    item("none", "string", enableWhen=when("choice", "exists", answerBoolean=False)),
    item("more", "string", enableWhen=when("number", ">", answerInteger=3)),
    item(
        "both",
        "string",
        enableBehavior="all",
        enableWhen=when("number", "<=", answerInteger=3) + when("choice", "=", answerCoding=NO),
    ),
    name="All",
    title="All",
)
FULL = response(
    answered("sure", valueBoolean=True),
    answered("amount", valueDecimal=2.5),
    answered("number", valueInteger=2),
    answered("grade", valueInteger=1),
    answered("day", valueDate="2024-05-14"),
    answered("word", {"valueString": "a"}, {"valueString": "b"}),
    answered("choice", valueCoding=NO),
    answered("open", valueString="else"),
    answered("parent", valueBoolean=True, item=[answered("child", valueString="x"), answered("other child", valueString="x")]),
    {"linkId": "group", "item": [answered("asks", valueBoolean=True), answered("then", valueString="x")]},
    {"linkId": "group", "item": [answered("asks", valueBoolean=False)]},
    answered("some", valueString="x"),
    answered("both", valueString="x"),
    authored="2024-05-14",
    subject={"reference": "Patient/1"},
)
VALUES = [
    *({"valueBoolean": True}, {"valueInteger": 1}, {"valueInteger": 40}, {"valueDecimal": 2.5}, {"valueDecimal": 2.55}),
    *({"valueString": "x"}, {"valueString": "a longer text"}, {"valueDate": "2024-05"}, {"valueCoding": YES}, {"valueCoding": NO}),
]
STATUSES = ("completed", "amended", "in-progress", "stopped")


def ours() -> list[Value]:
    """The responses in our examples, each alone, with plain references and without texts, which HL7's validator compares."""
    found = [
        one
        for path in sorted((FOLDER / "examples").glob("questionnaire_response/*.fhir.json"))
        for one in inside(json.read(path.read_bytes()))
    ]
    return [{name: value for name, value in one.items() if name not in ("encounter", "author", "source")} | subject(one) for one in found]


def inside(value: Value) -> Iterator[dict[str, Value]]:
    """The responses in a resource."""
    if value["resourceType"] == "QuestionnaireResponse":
        yield value
    for entry in value.get("entry", ()):
        yield from inside(entry["resource"])


def subject(one: dict[str, Value]) -> dict[str, Value]:
    """The subject and the items of a response, without what is not to be compared."""
    items = [{name: value for name, value in item.items() if name != "text"} for item in one.get("item", ())]
    return {"subject": {"reference": "Patient/1"}} | ({"item": items} if items else {})


def spoilt(whole: Value, random: Random) -> Value:
    """A response with one to three changes: an item or answer that goes, comes twice, moves, or is another; another status."""
    made = deepcopy(whole)
    for _ in range(random.randint(1, 3)):
        places = [*holders(made)]
        if not places:
            break
        items = random.choice(places)
        one, other = random.choice(items), random.choice(random.choice(places))
        match random.randrange(7):
            case 0:
                items.remove(one)
            case 1:
                items.insert(random.randint(0, len(items)), deepcopy(one))
            case 2:
                one["linkId"] = other["linkId"]
            case 3:
                one["answer"] = [json.from_python(random.choice(VALUES))]
            case 4:
                one["answer"] = [*one.get("answer", []), json.from_python(random.choice(VALUES))]
            case 5:
                one.pop("answer", None)
            case _:
                made["status"] = random.choice(STATUSES)
    return pruned(made)


def holders(value: Value) -> Iterator[list[Any]]:
    """Every list of items in a response."""
    if isinstance(value, dict):
        if value.get("item"):
            yield value["item"]
        for inner in value.values():
            yield from holders(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from holders(inner)


def pruned(value: Value) -> Value:
    """A value without empty lists."""
    if isinstance(value, dict):
        return {name: pruned(inner) for name, inner in value.items() if inner != []}
    return [pruned(inner) for inner in value] if isinstance(value, list) else value


def test_our_verdicts_on_answers_are_those_of_hl7() -> None:
    """Responses to our instruments and to a form with all that R4 has, whole and changed: each is accepted by both or by none."""
    random = Random(int(os.environ.get("ORACLE", "1")))
    whole = [FULL, *ours()]
    made = [*whole, *(spoilt(FULL, random) for _ in range(200)), *(spoilt(random.choice(whole), random) for _ in range(300))]
    texts = {str(number): json.write(one) for number, one in enumerate(made)}
    forms = [ASKED, *questionnaires()]
    guide = Guide(questionnaires={one["url"]: one for one in forms})
    theirs = hl7.errors(texts, forms)
    refused = {name for name, text in texts.items() if any(one.severity == "error" for one in validate(json.read(text), guide=guide))}
    assert [(name, theirs.get(name)) for name in refused ^ theirs.keys()] == []
    assert {"0"} <= texts.keys() - refused
    assert len(refused) > 200
    assert len(texts.keys() - refused) > 100
