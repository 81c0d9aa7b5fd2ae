"""`kap-fhir instruments`: the questionnaires that the mappings know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from service.cli import terminal
from service.cli.mappings import Chosen, instead, options
from service.fhir import json
from service.instruments.instrument import Instrument, Item, Score
from service.instruments.questionnaire import questionnaire

_UNKNOWN = "not known"


@click.command()
@click.argument("instrument", required=False)
@click.option("--fhir", is_flag=True, help="Instead, the Questionnaire resource of INSTRUMENT.")
@options
def command(chosen: Chosen, instrument: str | None, *, fhir: bool) -> None:
    """List the questionnaires, or show one.

    Of each: its items, range, direction, licence and source. With INSTRUMENT, all that is known about it: items, scores, bands, what a
    change means, and who says so.
    """
    if fhir and not instrument:
        raise click.UsageError("`--fhir` takes one INSTRUMENT")
    mapped, known = chosen.instruments()
    if instrument and instrument not in known:
        raise click.UsageError(f"there is no instrument `{instrument}`{instead(instrument, known)}")
    if fhir:
        terminal.put(json.write(questionnaire(known[instrument or ""], mapped.vocabulary)))
        return
    for line in _whole(known[instrument], mapped.names.base) if instrument else _listed(known.values()):
        click.echo(line)


def _listed(instruments: Iterable[Instrument]) -> Iterator[str]:
    for one in instruments:
        yield f"{one.id}: {one.title}"
        yield f"  {terminal.count(len(one.items), 'item')}; {_ranges(one)}; more is {one.more_is or _UNKNOWN}"
        yield f"  licence: {_licence(one)}"
        yield f"  publisher: {one.licence.publisher or _UNKNOWN}"
        yield f"  source: {one.source or _UNKNOWN}"


def _ranges(one: Instrument) -> str:
    named = ["total"] if "total" in one.scores else list(one.scores)
    return ", ".join(f"{name} {one.scores[name].range or _UNKNOWN}" for name in named)


def _licence(one: Instrument) -> str:
    return f"text {'may' if one.licence.bundled else 'may not'} be bundled; {one.licence.status}; source: {one.licence.source or _UNKNOWN}"


def _whole(one: Instrument, base: str) -> Iterator[str]:
    yield f"{one.id}: {one.title}"
    yield from _columns(
        [
            ("questionnaire", one.url.replace("{base}", base)),
            ("rated by", one.rated_by),
            ("recall", one.recall or _UNKNOWN),
            ("more is", one.more_is or _UNKNOWN),
            ("licence", _licence(one)),
            ("publisher", one.licence.publisher or _UNKNOWN),
            ("note", one.note or "none"),
            ("source", one.source or _UNKNOWN),
        ]
    )
    yield "\nItems"
    yield from _columns([(item.name, item.link, _points(item), f"{item.text}{_asked(item)}") for item in one.items.values()])
    yield "\nScores"
    for score in one.scores.values():
        yield from _score(score)
    yield "\nFindings"
    yield from _columns([(finding.name, finding.rule, finding.source) for finding in one.findings])
    yield "\nChange of the total"
    yield from _columns([(threshold.meaning, threshold.rule, threshold.source) for threshold in one.thresholds])


def _points(item: Item) -> str:
    return f"not scored: {item.unscored}" if item.unscored else str(item.range)


def _asked(item: Item) -> str:
    return f" (asked when {item.asked_when[0]} = {item.asked_when[1]})" if item.asked_when else ""


def _score(one: Score) -> Iterator[str]:
    title = "" if one.title == one.name else f" ({one.title})"
    made = f"not computed: {one.not_computed}" if one.not_computed else f"{one.method} of {', '.join(one.items)}"
    missing = "" if one.not_computed else f"no score{f' ({one.missing})' if one.missing else '; the rule of its authors is not known'}"
    yield f"  {one.name}{title}"
    rows = [
        ("range", str(one.range or _UNKNOWN)),
        ("made", made),
        ("reversed", ", ".join(one.reversed)),
        ("without an answer", missing),
        ("bands", ", ".join(f"{range_} {name}" for range_, name in one.bands) or _UNKNOWN),
        ("source", one.source or _UNKNOWN),
    ]
    yield from _columns([row for row in rows if row[1]], "    ")


def _columns(rows: list[tuple[str, ...]], indent: str = "  ") -> Iterator[str]:
    """Rows in columns; a word where there are none."""
    if not rows:
        yield f"{indent}{_UNKNOWN}"
        return
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        yield (indent + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))).rstrip()
