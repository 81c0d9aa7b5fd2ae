"""What a question says of one answer: its type, bounds and options (R4 questionnaire-definitions.html, R4's extensions of items)."""

from __future__ import annotations

from collections.abc import Iterator

from service.fhir import choices
from service.fhir.choices import Typed
from service.fhir.json import Number, Value
from service.fhir.questions import Question
from service.fhir.validate import references
from service.fhir.validate.items import Scope

NOT_OFFERED = "the answer is none of those that the question offers"


def faults(question: Question, value: Typed, scope: Scope, *, alone: bool) -> Iterator[tuple[str, str]]:
    """The issue code and message of each thing wrong with an answer; `alone` says that the question has no other."""
    if value[0] not in question.kinds:
        wanted = " or ".join(f"`value{kind}`" for kind in sorted(question.kinds)) or "no value"
        yield "value", f"the answer to a question of the type {question.type} must be {wanted}"
        return
    if question.bounds or "maxLength" in question.item:
        for message in (*_out_of_range(question, value), *_of_wrong_length(question, value)):
            yield "value", message
        wanted_types = {kind for _, kind in question.bounds.get("questionnaire-referenceResource", ())}
        if value[0] == "Reference" and wanted_types and references.target_types(value[1], scope) - wanted_types:
            yield "value", "the answer refers to a resource of a type that the question does not take"
    if question.options and (question.type != "open-choice" or value[0] != "String"):
        chosen = choices.meaning(value)
        if chosen is None or chosen not in question.options:
            yield "code-invalid", NOT_OFFERED
        elif not alone and question.options[chosen]:
            yield "value", "the question takes this answer alone, without others beside it"


def _out_of_range(question: Question, value: Typed) -> Iterator[str]:
    if any(choices.compare(value, low) == -1 for low in question.bounds.get("minValue", ())):
        yield "the answer is less than the question takes"
    if any(choices.compare(value, high) == 1 for high in question.bounds.get("maxValue", ())):
        yield "the answer is more than the question takes"
    if isinstance(value[1], Number):
        places = max(0, -int(value[1].decimal.as_tuple().exponent))
        if any(_more(places, most) for _, most in question.bounds.get("maxDecimalPlaces", ())):
            yield "the answer has more decimal places than the question takes"


def _of_wrong_length(question: Question, value: Typed) -> Iterator[str]:
    text = value[1].text if isinstance(value[1], Number) else value[1]
    if not isinstance(text, str):
        return
    if _more(len(text), question.item.get("maxLength")):
        yield "the answer is longer than the question takes"
    if any(isinstance(least, Number) and least.decimal > len(text) for _, least in question.bounds.get("minLength", ())):
        yield "the answer is shorter than the question takes"


def _more(number: int, most: Value) -> bool:
    return isinstance(most, Number) and number > most.decimal
