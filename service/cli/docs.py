"""`kap-fhir docs`: the mappings as pages that people read."""

from __future__ import annotations

from pathlib import Path

import click

from service.cli import terminal
from service.cli.mappings import Chosen, options
from service.mapping.pages.folder import pages
from service.mapping.pages.markdown import MARK


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@options
def command(chosen: Chosen, folder: Path) -> None:
    """Write a page for each record kind and each questionnaire into FOLDER.

    A page says what a record holds, where each field stands in FHIR, and where each code was seen. Pages of what is no longer there go.
    """
    made = {folder / path: text for path, text in pages(chosen.library()).items()}
    for inside in {path.parent for path in made}:
        inside.mkdir(parents=True, exist_ok=True)
        for path in inside.glob("*.md"):
            if path not in made and path.read_text(encoding="utf-8").startswith(MARK):
                path.unlink()
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    click.echo(f"{folder}: {terminal.count(len(made), 'page')}")
