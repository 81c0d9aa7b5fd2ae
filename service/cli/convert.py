"""`kap-fhir convert`: records to FHIR, and FHIR to records."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from service.cli import given as giving
from service.cli import terminal
from service.cli.given import Given
from service.cli.mappings import Chosen, instead, kind_of, options
from service.fhir import json
from service.fhir.json import Value
from service.mapping.library import Library
from service.mapping.memory import POLICIES
from service.mapping.wire import Answer, Gateway, Terms
from service.records.leaves import ID


def _server(_: click.Context, __: click.Parameter, value: str) -> str:
    if value and not value.startswith(("http://", "https://")):
        raise click.BadParameter("must be the base URL of a FHIR server (http or https)")
    return value


def _key(_: click.Context, __: click.Parameter, value: str) -> str:
    if value and not ID.fullmatch(value):
        raise click.BadParameter("must be a key of ours: 1 to 36 letters, digits or hyphens")
    return value


def _policy(_: click.Context, __: click.Parameter, value: str | None) -> str:
    return value or ""


def _links(_: click.Context, __: click.Parameter, value: Path | None) -> Value:
    """The link table in a file."""
    table = giving.whole(value) if value else {}
    if not isinstance(table, dict) or not all(
        isinstance(links, dict) and all(isinstance(key, str) for key in links.values()) for links in table.values()
    ):
        raise click.BadParameter('must hold {"server": {"Type/id": "our key"}}, as `links` of an answer does')
    return table


@click.command()
@click.argument("kind", required=False)
@click.argument("file", required=False)
@click.option("--server", default="", callback=_server, help="The FHIR server that the resources go to or come from; without it, ours.")
@click.option("--takes-ids", is_flag=True, help="To FHIR: that server keeps the ids that we give.")
@click.option("--recorded", default="", help="To FHIR: the instant for the Provenance; without it, the latest time in the record.")
@click.option(
    "--with", "beside", multiple=True, metavar="KIND=FILE", callback=giving.beside, help="To FHIR: records to send along (patients …)."
)
@click.option("--links", metavar="FILE", type=click.Path(path_type=Path), callback=_links, help="From FHIR: known links, as in an answer.")
@click.option("--key", default="", callback=_key, help="From FHIR: the key that the one record is to have.")
@click.option(
    "--leftovers", type=click.Choice(POLICIES), callback=_policy, help="From FHIR: what is done with what no field of ours holds."
)
@click.option(
    "--pretty/--compact", default=None, help="Indent the answer, or not; by default on a terminal only. NDJSON is never indented."
)
@options
def command(chosen: Chosen, kind: str | None, file: str | None, *, pretty: bool | None, **asked: Any) -> None:
    """Convert records of KIND to FHIR, or FHIR to records.

    FILE, or standard input, holds JSON or NDJSON; which way to go follows from what is in it. KIND may be left out where only one takes the
    record. A record becomes a resource, or a transaction Bundle where it is several; a resource, a Bundle or a list of resources becomes
    records, with orphans, links and an OperationOutcome.

    Notes, leftovers and what the receiver must withdraw are told on standard error. A bad line of NDJSON fails alone: an OperationOutcome
    stands in its place. Exit status: 0 all of it was converted; 1 something was refused; 2 the command was not understood.
    """
    mapped = chosen.library()
    kind, file = _kind_and_file(mapped, kind, file)
    given = giving.read(file)
    _check(given, kind, asked)
    beside = asked.pop("beside")
    along = json.write(beside) if beside else b""
    gateway, terms = Gateway.of(mapped), Terms(**asked)
    kind = "" if given.is_fhir else kind or giving.kind_in(mapped, given)
    if given.lines is None:
        failed = _put(gateway.to_fhir(kind, _with(given.data, along), terms) if kind else gateway.from_fhir(given.data, terms), pretty)
    else:
        lines = _Lines(given.lines, given.size)
        records = (_with(line, along) for line in lines)
        failed = _put_lines(lines, gateway.to_fhir_lines(kind, records, terms) if kind else gateway.from_fhir_lines(lines, terms))
    click.get_current_context().exit(1 if failed else 0)


def _kind_and_file(mapped: Library, kind: str | None, file: str | None) -> tuple[str | None, str | None]:
    """Which of the words is which: a single one may be either."""
    if kind is None:
        return None, None
    if file is not None or kind in mapped.kinds:
        return kind_of(mapped, kind).name, file
    if kind == "-" or Path(kind).exists():
        return None, kind
    raise click.UsageError(f"there is neither a record kind nor a file `{kind}`{instead(kind, mapped.kinds)}")


def _check(given: Given, kind: str | None, asked: Mapping[str, Any]) -> None:
    """Raise click.UsageError for what makes no sense in this direction."""
    names = {"takes_ids": "--takes-ids", "recorded": "--recorded", "beside": "--with"}
    if not given.is_fhir:
        names = {"links": "--links", "key": "--key", "leftovers": "--leftovers"}
    for name, option in names.items():
        if asked[name]:
            raise click.UsageError(f"{option} says nothing about a conversion {'from' if given.is_fhir else 'to'} FHIR")
    if given.is_fhir and kind:
        raise click.UsageError(f"this is FHIR, whose record kinds follow from it: leave out `{kind}`")


def _with(record: bytes, along: bytes) -> bytes:
    return b'{"record":%b,"with":%b}' % (record, along) if along and record.strip() else record


class _Lines:
    """Lines of NDJSON, with a bar on the terminal where one sees it; `number` is that of the line read last."""

    def __init__(self, lines: Iterable[bytes], size: int | None) -> None:
        self.number = 0
        self._lines = lines
        self._size = size

    def __iter__(self) -> Iterator[bytes]:
        with terminal.progress(self._size) as advance:
            for line in self._lines:
                self.number += 1
                yield line
                advance(len(line))


def _put(answer: Answer, pretty: bool | None) -> bool:  # noqa: FBT001 - it is the option's value
    """Write one answer; whether something was refused."""
    terminal.put(answer.data, indent=pretty)
    _tell(answer)
    return any(issue.severity == "error" for issue in answer.issues)


def _put_lines(lines: _Lines, answers: Iterable[Answer]) -> bool:
    """Write the answers, one a line; whether any has failed."""
    out = sys.stdout.buffer
    done = failed = 0
    for answer in answers:
        out.write(answer.data + b"\n")
        _tell(answer, f"line {lines.number}: ")
        done += 1
        failed += answer.failed
    if failed:
        terminal.tell(f"error: {failed:,} of {terminal.count(done, 'line')} failed; an OperationOutcome stands in the place of each")
    return bool(failed)


def _tell(answer: Answer, lead: str = "") -> None:
    for issue in answer.issues:
        terminal.tell(issue.render() if answer.failed else f"{lead}{issue.render()}")
    for name in answer.withdrawn:
        terminal.tell(f"{lead}withdrawn: {name} is no longer written; delete it at the server, or mark it entered in error")
