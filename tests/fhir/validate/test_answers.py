"""A response has the items of its Questionnaire, in their places, as often as it asks."""

from __future__ import annotations

from typing import Any

import pytest

from service.fhir.guide import Guide
from service.fhir.validate import validate
from tests.fhir.validate.asked import FORM, NO, YES, answered, extension, form, found, item, response, when

ASKED = form(
    item("intro", "display"),
    item("first", "boolean", required=True),
    item("some", "string", repeats=True),
    item("parent", "boolean", item=[item("child", "string", required=True), item("other child", "string")]),
    item("group", "group", repeats=True, item=[item("in group", "boolean", required=True), item("after", "string")]),
    item("once", "group", item=[item("in once", "string")]),
)
FIRST = answered("first", valueBoolean=True)
CHILD = answered("child", valueString="x")
IN_GROUP = answered("in group", valueBoolean=True)

GOOD: list[list[dict[str, Any]]] = [
    [FIRST],
    [{"linkId": "intro"}, FIRST],
    [FIRST, answered("some", {"valueString": "a"}, {"valueString": "b"})],
    [FIRST, answered("parent", valueBoolean=True, item=[CHILD])],
    [FIRST, {"linkId": "parent"}],
    [FIRST, {"linkId": "group", "item": [IN_GROUP]}, {"linkId": "group", "item": [IN_GROUP]}],
    [{"linkId": "first", "answer": [{"extension": [extension("data-absent-reason", valueCode="unknown")]}]}],
]
BROKEN: list[tuple[list[dict[str, Any]], list[tuple[str, str]]]] = [
    ([], [("required", "")]),
    ([{"linkId": "first"}], [("required", "item[0]")]),
    ([FIRST, answered("none", valueString="x")], [("not-found", "item[1].linkId")]),
    ([FIRST, IN_GROUP], [("structure", "item[1].linkId")]),
    ([FIRST, {"linkId": "group", "item": [IN_GROUP, CHILD]}], [("structure", "item[1].item[1].linkId")]),
    ([answered("some", valueString="x"), FIRST], [("structure", "item[1]")]),
    ([FIRST, {"linkId": "group", "item": [answered("after", valueString="x"), IN_GROUP]}], [("structure", "item[1].item[1]")]),
    ([FIRST, FIRST], [("structure", "item[1]")]),
    ([answered("first", {"valueBoolean": True}, {"valueBoolean": False})], [("structure", "item[0].answer[1]")]),
    ([answered("intro", valueString="x"), FIRST], [("structure", "item[0]")]),
    ([{"linkId": "intro", "item": [FIRST]}, FIRST], [("structure", "item[0].item[0].linkId")]),
    ([FIRST, answered("group", valueString="x")], [("structure", "item[1]"), ("required", "item[1]")]),
    ([FIRST, {"linkId": "group"}], [("required", "item[1]")]),
    ([FIRST, answered("parent", valueBoolean=True)], [("required", "item[1].answer[0]")]),
    ([FIRST, {"linkId": "parent", "item": [CHILD]}], [("structure", "item[1]")]),
    ([FIRST, *[{"linkId": "once", "item": [answered("in once", valueString="x")]}] * 2], [("structure", "item[2]")]),
]


@pytest.mark.parametrize("items", GOOD, ids=range(len(GOOD)))
def test_a_good_response_has_no_error(items: list[dict[str, Any]]) -> None:
    """What the Questionnaire asks, where it asks it, is right; optional items may be left out."""
    assert found(ASKED, response(*items)) == []


@pytest.mark.parametrize(("items", "wanted"), BROKEN, ids=range(len(BROKEN)))
def test_what_breaks_the_form_is_found_at_its_place(items: list[dict[str, Any]], wanted: list[tuple[str, str]]) -> None:
    """An item that is missing, unknown, elsewhere, out of order or there too often is found."""
    assert found(ASKED, response(*items)) == wanted


@pytest.mark.parametrize("status", ["in-progress", "stopped", "entered-in-error"])
def test_only_a_complete_response_has_all_that_is_required(status: str) -> None:
    """Answers are required of completed and amended responses."""
    assert found(ASKED, response(status=status)) == []
    assert found(ASKED, response(status="amended")) == [("required", "")]


def test_repeated_answers_stand_in_one_item() -> None:
    """Two items for the answers to one repeated question give a warning."""
    twice = response(FIRST, answered("some", valueString="a"), answered("some", valueString="b"))
    assert found(ASKED, twice) == []
    assert found(ASKED, twice, "warning") == [("structure", "item[2]")]


def test_a_required_group_has_something_in_it() -> None:
    """A group that is required must be there and not be empty; what is in it may be without answer."""
    asked = form(item("group", "group", required=True, item=[item("inner", "string")]))
    assert found(asked, response(FIRST)) == [("required", ""), ("not-found", "item[0].linkId")]
    assert found(asked, response({"linkId": "group"})) == [("required", "item[0]")]
    assert found(asked, response({"linkId": "group", "item": [{"linkId": "inner"}]})) == []


def test_an_item_that_is_not_enabled_has_no_answer() -> None:
    """A condition that does not hold takes its item, and all that is in it, out of what is asked and of what may be answered."""
    inner = item("inner", "string", required=True)
    asked = form(item("ask", "boolean"), item("more", "group", enableWhen=when("ask", "=", answerBoolean=True), item=[inner]))
    more = {"linkId": "more", "item": [answered("inner", valueString="x")]}
    yes, no = answered("ask", valueBoolean=True), answered("ask", valueBoolean=False)
    assert found(asked, response(yes, more)) == found(asked, response(no)) == found(asked, response(no, {"linkId": "more"})) == []
    assert found(asked, response(no, more)) == [("business-rule", "item[1]")]
    assert found(asked, response(yes, {"linkId": "more"})) == [("required", "item[1]")]


def test_numbers_of_answers_are_counted() -> None:
    """The extensions minOccurs and maxOccurs bound the answers to a question."""
    bounds = [extension("questionnaire-minOccurs", valueInteger=2), extension("questionnaire-maxOccurs", valueInteger=3)]
    asked = form(item("some", "string", repeats=True, extension=bounds))
    given = [{"valueString": text} for text in "abcd"]
    assert found(asked, response(answered("some", *given[:2]))) == found(asked, response(answered("some", *given[:3]))) == []
    assert found(asked, response(answered("some", *given[:1]))) == [("structure", "item[0]")]
    assert found(asked, response(answered("some", *given))) == [("structure", "item[0]")]


def test_value_sets_are_those_of_r4_of_the_form_and_of_the_guide() -> None:
    """An answer from a value set must be one of its codes, where these are known; where not, that is said."""
    listed = {"resourceType": "ValueSet", "id": "v", "status": "active"}
    concepts = {"system": YES["system"], "concept": [{"code": "yes"}]}
    asked = form(
        item("gender", "choice", answerValueSet="http://hl7.org/fhir/ValueSet/administrative-gender"),
        item("own", "choice", answerValueSet="#v"),
        item("unknown", "choice", answerValueSet="https://a.example/ValueSet/unknown"),
        contained=[{**listed, "compose": {"include": [concepts]}}],
    )
    male = {"system": "http://hl7.org/fhir/administrative-gender", "code": "male"}
    good = response(*(answered(link, valueCoding=coding) for link, coding in [("gender", male), ("own", YES), ("unknown", NO)]))
    bad = response(answered("gender", valueCoding=YES), answered("own", valueCoding=NO))
    assert found(asked, good) == []
    assert found(asked, good, "information") == [("not-supported", "item[2].answer[0].valueCoding")]
    assert found(asked, bad) == [("code-invalid", f"item[{number}].answer[0].valueCoding") for number in (0, 1)]


@pytest.mark.parametrize("compose", [{"include": [{"system": "x"}]}, {"include": [{"valueSet": ["x"]}]}, {"exclude": []}, "x", {}, None])
def test_a_value_set_that_lists_no_codes_is_not_judged(compose: Any) -> None:
    """A value set in the form that is not a plain list of codes says so, and nothing more."""
    asked = form(item("own", "choice", answerValueSet="#v"), contained=[{"resourceType": "ValueSet", "id": "v", "compose": compose}])
    given = response(answered("own", valueCoding=YES))
    assert found(asked, given) == []
    assert found(asked, given, "information") == ([("not-supported", "item[0].answer[0].valueCoding")])


def test_an_unknown_questionnaire_is_said_to_be_unknown() -> None:
    """Nothing is asked of the answers to a Questionnaire that nobody handed in, or of which the version is another."""
    for url in ("https://a.example/Questionnaire/other", f"{FORM}|2"):
        given = response(answered("x", valueString="x"), questionnaire=url)
        assert found(ASKED, given) == []
        assert found(ASKED, given, "information") == [("not-found", "questionnaire")]
    assert found(ASKED, response(FIRST, questionnaire=f"{FORM}|1"), "information") == []


def test_a_questionnaire_may_be_contained() -> None:
    """A response may bring its Questionnaire along."""
    given = response(FIRST, questionnaire="#own", contained=[{**form(item("other", "string")), "id": "own"}])
    assert ("not-found", "item[0].linkId") in found(ASKED, given)


def test_no_message_repeats_an_answer() -> None:
    """What is told of an answer, or of an unknown item, does not hold it."""
    asked = form(item("some", "string", maxLength=3), item("one", "choice", answerOption=[{"valueString": "a"}]))
    given = response(answered("some", valueString="secret"), answered("one", valueString="secret"), answered("secret", valueString="x"))
    told = validate(given, guide=Guide(questionnaires={FORM: asked}))
    assert len([one for one in told if one.severity == "error"]) == 3
    assert not any("secret" in one.message for one in told)


@pytest.mark.parametrize(
    "broken", [None, "x", [], [None], ["x"], [{}], [{"linkId": 1}], {"linkId": "first"}, [{"linkId": "first", "type": 1}]]
)
def test_what_is_malformed_is_passed_over(broken: Any) -> None:
    """A Questionnaire or a response whose items are no items is judged as far as it can be read."""
    known = Guide(questionnaires={FORM: ASKED})
    validate(response(FIRST), guide=Guide(questionnaires={FORM: form() | {"item": broken}}))
    validate(response() | {"item": broken}, guide=known)
    validate(response() | {"item": [{"linkId": "first", "answer": broken}]}, guide=known)
