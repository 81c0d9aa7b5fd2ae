"""What a question says of one answer: its type, bounds and options (R4 questionnaire-definitions.html, R4's extensions of items)."""

from __future__ import annotations

from collections.abc import Iterator

from service.fhir.json import Number
from service.fhir.validate import questionnaire, references, values
from service.fhir.validate.items import Scope
from service.fhir.validate.questionnaire import Question
from service.fhir.validate.values import Typed

NOT_OFFERED = "the answer is none of those that the question offers"


def faults(question: Question, value: Typed, scope: Scope, *, alone: bool) -> Iterator[tuple[str, str]]:
    """The issue code and message of each thing wrong with an answer; `alone` says that the question has no other."""
    kinds = question.kinds()
    if value[0] not in kinds:
        wanted = " or ".join(f"`value{kind}`" for kind in sorted(kinds)) or "no value"
        yield "value", f"the answer to a question of the type {question.type} must be {wanted}"
        return
    for message in (*_out_of_range(question, value), *_of_wrong_length(question, value)):
        yield "value", message
    wanted_types = {kind for _, kind in question.extensions("questionnaire-referenceResource")}
    if value[0] == "Reference" and wanted_types and references.target_types(value[1], scope) - wanted_types:
        yield "value", "the answer refers to a resource of a type that the question does not take"
    if question.type != "open-choice" or value[0] != "String":
        yield from _not_offered(question, value, alone=alone)


def _out_of_range(question: Question, value: Typed) -> Iterator[str]:
    if any(values.compare(value, low) == -1 for low in question.extensions("minValue")):
        yield "the answer is less than the question takes"
    if any(values.compare(value, high) == 1 for high in question.extensions("maxValue")):
        yield "the answer is more than the question takes"
    if isinstance(value[1], Number):
        places = max(0, -int(value[1].decimal.as_tuple().exponent))
        if any(_above(places, most) for most in question.extensions("maxDecimalPlaces")):
            yield "the answer has more decimal places than the question takes"


def _of_wrong_length(question: Question, value: Typed) -> Iterator[str]:
    text = value[1].text if isinstance(value[1], Number) else value[1]
    if not isinstance(text, str):
        return
    if _above(len(text), ("Integer", question.item.get("maxLength"))):
        yield "the answer is longer than the question takes"
    if any(_above(least, len(text)) for least in question.extensions("minLength")):
        yield "the answer is shorter than the question takes"


def _not_offered(question: Question, value: Typed, *, alone: bool) -> Iterator[tuple[str, str]]:
    offered = [one for _, one in values.objects(question.item, "answerOption")]
    chosen = [one for one in offered if (option := values.typed(one)) and values.same(option, value)]
    if offered and not chosen:
        yield "code-invalid", NOT_OFFERED
    if not alone and any(("Boolean", True) in questionnaire.extensions(one, "questionnaire-optionExclusive") for one in chosen):
        yield "value", "the question takes this answer alone, without others beside it"


def _above(one: Typed | int, other: Typed | int) -> bool:
    left, right = (("Integer", Number(str(each))) if isinstance(each, int) else each for each in (one, other))
    return values.compare(left, right) == 1
