"""A file of `mappings/instruments` as an Instrument: its items and its block `about`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from service.diagnostics.messages import instruments as say
from service.diagnostics.tree import Scalar
from service.instruments import rules
from service.instruments.about_scores import scores
from service.instruments.block import Block
from service.instruments.instrument import Finding, Instrument, Item, Licence, Range, Score, Threshold
from service.mapping import vocabulary

_KEYS = (
    *("title", "rated by", "recall", "more is", "licence", "stem", "answers", "points", "asked when", "not scored"),
    *("scores", "findings", "change", "note", "source"),
)
_SECTIONS = ("coded", "worded", "scored")
"""The sections of a file that hold its items."""
_CODED = ("observed", "observed_worded")
"""The sections that hold the codes of items, where they have some."""
_RATERS = ("patient", "clinician", "patient or clinician")
_DIRECTIONS = ("worse", "better", "stronger")
_MEANINGS = ("reliable", "response", "remission", "end state")
_FREE, _NOT_FREE = "may be bundled", "not bundled"


def instrument(file: Block) -> Instrument:
    """The instrument that a file spells, as far as it can be read; errors are added to the block's `found`."""
    about = file.block("about", required=True)
    about.only(_KEYS)
    licence = _licence(about.block("licence", required=True))
    items = {one.name: one for one in _items(file, about, licence)}
    counted = scores(file, about.block("scores", required=True), items)
    _all_scored(file, items, counted)
    repeats = next(file.block("total_item").blocks(), None)
    return Instrument(
        id=file.key.text,
        url=file.text("questionnaire", required=True),
        title=about.text("title", required=True),
        rated_by=about.word("rated by", _RATERS, required=True),
        recall=about.text("recall"),
        more_is=about.word("more is", _DIRECTIONS),
        stem=about.text("stem"),
        answers={str(rules.number(key, about.found)): node.text for key, node in about.block("answers").lines()},
        licence=licence,
        items=items,
        total_item=(repeats.text("link").partition(" | ")[0], repeats.text("text")) if repeats else None,
        scores=counted,
        findings=tuple(_findings(about.block("findings"), [*items, *counted])),
        thresholds=tuple(_thresholds(about, about.block("change"))),
        note=about.text("note"),
        source=about.text("source"),
    )


def _licence(block: Block) -> Licence:
    block.only(("text", "status", "source", "publisher"))
    text = block.word("text", (_FREE, _NOT_FREE), required=True)
    return Licence(text != _NOT_FREE, block.text("status", required=True), block.text("source"), block.text("publisher"))


def _items(file: Block, about: Block, licence: Licence) -> Iterator[Item]:
    entries = list(_entries(file))
    known = [one.key.text for one in entries]
    tables = {one.key.text: [key.text for key, _ in one.lines()] for one in file.block("tables").blocks()}
    points = {one.key.text: _points(one, tables.get(one.key.text, [])) for one in about.block("points").blocks()}
    unscored = _by_item(about.block("not scored"), known)
    asked_when = _by_item(about.block("asked when"), known)
    codes = {one.key.text: one.node("code") for section in file.sections(_CODED) for one in section.blocks()}
    answers = {one.key.text: tables.get(one.text("answers"), []) for one in entries}
    for entry in entries:
        name, table = entry.key.text, entry.text("answers")
        counted = points.get(table) or _names_as_points(tables.get(table, []))
        spelt = entry.node("range")
        range_ = rules.range_(spelt, entry.found) if spelt else _around(counted)
        text = entry.node("text", required=True)
        if text and not licence.bundled and not rules.is_number_of_item(text.text):
            entry.found.append(say.text_not_free(text.span, name))
        if range_ is None and name not in unscored:
            entry.found.append(say.answer_without_points(entry.key.span, name, table))
        asked = _asked_when(asked_when[name], answers, entry) if name in asked_when else None
        why = unscored[name].text if name in unscored else ""
        code = vocabulary.constant(coded) if (coded := codes.get(name)) else None
        yield Item(name, entry.text("link").partition(" | ")[0], text.text if text else "", code, table, counted, range_, asked, why)


def _entries(file: Block) -> Iterator[Block]:
    """The lines of all items in the order of the file."""
    return (entry for section in file.sections(_SECTIONS) for entry in section.blocks())


def _by_item(block: Block, known: Sequence[str]) -> dict[str, Scalar]:
    """Lines by the items that they are about."""
    made = dict(block.lines())
    block.found.extend([say.unknown_item(key.span, key.text, known) for key in made if key.text not in known])
    return {key.text: node for key, node in made.items()}


def _points(block: Block, answers: Sequence[str]) -> Mapping[str, Decimal]:
    """What the answers of a table count; each must be there."""
    made = {key.text: rules.number(node, block.found) for key, node in block.lines()}
    block.only(answers)
    block.found.extend([say.missing_key(block.key.span, answer, block.key.text) for answer in answers if answer not in made])
    return made


def _names_as_points(answers: Sequence[str]) -> Mapping[str, Decimal]:
    """A table whose names are numbers counts them."""
    return {one: Decimal(one) for one in answers} if all(one.isdecimal() for one in answers) else {}


def _around(points: Mapping[str, Decimal]) -> Range | None:
    return Range(min(points.values()), max(points.values())) if points else None


def _asked_when(node: Scalar, answers: Mapping[str, Sequence[str]], entry: Block) -> tuple[str, str] | None:
    other, sign, answer = (part.strip() for part in node.text.partition("="))
    if not sign:
        entry.found.append(say.not_understood(node.span, node.text, ["a = yes"]))
    elif other not in answers:
        entry.found.append(say.unknown_item(node.at(other), other, list(answers)))
    elif answer not in answers[other]:
        entry.found.append(say.not_one_of(node.at(answer), answer, other, answers[other]))
    else:
        return other, answer
    return None


def _all_scored(file: Block, items: Mapping[str, Item], counted: Mapping[str, Score]) -> None:
    """Every item is counted, or the file says why not."""
    used = {name for one in counted.values() for name in one.items}
    for entry in _entries(file):
        if not items[entry.key.text].unscored and entry.key.text not in used:
            entry.found.append(say.item_unscored(entry.key.span, entry.key.text))


def _findings(block: Block, known: Sequence[str]) -> Iterator[Finding]:
    for one in block.blocks():
        for rule, source in one.sourced():
            yield Finding(one.key.text, rule.text, rules.clauses(rule, known, block.found), source)


def _thresholds(about: Block, block: Block) -> Iterator[Threshold]:
    """What a change must reach; a share of it is for the better, so that the direction must be known."""
    block.only(_MEANINGS)
    for one in block.blocks():
        for rule, source in one.sourced():
            made = rules.threshold(one.key.text, rule, source, block.found)
            if made.percent is not None and about.text("more is") not in ("worse", "better"):
                about.found.append(say.missing_key(rule.span, "more is: worse", about.key.text))
            yield made
