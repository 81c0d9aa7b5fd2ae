"""`kap-fhir validate`: whether resources are FHIR R4, and what their profiles ask for."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import click

from service.cli import terminal
from service.cli.mappings import Chosen, options
from service.cli.texts import NDJSON, texts
from service.diagnostics.diagnostic import excerpt
from service.fhir import guide_files, json
from service.fhir.guide import PACKED
from service.fhir.guide_files import GuideError
from service.fhir.json import Number
from service.fhir.outcome import of_findings
from service.fhir.validate import Finding, validate_bytes
from service.instruments import published

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[^\s\[\]{},:"]+|.|$')
_NOUNS = {"fatal": "error", "error": "error", "warning": "warning", "information": "note"}


@dataclass(frozen=True, slots=True)
class _Checked:
    """The text of a resource and what was found in it; `line` is where it begins in its file, 0 where it is the whole file."""

    file: str
    line: int
    data: bytes
    found: tuple[Finding, ...]

    @property
    def name(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    @property
    def failed(self) -> bool:
        return any(one.severity in ("fatal", "error") for one in self.found)


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--profile", "profiles", multiple=True, metavar="URL", help="Check against this profile instead of those that are claimed.")
@click.option(
    "--with",
    "beside",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Know the profiles, extensions, value sets and Questionnaires in this file too: JSON or a package (.tgz).",
)
@click.option("--json", "as_json", is_flag=True, help="OperationOutcomes instead of a report.")
@options
def command(chosen: Chosen, files: tuple[str, ...], profiles: tuple[str, ...], beside: tuple[Path, ...], *, as_json: bool) -> None:
    """Validate resources against FHIR R4 and their profiles.

    A FILE is JSON or NDJSON, a folder of such files, or `-` for standard input. The profiles that a resource claims are checked where they
    are known: those of R4, US Core and IPS are, and those in the files of `--with`. So are the extensions, codes and Questionnaires
    that the mappings publish, if there are mappings.

    The report says of every finding the line, the element and the rule. It shows the line itself on a terminal only: elsewhere it may be
    kept, and it is patient data. With `--json` one resource gives an OperationOutcome; lines of NDJSON, a folder or several FILEs give a
    line each: `{"file", "line", "outcome"}`.

    Exit status: 0 no errors; 1 errors were found; 2 the command was not understood, or a file is not there.
    """
    guide = PACKED if chosen.absent else published.guide(*chosen.instruments())
    try:
        guide = guide.beside(guide_files.read(beside))
    except GuideError as error:
        raise click.UsageError(str(error)) from None
    for url in profiles:
        if guide.profile(url) is None:
            raise click.UsageError(f"the profile `{url}` is not known")
    checked = (_Checked(file, line, data, tuple(validate_bytes(data, profiles or None, guide))) for file, line, data in _texts(files))
    alone = len(files) == 1 and not Path(files[0]).is_dir()
    failed = _put_json(checked, alone=alone) if as_json else _put(checked)
    click.get_current_context().exit(1 if failed else 0)


def _texts(files: Iterable[str]) -> Iterator[tuple[str, int, bytes]]:
    """File, first line (0: it is the whole file) and text of every resource. Raises click.UsageError for a folder without any, OSError."""
    for file in files:
        path = Path(file)
        inside = sorted(one for one in path.rglob("*") if one.suffix in (".json", *NDJSON)) if path.is_dir() else [path]
        if not inside:
            raise click.UsageError(f"there is no JSON in the folder `{file}`")
        for one in inside:
            with nullcontext(sys.stdin.buffer) if file == "-" else one.open("rb") as stream:
                several, found = texts(stream, ndjson=one.suffix in NDJSON)
                for line, data in enumerate(found, 1):
                    if data.strip() or not several:
                        yield str(one), line if several else 0, data


def _put(checked: Iterable[_Checked]) -> bool:
    """Write the report; whether there were errors."""
    failed = count = 0
    for one in checked:
        shown = one.data.decode("utf-8", "replace").split("\n") if one.found and sys.stdout.isatty() else []
        for finding in one.found:
            click.echo(terminal.coloured("\n".join(_told(one, finding, shown))) + "\n")
        click.echo(f"{one.name}: {', '.join(_counted(one))}")
        count += 1
        failed += one.failed
    if count > 1:
        click.echo(f"{count - failed:,} of {count:,} resources are valid")
    return bool(failed)


def _told(one: _Checked, finding: Finding, shown: Sequence[str]) -> Iterator[str]:
    """A finding in the form of the other messages, with its line where lines are shown."""
    at = f" at {finding.expression}" if finding.expression else ""
    yield f"{finding.severity}[{finding.code}]{at}: {finding.message}"
    first = max(one.line, 1)
    number = str(finding.line + first - 1)
    gutter = " " * len(number)
    if finding.line:
        yield f"{gutter}--> {one.file}:{number}:{finding.column}"
    if finding.line and shown:
        line = shown[finding.line - 1]
        marked = _TOKEN.match(line, finding.column - 1)
        line, carets = excerpt(line, finding.column, len(marked[0]) if marked else 1)
        yield f"{gutter} |"
        yield f"{number} | {line}".rstrip()
        yield f"{gutter} | {carets}"
    yield f"{gutter} = help: {finding.rule}"


def _counted(one: _Checked) -> Iterator[str]:
    """`valid` or how many errors, then how many of the rest."""
    severities = Counter(_NOUNS[finding.severity] for finding in one.found)
    if not one.failed:
        yield "valid"
    for noun in dict.fromkeys(_NOUNS.values()):
        if severities[noun]:
            yield terminal.count(severities[noun], noun)


def _put_json(checked: Iterable[_Checked], *, alone: bool) -> bool:
    """Write the OperationOutcomes; whether there were errors."""
    failed = False
    for one in checked:
        failed |= one.failed
        outcome = of_findings(one.found)
        if alone and not one.line:
            terminal.put(json.write(outcome))
        else:
            where = {"line": Number(str(one.line))} if one.line else {}
            click.echo(json.write({"file": one.file, **where, "outcome": outcome}))
    return failed
