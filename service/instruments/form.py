"""A file of `mappings/forms` as a Form: its questions, and where each answer stands in the records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from service.diagnostics.diagnostic import Diagnostic, Diagnostics
from service.diagnostics.messages import instruments as say
from service.diagnostics.messages import names as unknown
from service.diagnostics.tree import Mapping as Tree
from service.instruments import rules
from service.instruments.block import Block
from service.instruments.found import Source, field, source
from service.mapping.library import Library
from service.records.fields import Field
from service.records.moments import TYPES

FOLDER = "forms"
"""The folder of table files that are forms."""

_KEYS = ("title", "questionnaire", "copyright", "for", "completed by", "submit within days", "versions", "note", "records", "questions")
_LINES = (
    *("text", "answer", "answers", "or other", "unit", "value", "yes", "no", "unclear", "minutes", "at least"),
    *("required", "only in", "asked when"),
)
_YES = ("yes",)
_PART = re.compile(r"([\w-]+)\.(\w+)(?:\.(\w+))?(?: (\d+))?")
_TRUTH = {"true", "false"}

Type = Literal["boolean", "integer", "quantity", "choice", "open-choice", "date", "string"]
"""The types of R4's Questionnaire.item that our forms have."""


@dataclass(frozen=True, slots=True)
class Part:
    """A field of a source; `inside` is a field of its items. `nth` is which of several values, from 1."""

    source: str
    name: str
    inside: str = ""
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Decided:
    """Yes where one of `yes` finds a record; no where `no` finds one, `unclear` does not, and no record has a word of its own."""

    yes: tuple[Source, ...]
    unclear: tuple[Source, ...]
    no: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question by its linkId. Its answer is of `parts`, or the `minutes` between two of them, `decided`, or the `value` of each form.

    `answers` are the words for what records hold; others are answers only where the type is an open choice. `asked_when` is the linkId
    of a question that must be answered yes.
    """

    link: str
    text: str
    type: Type
    required: bool
    versions: tuple[str, ...]
    parts: tuple[Part, ...]
    minutes: bool
    decided: Decided | None
    value: str
    answers: Mapping[str, str]
    unit: str
    at_least: Decimal | None
    asked_when: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form that is filled from records; `groups` are titles with questions.

    `about` is the treatment that it is for: without that source it is not for a session, and the field says on which day it was.
    `completed_by` is the source of the practitioner who answers.
    `days` are those after it in which the form may be submitted.
    """

    id: str
    url: str
    title: str
    copyright: str
    about: Part
    completed_by: str
    days: int
    versions: tuple[str, ...]
    sources: Mapping[str, Source]
    groups: Mapping[str, tuple[str, tuple[Question, ...]]]

    def questions(self, version: str) -> Iterator[tuple[str, str, list[Question]]]:
        """The groups of a version: linkId, title, questions."""
        for link, (title, questions) in self.groups.items():
            yield link, title, [one for one in questions if version in one.versions]


def of(mapped: Library) -> dict[str, Form]:
    """The forms of checked mappings by id. Raises Diagnostics with every error in them."""
    found: list[Diagnostic] = []
    forms = read(mapped, found)
    if found:
        raise Diagnostics(found)
    return forms


def read(mapped: Library, found: list[Diagnostic]) -> dict[str, Form]:
    """The forms of checked mappings by id; errors are added to `found`."""
    return {name: _form(Block.of_file(name, tree, found), mapped) for name, tree in mapped.folders.get(FOLDER, {}).items()}


def _form(file: Block, mapped: Library) -> Form:
    about = file.block("about", required=True)
    about.only(_KEYS)
    versions = tuple(key.text for key, _ in about.block("versions", required=True).lines())
    days = about.node("submit within days", required=True)
    sources: dict[str, Source] = {}
    for key, node in about.block("records", required=True).lines():
        if made := source(node, node.text, mapped.kinds, sources, about.found):
            sources[key.text] = made
    reader = _Reader(mapped, sources, versions, about.found)
    return Form(
        id=file.key.text,
        url=about.text("questionnaire", required=True),
        title=about.text("title", required=True),
        copyright=about.text("copyright", required=True),
        about=next((part for part, _ in reader.parts(about, "for")), Part("", "")),
        completed_by=about.word("completed by", tuple(sources), required=True),
        days=int(rules.number(days, about.found)) if days else 0,
        versions=versions,
        sources=sources,
        groups={
            group.key.text: (group.text("title", required=True), tuple(reader.questions(group)))
            for group in about.block("questions", required=True).blocks()
        },
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the questions of one form."""

    mapped: Library
    sources: Mapping[str, Source]
    versions: tuple[str, ...]
    found: list[Diagnostic]

    def questions(self, group: Block) -> Iterator[Question]:
        """The questions of a group."""
        for key, node in group.tree:
            if isinstance(node, Tree):
                yield self._question(group.key.text, Block(key, node, self.found))

    def _question(self, group: str, line: Block) -> Question:
        line.only(_LINES)
        spans = "minutes" if line.node("minutes") else "answer"
        parts = tuple(self.parts(line, spans))
        answers = {key.text: node.text for key, node in line.block("answers").lines()}
        decided = Decided(self._sources(line, "yes"), self._sources(line, "unclear"), self._sources(line, "no"))
        unit, least, asked = line.node("unit"), line.node("at least"), line.text("asked when")
        if unit and unit.text not in self.mapped.vocabulary.units:
            self.found.append(unknown.unknown_unit(unit.span, unit.text, self.mapped.vocabulary.units))
        fields = [one for _, one in parts if one]
        return Question(
            link=f"{group}.{line.key.text}",
            text=line.text("text", required=True),
            type=_type(line, [one.type for one in fields], answers),
            required=bool(line.word("required", _YES)),
            versions=(only,) if (only := line.word("only in", self.versions)) else self.versions,
            parts=tuple(part for part, _ in parts),
            minutes=spans == "minutes",
            decided=decided if decided.yes else None,
            value=line.text("value"),
            answers=answers,
            unit=unit.text if unit else "",
            at_least=rules.number(least, self.found) if least else None,
            asked_when=f"{group}.{asked}" if asked else "",
        )

    def parts(self, line: Block, key: str) -> Iterator[tuple[Part, Field | None]]:
        """The fields that a line names, those between which `minutes` are counted among them."""
        node = line.node(key, required=key == "for")
        for text in node.text.split("..") if node and key == "minutes" else re.split(r" (?=[\w-]+\.)", node.text) if node else ():
            match = _PART.fullmatch(text)
            if node is None or match is None:
                self.found.append(say.not_understood(line.key.span, text, ["patient.family", "patient.given 1"]))
                continue
            if match[1] not in self.sources:
                self.found.append(say.unknown_item(node.at(match[1]), match[1], self.sources))
                continue
            held = field(node, match[2], self.sources[match[1]].fields, self.found)
            if held and held.items and match[3]:
                held = field(node, match[3], held.items, self.found)
            yield Part(match[1], match[2], match[3] or "", int(match[4] or 1)), held

    def _sources(self, line: Block, key: str) -> tuple[Source, ...]:
        node = line.node(key)
        texts = node.text.split("; ") if node else ()
        made = [source(node, text, self.mapped.kinds, self.sources, self.found) for text in texts if node]
        return tuple(one for one in made if one)


def _type(line: Block, types: list[str], answers: Mapping[str, str]) -> Type:
    """The type of a question's answer, as it follows from where it stands."""
    if line.node("yes") or (answers and set(answers.values()) <= _TRUTH):
        return "boolean"
    if line.node("minutes"):
        return "integer"
    if line.node("unit"):
        return "quantity"
    if answers:
        return "open-choice" if line.word("or other", _YES) else "choice"
    return "date" if types and types[0] in TYPES else "string"
