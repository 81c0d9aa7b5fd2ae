"""What a Questionnaire must be beyond its invariants: conditions that can be met, values that fit (R4 questionnaire-definitions.html)."""

from __future__ import annotations

from collections.abc import Mapping

from service.fhir import choices, questions
from service.fhir.json import Value
from service.fhir.questions import ANSWERS, Question
from service.fhir.validate import links
from service.fhir.validate.findings import Findings

_RULE = f"{links.R4}questionnaire.html"

_Numbered = Mapping[str, tuple[int, Question]]
"""The questions by linkId, each with its number in the order of the Questionnaire; of a linkId that stands twice the last."""


def check(resource: Mapping[str, Value], place: str, findings: Findings) -> None:
    """Check a Questionnaire: what `enableWhen` refers to, and the types of initial values and answer options."""
    by_link = {one.link: (number, one) for number, one in enumerate(questions.every(questions.form(resource).asked))}
    _check_items(resource, place, by_link, findings)


def _check_items(holder: Mapping[str, Value], place: str, by_link: _Numbered, findings: Findings) -> None:
    for index, item in choices.objects(holder, "item"):
        spot, link = f"{place}.item[{index}]", item.get("linkId")
        if isinstance(link, str) and link in by_link and by_link[link][1].item is item:
            _check_conditions(link, spot, by_link, findings)
            _check_values(by_link[link][1], spot, findings)
        _check_items(item, spot, by_link, findings)


def _check_conditions(link: str, spot: str, by_link: _Numbered, findings: Findings) -> None:
    number, question = by_link[link]
    inside = {one.link for one in questions.every((question,))} if "enableWhen" in question.item else set()
    for index, condition in choices.objects(question.item, "enableWhen"):
        at, named = f"{spot}.enableWhen[{index}]", condition.get("question")
        if not isinstance(named, str):
            continue
        if named not in by_link:
            findings.error("not-found", f"{at}.question", "the questionnaire has no item with this linkId", rule=_RULE)
            continue
        other_number, other = by_link[named]
        if named in inside:
            message = "an item must not be enabled by its own answer, or by one inside it: nobody could give that"
            findings.error("business-rule", f"{at}.question", message, rule=_RULE)
        elif other_number > number:
            findings.warning("business-rule", f"{at}.question", "this question comes after the item that it enables", rule=_RULE)
        answer = choices.typed(condition, "answer")
        if answer and condition.get("operator") != "exists" and answer[0] not in other.kinds:
            findings.warning("value", f"{at}.answer{answer[0]}", "the question has no answers of this type", rule=_RULE)


def _check_values(question: Question, spot: str, findings: Findings) -> None:
    for name in ("initial", "answerOption"):
        for index, one in choices.objects(question.item, name):
            value = choices.typed(one)
            if value and question.kinds and value[0] not in question.kinds:
                message = f"a question of the type {question.type} has no such values: it takes `value{ANSWERS[question.type]}`"
                findings.error("value", f"{spot}.{name}[{index}].value{value[0]}", message, rule=_RULE)
