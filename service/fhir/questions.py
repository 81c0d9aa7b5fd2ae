"""The questions of a Questionnaire, read once for many responses (R4 questionnaire-definitions.html)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass

from service.fhir import choices
from service.fhir.choices import Typed
from service.fhir.json import Value

ANSWERS = {
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
"""The type of an answer, as it stands in JSON names, by the type of the question."""

_R4 = "http://hl7.org/fhir/StructureDefinition/"


@dataclass(frozen=True, slots=True)
class Question:
    """An item of a Questionnaire: group, display or question.

    `kinds` are the types of an answer: that of the question, of the options of a choice, text for an open choice; none of a group or
    display. `options` are the meanings of the values offered, each with whether it is chosen alone. `bounds` are the values of R4's
    extensions on the item, by the last part of their url. `inner` are the items in it.
    """

    link: str
    type: str
    item: Mapping[str, Value]
    kinds: frozenset[str]
    options: Mapping[Hashable, bool]
    bounds: Mapping[str, tuple[Typed, ...]]
    inner: tuple[Question, ...]

    def says(self, name: str) -> bool:
        """Whether a boolean of the item (`required`, `repeats`) is true."""
        return self.item.get(name) is True


@dataclass(frozen=True, slots=True)
class Form:
    """A Questionnaire with its questions, and the linkIds of all of them."""

    resource: Mapping[str, Value]
    asked: tuple[Question, ...]
    links: frozenset[str]


def form(resource: Mapping[str, Value]) -> Form:
    """What a Questionnaire asks; items without linkId or type are passed over."""
    asked = _questions(resource)
    return Form(resource, asked, frozenset(one.link for one in every(asked)))


def every(asked: tuple[Question, ...]) -> Iterator[Question]:
    """Questions with all that are in them, in order."""
    for one in asked:
        yield one
        yield from every(one.inner)


def _questions(holder: Mapping[str, Value]) -> tuple[Question, ...]:
    return tuple(
        _question(link, kind, item)
        for _, item in choices.objects(holder, "item")
        if isinstance(link := item.get("linkId"), str) and isinstance(kind := item.get("type"), str)
    )


def _question(link: str, kind: str, item: Mapping[str, Value]) -> Question:
    offered = [(value, one) for _, one in choices.objects(item, "answerOption") if (value := choices.typed(one))]
    exclusive = [("Boolean", True) in _bounds(one).get("questionnaire-optionExclusive", ()) for _, one in offered]
    options = dict(zip((choices.meaning(value) for value, _ in offered), exclusive, strict=True))
    kinds = {ANSWERS[kind]} if kind in ANSWERS else set()
    if kind in ("choice", "open-choice"):
        kinds |= {value[0] for value, _ in offered}
    if kind == "open-choice":
        kinds.add("String")
    return Question(link, kind, item, frozenset(kinds), options, _bounds(item), _questions(item))


def _bounds(holder: Mapping[str, Value]) -> Mapping[str, tuple[Typed, ...]]:
    found: dict[str, tuple[Typed, ...]] = {}
    for _, one in choices.objects(holder, "extension"):
        url, value = one.get("url"), choices.typed(one)
        if isinstance(url, str) and url.startswith(_R4) and value:
            name = url.removeprefix(_R4)
            found[name] = (*found.get(name, ()), value)
    return found
