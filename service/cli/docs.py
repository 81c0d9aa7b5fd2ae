"""`kap-fhir docs`: the mappings as pages that people read."""

from __future__ import annotations

from pathlib import Path

import click

from service.cli import terminal
from service.cli.mappings import Chosen, options
from service.mapping import pages


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@options
def command(chosen: Chosen, folder: Path) -> None:
    """Write a page for each record kind into FOLDER.

    A page says what a record holds, where each field stands in FHIR, and where each code was seen. Pages of what is no longer there go.
    """
    mapped = chosen.library()
    for name, made in {"records": pages.pages(mapped)}.items():
        inside = folder / name
        inside.mkdir(parents=True, exist_ok=True)
        for path in inside.glob("*.md"):
            if path.name not in made and path.read_text(encoding="utf-8").startswith(pages.MARK):
                path.unlink()
        for file, text in made.items():
            (inside / file).write_text(text, encoding="utf-8")
        click.echo(f"{inside}: {terminal.count(len(made), 'page')}")
