"""Whether the answers of a QuestionnaireResponse fit its Questionnaire (R4 questionnaireresponse.html, questionnaire-definitions.html)."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import msgspec

from service.fhir import choices, questions
from service.fhir.choices import Typed
from service.fhir.expansion import NotEnumerableError, Terms, ValueSet
from service.fhir.guide import Guide
from service.fhir.json import Number, Value
from service.fhir.questions import Form, Question
from service.fhir.validate import answer, links
from service.fhir.validate.enabled import Around, Enabled, TooCostlyError
from service.fhir.validate.findings import Findings
from service.fhir.validate.items import Scope

_RULE = f"{links.R4}questionnaireresponse.html"
_COMPLETE = ("completed", "amended")

Given = tuple[Mapping[str, Value], str]
"""An item of the response, and its place."""


def check(response: Mapping[str, Value], place: str, scope: Scope, findings: Findings) -> None:
    """Check a response against its Questionnaire, if the guide or the response itself has it.

    Not checked: `text`, which may be in another language, and regular expressions, which may take for ever.
    """
    url = response.get("questionnaire")
    if not isinstance(url, str):
        return
    form = _contained_form(response, url[1:]) if url.startswith("#") else scope.guide.form(url)
    if form is None:
        message = "this questionnaire, or this version of it, is not known: the answers were not checked against it"
        findings.information("not-found", f"{place}.questionnaire", message, rule=_RULE)
        return
    walk = _Walk(form, response.get("status") in _COMPLETE, scope, findings)
    try:
        walk.check_items(form.asked, place, (response,))
    except TooCostlyError:
        message = "the conditions of the questionnaire take too long to check with so many answers: not all answers were checked"
        findings.error("too-costly", place, message, rule=_RULE)


def _contained_form(response: Mapping[str, Value], name: str) -> Form | None:
    found = _contained(response, name)
    return questions.form(found) if found else None


def _contained(resource: Mapping[str, Value], name: str) -> dict[str, Value] | None:
    return next((one for _, one in choices.objects(resource, "contained") if one.get("id") == name), None)


def _listed(value_set: dict[str, Value] | None, guide: Guide) -> AbstractSet[tuple[str, str]] | None:
    """The (system, code) pairs of a value set that a Questionnaire contains; None where they are not at hand."""
    try:
        return Terms([msgspec.convert({**(value_set or {}), "url": "#"}, ValueSet)], (), guide.codes).codes("#")
    except (msgspec.ValidationError, NotEnumerableError):
        return None


@dataclass(frozen=True, slots=True)
class _Walk:
    """The walk through one response along its Questionnaire."""

    form: Form
    complete: bool
    scope: Scope
    findings: Findings
    enabled: Enabled = field(default_factory=Enabled)
    contained: dict[str, AbstractSet[tuple[str, str]] | None] = field(default_factory=dict)

    def check_items(self, asked: tuple[Question, ...], place: str, around: Around) -> None:
        """Check the items in the innermost of the objects around, which is at a place, against what is asked there."""
        found = self._by_question(asked, around[-1], place)
        for question in asked:
            if self.findings.full:
                return
            given = found[question.link]
            if self.enabled.holds(question.item, around):
                self._check_question(question, given, place, around)
                continue
            for item, spot in given:
                if _answered(item):
                    self._error("business-rule", spot, "this item is answered, although the answers that would enable it are not given")

    def _by_question(self, asked: tuple[Question, ...], holder: Mapping[str, Value], place: str) -> dict[str, list[Given]]:
        """The items of each question; those that do not belong here, or not in this order, are told."""
        order = {question.link: number for number, question in enumerate(asked)}
        found: dict[str, list[Given]] = {link: [] for link in order}
        last = 0
        for index, item in choices.objects(holder, "item"):
            spot, link = f"{place}.item[{index}]", item.get("linkId")
            if not isinstance(link, str):
                continue
            if link not in order:
                elsewhere = link in self.form.links
                code = "structure" if elsewhere else "not-found"
                self._error(code, f"{spot}.linkId", f"the questionnaire has no item with this linkId{' here' if elsewhere else ''}")
                continue
            if order[link] < last:
                self._error("structure", spot, "items stand in the order of the questionnaire: this one comes before the one above it")
            last = max(last, order[link])
            found[link].append((item, spot))
        return found

    def _check_question(self, question: Question, given: list[Given], place: str, around: Around) -> None:
        group = question.type == "group"
        number = len(given) if group else sum(len([*choices.objects(item, "answer")]) for item, _ in given)
        spot = given[0][1] if given else place
        if self.complete and question.says("required") and not any(_filled(question, item) for item, _ in given):
            self._error("required", spot, f"`{question.link}` must be {'filled in' if group else 'answered'}")
        if len(given) > 1 and not question.says("repeats"):
            self._error("structure", given[1][1], f"`{question.link}` stands once only, since it is not repeated")
        elif len(given) > 1 and not group:
            message = "all answers to one question stand in one item, in its `answer` list"
            self.findings.warning("structure", given[1][1], message, rule=_RULE)
        elif number > 1 and not question.says("repeats"):
            self._error("structure", f"{spot}.answer[1]", f"`{question.link}` takes one answer only")
        if question.bounds:
            self._check_number(question, number, spot)
        for item, at in given:
            self._check_item(question, item, at, around)

    def _check_number(self, question: Question, number: int, spot: str) -> None:
        count = ("Integer", Number(str(number)))
        least, most = (question.bounds.get(f"questionnaire-{name}Occurs", ()) for name in ("min", "max"))
        if self.complete and number and any(choices.compare(count, one) == -1 for one in least):
            self._error("structure", spot, f"`{question.link}` asks for more answers than these")
        if any(choices.compare(count, one) == 1 for one in most):
            self._error("structure", spot, f"`{question.link}` asks for fewer answers than these")

    def _check_item(self, question: Question, item: Mapping[str, Value], spot: str, around: Around) -> None:
        if question.type in ("group", "display"):
            if "answer" in item:
                self._error("structure", spot, f"a {question.type} has no answers")
            self.check_items(question.inner, spot, (*around, item))
            return
        if "item" in item:
            self._error("structure", spot, "items inside a question stand in its answer (`answer.item`)")
        answers = [*choices.objects(item, "answer")]
        for index, one in answers:
            at = f"{spot}.answer[{index}]"
            self._check_answer(question, one, at, alone=len(answers) == 1)
            if question.inner or "item" in one:
                self.check_items(question.inner, at, (*around, one))

    def _check_answer(self, question: Question, one: Mapping[str, Value], spot: str, *, alone: bool) -> None:
        value = choices.typed(one)
        if value is None:
            return
        at = f"{spot}.value{value[0]}"
        for code, message in answer.faults(question, value, self.scope, alone=alone):
            self._error(code, at, message)
        self._check_value_set(question, value, at)
        if "regex" in question.bounds:
            self._unchecked(at, "the answer was not checked against the regular expression of the question")

    def _check_value_set(self, question: Question, value: Typed, at: str) -> None:
        url = question.item.get("answerValueSet")
        if value[0] != "Coding" or not isinstance(value[1], dict) or not isinstance(url, str):
            return
        codes = self._codes(url)
        if codes is None:
            self._unchecked(at, "the codes that the question takes are not known here: the answer was not checked against them")
        elif (value[1].get("system"), value[1].get("code")) not in codes:
            self._error("code-invalid", at, answer.NOT_OFFERED)

    def _codes(self, url: str) -> AbstractSet[tuple[str, str]] | None:
        guide = self.scope.guide
        if not url.startswith("#"):
            return guide.codes(url)
        if url not in self.contained:
            self.contained[url] = _listed(_contained(self.form.resource, url[1:]), guide)
        return self.contained[url]

    def _unchecked(self, spot: str, message: str) -> None:
        self.findings.information("not-supported", spot, message, rule=_RULE)

    def _error(self, code: str, spot: str, message: str) -> None:
        self.findings.error(code, spot, message, rule=_RULE)


def _filled(question: Question, item: Mapping[str, Value]) -> bool:
    """Whether an item has what `required` asks for: a question its answer, a group anything inside."""
    return bool(item.get("item" if question.type == "group" else "answer"))


def _answered(item: Mapping[str, Value]) -> bool:
    """Whether there is an answer in an item, however deep."""
    return "answer" in item or any(_answered(inner) for _, inner in choices.objects(item, "item"))
