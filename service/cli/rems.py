"""`kap-fhir rems`: the patient monitoring form of the Spravato REMS, filled from a session."""

from __future__ import annotations

from collections.abc import Iterator

import click

from service.cli import given as giving
from service.cli import terminal
from service.cli.mappings import Chosen, instead, kind_of, options
from service.fhir import json
from service.fhir.json import Value
from service.instruments import form
from service.instruments.filled import SESSION, Answer, Filled, Missing, NotForIt, called, fill
from service.instruments.form_fhir import questionnaire, response
from service.mapping import laid_out
from service.mapping.library import Library
from service.records.formulas import word

_FORM = "spravato-rems-pmf"


@click.command()
@click.argument("file", required=False)
@click.option(
    "--with", "along", multiple=True, metavar="KIND=FILE", callback=giving.beside, help="Records beside the session: patient, medication …"
)
@click.option("--form-version", "version", default="", help="The version of the form; without it, the newest.")
@click.option("--fhir", is_flag=True, help="Instead, the QuestionnaireResponse.")
@click.option("--questionnaire", "blank", is_flag=True, help="Instead, the Questionnaire that it answers; no FILE is read.")
@options
def command(chosen: Chosen, file: str | None, *, along: dict[str, list[Value]], version: str, fhir: bool, blank: bool) -> None:
    """Fill the monitoring form of the Spravato REMS from a session.

    FILE, or standard input, holds a session with what was given, measured and seen in it; the client, the practitioner, medicines and what
    else stands in records of its own comes by --with. Nothing is entered in the form: what is missing is told on standard error, with the
    record and field where it would be entered.

    Exit status: 0 complete; 1 something is missing, or the form is not for this session; 2 the command was not understood.
    """
    mapped = chosen.library()
    one = form.of(mapped).get(_FORM)
    if one is None:
        raise click.UsageError(f"the mappings have no form `{_FORM}`")
    if version and version not in one.versions:
        raise click.UsageError(f"there is no version `{version}` of the form{instead(version, one.versions)}")
    version = version or one.versions[-1]
    if blank:
        terminal.put(json.write(questionnaire(one, version, mapped.vocabulary)))
        return
    records = {
        kind_of(mapped, kind).name: [laid_out.ours(mapped.layouts, kind, record) for record in inside] for kind, inside in along.items()
    }
    given = giving.read(file)
    if given.is_fhir or given.lines is not None:
        raise click.UsageError("`rems` takes one session")
    session = laid_out.ours(mapped.layouts, SESSION, json.read(given.data))
    try:
        filled = fill(mapped, one, version, session, records)
    except NotForIt as error:
        terminal.tell(f"error: {error}")
        click.get_current_context().exit(1)
    if fhir:
        terminal.put(json.write(response(mapped, filled)))
    else:
        for line in _shown(mapped, filled):
            click.echo(line)
    _tell(filled)
    click.get_current_context().exit(0 if filled.complete else 1)


def _shown(mapped: Library, filled: Filled) -> Iterator[str]:
    yield f"{filled.form.title}, {filled.version}"
    yield f"{filled.session.name}, {filled.day}" + (f", to be submitted by {filled.due}" if filled.due else "")
    for _, title, questions in filled.form.questions(filled.version):
        rows = [(one.text + (" *" if one.required else ""), filled.answers.get(one.link)) for one in questions]
        width = max(len(text) for text, _ in rows)
        yield f"\n{title}"
        yield from (f"  {text:<{width}}  {_answer(mapped, answer)}".rstrip() for text, answer in rows)


def _answer(mapped: Library, answer: Answer | None) -> str:
    if answer is None:
        return "-"
    value = {True: "yes", False: "no"}[answer.value] if isinstance(answer.value, bool) else word(answer.value)
    unit = f" {answer.question.unit}" if answer.question.unit else ""
    said = "; ".join(f"{found.name}: {called(mapped, found.kind.name, field)}" for found, field in answer.evidence)
    return f"{value}{unit}" + (f"  ({said})" if said else "")


def _tell(filled: Filled) -> None:
    """What is missing, on standard error."""
    for severity, wanted in (("error", True), ("warning", False)):
        missing = [one for one in filled.missing if one.question.required == wanted]
        if missing:
            what = "required answers are missing" if wanted else "answers may be added"
            terminal.tell("\n".join([f"{severity}: {what}", *map(_line, missing)]))


def _line(one: Missing) -> str:
    return f"  {one.question.link}: {one.question.text}: {one.why}\n    = {one.where}"
