"""`kap-fhir release`: remember what was ever written."""

from __future__ import annotations

import click

from service.cli import terminal
from service.cli.mappings import Chosen, options
from service.mapping import release


@click.command()
@options
def command(chosen: Chosen) -> None:
    """Write down what the mappings write, before a release.

    It goes to `released.lock` in their folder, with --clinic to `clinics/<clinic>.lock`. What stands there may be renamed later
    (`formerly:`), never forgotten: `check` refuses a mapping that could not read what an earlier version wrote.
    """
    text = release.lock(chosen.library())
    path = chosen.folder / (f"clinics/{chosen.clinic}.lock" if chosen.clinic else "released.lock")
    before = set(path.read_text(encoding="utf-8").splitlines()) if path.exists() else set()
    path.write_text(text, encoding="utf-8")
    click.echo(f"{path}: {terminal.count(len(set(text.splitlines()) - before), 'new line')}")
