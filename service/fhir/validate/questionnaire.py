"""What a Questionnaire must be beyond its invariants: conditions that can be met, values that fit (R4 questionnaire-definitions.html)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.fhir.json import Value
from service.fhir.validate import links, values
from service.fhir.validate.findings import Findings

_RULE = f"{links.R4}questionnaire.html"
_ANSWERS = {
    "boolean": "Boolean",
    "decimal": "Decimal",
    "integer": "Integer",
    "date": "Date",
    "dateTime": "DateTime",
    "time": "Time",
    "string": "String",
    "text": "String",
    "url": "Uri",
    "choice": "Coding",
    "open-choice": "Coding",
    "attachment": "Attachment",
    "reference": "Reference",
    "quantity": "Quantity",
}


@dataclass(frozen=True, slots=True)
class Question:
    """An item of a Questionnaire: group, display or question, with those in it."""

    link: str
    type: str
    item: Mapping[str, Value]
    inner: tuple[Question, ...]

    def says(self, name: str) -> bool:
        """Whether a boolean of the item (`required`, `repeats`) is true."""
        return self.item.get(name) is True

    def kinds(self) -> frozenset[str]:
        """The types of an answer ("Coding"): that of the question, of its options, text for an open choice; none of a group or display."""
        own = {_ANSWERS[self.type]} if self.type in _ANSWERS else set()
        if self.type in ("choice", "open-choice"):
            own |= {option[0] for option in self.options()}
        return frozenset(own | {"String"} if self.type == "open-choice" else own)

    def options(self) -> list[values.Typed]:
        """The values of `answerOption`."""
        return [option for _, one in values.objects(self.item, "answerOption") if (option := values.typed(one))]

    def extensions(self, name: str) -> list[values.Typed]:
        """The values of one of R4's extensions on the item."""
        return extensions(self.item, name)


def extensions(holder: Value, name: str) -> list[values.Typed]:
    """The values of one of R4's extensions on an object."""
    url = f"http://hl7.org/fhir/StructureDefinition/{name}"
    return [value for _, one in values.objects(holder, "extension") if one.get("url") == url and (value := values.typed(one))]


def questions(holder: Value) -> tuple[Question, ...]:
    """The items of a Questionnaire or of an item; those without `linkId` are passed over."""
    return tuple(
        Question(link, kind, item, questions(item))
        for _, item in values.objects(holder, "item")
        if isinstance(link := item.get("linkId"), str) and isinstance(kind := item.get("type"), str)
    )


def every(asked: tuple[Question, ...]) -> Iterator[Question]:
    """Questions with all that are in them, in order."""
    for one in asked:
        yield one
        yield from every(one.inner)


def check(form: Mapping[str, Value], place: str, findings: Findings) -> None:
    """Check a Questionnaire: what `enableWhen` refers to, and the types of initial values and answer options."""
    by_link = {one.link: (number, one) for number, one in enumerate(every(questions(form)))}
    _check_items(form, place, by_link, findings)


def _check_items(holder: Mapping[str, Value], place: str, by_link: Mapping[str, tuple[int, Question]], findings: Findings) -> None:
    for index, item in values.objects(holder, "item"):
        spot = f"{place}.item[{index}]"
        number, question = by_link.get(item["linkId"], (0, None)) if isinstance(item.get("linkId"), str) else (0, None)
        if question is not None and question.item is item:
            _check_conditions(question, number, spot, by_link, findings)
            _check_values(question, spot, findings)
        _check_items(item, spot, by_link, findings)


def _check_conditions(question: Question, number: int, spot: str, by_link: Mapping[str, tuple[int, Question]], findings: Findings) -> None:
    for index, condition in values.objects(question.item, "enableWhen"):
        at, link = f"{spot}.enableWhen[{index}]", condition.get("question")
        if not isinstance(link, str):
            continue
        if link not in by_link:
            findings.error("not-found", f"{at}.question", "the questionnaire has no item with this linkId", rule=_RULE)
            continue
        other_number, other = by_link[link]
        if link in {one.link for one in every((question,))}:
            message = "an item must not be enabled by its own answer, or by one inside it: nobody could give that"
            findings.error("business-rule", f"{at}.question", message, rule=_RULE)
        elif other_number > number:
            findings.warning("business-rule", f"{at}.question", "this question comes after the item that it enables", rule=_RULE)
        answer = values.typed(condition, "answer")
        if answer and condition.get("operator") != "exists" and answer[0] not in other.kinds():
            findings.warning("value", f"{at}.answer{answer[0]}", "the question has no answers of this type", rule=_RULE)


def _check_values(question: Question, spot: str, findings: Findings) -> None:
    for name in ("initial", "answerOption"):
        for index, one in values.objects(question.item, name):
            value = values.typed(one)
            if value and question.kinds() and value[0] not in question.kinds():
                message = f"a question of the type {question.type} has no such values: it takes `value{_ANSWERS[question.type]}`"
                findings.error("value", f"{spot}.{name}[{index}].value{value[0]}", message, rule=_RULE)
