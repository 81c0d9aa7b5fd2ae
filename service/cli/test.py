"""`kap-fhir test`: whether the example pairs hold both ways."""

from __future__ import annotations

from pathlib import Path

import click

from service.cli import terminal
from service.cli.mappings import Chosen, options
from service.mapping import examples
from service.mapping.wire import Gateway


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@options
def command(chosen: Chosen, folder: Path | None) -> None:
    """Run example pairs both ways.

    They are those in FOLDER, or without it in `examples` of the mappings, of a clinic in `clinics/<clinic>`. A pair is
    `<kind>/<name>.record.json` and `<kind>/<name>.fhir.json`: the one must become the other, and the other the one.
    """
    folder = folder or chosen.folder / (f"clinics/{chosen.clinic}" if chosen.clinic else "examples")
    results = examples.run(Gateway.of(chosen.library()), folder)
    if not results:
        raise click.UsageError(f"there are no example pairs in `{folder}`")
    for one in results:
        if not one.problems:
            click.echo(f"{one.kind}/{one.name} holds")
        for problem in one.problems:
            terminal.tell(f"error: {one.kind}/{one.name}: {problem}")
    held = sum(not one.problems for one in results)
    click.echo(f"{held} of {terminal.count(len(results), 'pair')} hold both ways")
    click.get_current_context().exit(0 if held == len(results) else 1)
