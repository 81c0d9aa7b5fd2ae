"""A form filled from the records of a session, and what is still missing. Nothing is entered here: each answer stands in a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from service.diagnostics.issue import Issue, Refused
from service.fhir.json import Number, Value
from service.instruments.form import Decided, Form, Part, Question
from service.instruments.found import Found, Source
from service.mapping import children
from service.mapping.library import Library
from service.records.formulas import word
from service.records.moments import DAY_LENGTH, minutes

SESSION = "session"
"""The record kind that forms are filled for."""

Evidence = tuple[Found, str]
"""A record and the field in it that says something."""


class NotForIt(ValueError):  # noqa: N818 - it is an answer with its reason
    """A form that is not for a session: the session lacks what it is about."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question: text, number or truth, and what says so; nothing does where each form has the same answer."""

    question: Question
    value: Value
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """A question that the records do not answer, why not, and where the answer would be entered."""

    question: Question
    why: str
    where: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A version of a form as far as the records go. `session` is the record that it is for, `named` those that its sources mean."""

    form: Form
    version: str
    session: Found
    day: str
    named: Mapping[str, list[Found]]
    answers: Mapping[str, Answer]
    missing: tuple[Missing, ...]

    @property
    def complete(self) -> bool:
        """Whether every required question that is asked has its answer."""
        return not any(one.question.required for one in self.missing)

    @property
    def due(self) -> str:
        """The last day on which it may be submitted; empty where the day of the treatment is not known, or no later one can be."""
        with suppress(ValueError, OverflowError):
            return (date.fromisoformat(self.day) + timedelta(days=self.form.days)).isoformat()
        return ""


def fill(mapped: Library, form: Form, version: str, session: Value, beside: Mapping[str, Sequence[Value]]) -> Filled:
    """The form for a session, with those of the records beside it that are of the session or of its client.

    Raises Refused with what is wrong with a record, NotForIt.
    """
    records = _records(mapped, session, beside)
    about = form.sources[form.about.source]
    treatments = list(about.among(records, ""))
    if not treatments:
        raise NotForIt(f"{form.title} is not for this session: it has no {about.text}")
    day = min(str(one.values[form.about.name]) for one in treatments)[:DAY_LENGTH]
    named: dict[str, list[Found]] = {}
    for name, source in form.sources.items():
        near = records
        if source.of:
            keys = [one.values.get(source.of[1]) for one in named[source.of[0]]]
            near = [one for one in records if one.record[one.kind.key] in keys]
        named[name] = source.last(list(source.among(near, day)))
    return _Desk(mapped, form, records, named, day).filled(version)


def _records(mapped: Library, session: Value, beside: Mapping[str, Sequence[Value]]) -> list[Found]:
    """The session, the records inside it, and those beside it that are of it; all of them valid."""
    issues: list[Issue] = []
    kinds = mapped.kinds
    inside = [Found(one.kind, one.record) for one in children.spread(kinds, kinds[SESSION], session, issues)]
    given = [
        Found(one.kind, one.record)
        for kind, records in beside.items()
        for number, record in enumerate(records)
        for one in children.spread(kinds, kinds[kind], record, issues, f"with.{kind}[{number}]")
    ]
    if issues:
        raise Refused(issues)
    whole = inside[0].record
    shared = (kinds[SESSION].key, "client_id")
    return inside + [one for one in given if all(one.record.get(name) == whole[name] for name in shared if name in one.kind.fields.by_name)]


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where one form is filled: its records, and which of them each of its sources means."""

    mapped: Library
    form: Form
    records: list[Found]
    named: Mapping[str, list[Found]]
    day: str

    def filled(self, version: str) -> Filled:
        """The form with the answers that are there."""
        answers: dict[str, Answer] = {}
        missing: list[Missing] = []
        for question in (one for _, _, questions in self.form.questions(version) for one in questions):
            if question.asked_when and (question.asked_when not in answers or answers[question.asked_when].value is not True):
                continue
            for told in self._told(question):
                if isinstance(told, Answer):
                    answers[question.link] = told
                else:
                    missing.append(told)
        return Filled(self.form, version, self.records[0], self.day, self.named, answers, tuple(missing))

    def _told(self, question: Question) -> Iterator[Answer | Missing]:
        """The answer, or what is missing; of an answer that cannot be so both."""
        if question.decided:
            yield self._decided(question, question.decided)
        elif question.parts:
            yield from self._held(question)
        elif question.value:
            yield Answer(question, question.value)
        else:
            path = question.link.replace(".", ": ")
            yield Missing(question, "the clinic's file does not say it", f"forms/{self.form.id}: about: questions: {path}: +value")

    def _held(self, question: Question) -> Iterator[Answer | Missing]:
        values: list[Value] = []
        evidence: list[Evidence] = []
        for part in question.parts:
            source, found = self.form.sources[part.source], self.named[part.source]
            if len(found) != 1:
                yield self._no_record(question, part, source, found)
                return
            value = _value(found[0], part)
            if value is None:
                yield Missing(question, "the field has no value", f"{found[0].name}: {self._called(source, part)}")
                return
            values.append(value)
            evidence.append((found[0], part.name))
        value = _minutes(values) if question.minutes else _answer(question, values)
        fields = [self._called(self.form.sources[part.source], part) for part in question.parts]
        where = "; ".join(f"{one.name}: {name}" for (one, _), name in zip(evidence, fields, strict=True))
        if value is None:
            yield Missing(question, "what stands there is no answer to it", where)
            return
        yield Answer(question, value, tuple(evidence))
        if question.at_least is not None and isinstance(value, Number) and value.decimal < question.at_least:
            yield Missing(question, f"{value.text} is less than {question.at_least}", where)

    def _no_record(self, question: Question, part: Part, source: Source, found: list[Found]) -> Missing:
        if found:
            return Missing(question, f"{len(found)} records could be meant", "; ".join(one.name for one in found))
        if source.of:
            of, name = source.of
            key = next((one.values[name] for one in self.named[of] if name in one.values), None)
            if key is None:
                first = self.named[of][0].name if self.named[of] else self.form.sources[of].text
                return Missing(question, "no record says who it is", f"{first}: {name}")
            return Missing(question, "the record is not there", f"{source.kind.name} {key}: {self._called(source, part)}")
        return Missing(question, "there is no such record", f"{source.text}: {self._called(source, part)}")

    def _called(self, source: Source, part: Part) -> str:
        return ".".join(filter(None, (called(self.mapped, source.kind.name, part.name), part.inside)))

    def _decided(self, question: Question, decided: Decided) -> Answer | Missing:
        yes = [(one, source.asked) for source in decided.yes for one in source.among(self.records, self.day)]
        if yes:
            return Answer(question, value=True, evidence=tuple(yes))
        unclear = [one for source in decided.unclear for one in source.among(self.records, self.day)]
        unclear += [one for source in decided.yes for one in source.own_words(self.records)]
        if unclear:
            return Missing(
                question, "it cannot be told", "; ".join(dict.fromkeys(f"{one.name}: {decided.yes[0].asked}" for one in unclear))
            )
        no = [(one, source.asked) for source in decided.no for one in source.among(self.records, self.day)]
        if no:
            return Answer(question, value=False, evidence=tuple(no))
        where = "; ".join(source.text for source in (*decided.yes, *decided.no))
        return Missing(question, "no record says yes or no", where)


def called(mapped: Library, kind: str, name: str) -> str:
    """What the clinic calls a field of a record kind."""
    layout = mapped.layouts.get(kind)
    return layout.named(name) if layout else name


def _value(found: Found, part: Part) -> Value:
    """What a field holds, of several values the one that is meant; None where there is none."""
    held = found.values.get(part.name)
    values = held if isinstance(held, list) else [held]
    if part.inside:
        values = [one[part.inside] for one in values if one and part.inside in one]
    return values[part.nth - 1] if len(values) >= part.nth else None


def _answer(question: Question, values: Sequence[Value]) -> Value:
    """Values as the answer; None where the form has no such answer."""
    if question.type == "quantity":
        return values[0]
    text = " ".join(_plain(one) for one in values)
    if question.type == "date":
        return text[:DAY_LENGTH]
    if not question.answers:
        return text
    said = question.answers.get(text, text if question.type == "open-choice" else None)
    return said == "true" if question.type == "boolean" and said else said


def _plain(value: Value) -> str:
    return f"{value.decimal.normalize():f}" if isinstance(value, Number) else word(value)


def _minutes(values: Sequence[Value]) -> Number | None:
    counted = minutes(str(values[0]), str(values[1]))
    return None if counted is None else Number(str(counted))
