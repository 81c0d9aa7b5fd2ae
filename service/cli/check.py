"""`kap-fhir check`: whether the mappings are right."""

from __future__ import annotations

import time

import click

from service.cli import terminal
from service.cli.mappings import Chosen, kind_of, options
from service.diagnostics.diagnostic import Diagnostics


@click.command()
@click.argument("kinds", nargs=-1, metavar="[KIND]...")
@options
def command(chosen: Chosen, kinds: tuple[str, ...]) -> None:
    """Check the mappings.

    What they write must be FHIR R4, and no record may lose a value on the way there and back. All of them are read, since they depend
    on each other; with KINDs, only the errors in their files are told. Every error is told at once, with file, line and what would go
    wrong.
    """
    start = time.perf_counter()
    try:
        mapped, instruments = chosen.instruments()
    except Diagnostics as found:
        _tell_of(found, kinds)
        raise
    took = time.perf_counter() - start
    for kind in [kind_of(mapped, name) for name in kinds] or mapped.kinds.values():
        click.echo(f"{kind.name}: {terminal.count(len(kind.shapes), 'shape')}, {terminal.count(len(kind.fields.by_name), 'field')}")
    counted = f"{terminal.count(len(mapped.kinds), 'record kind')} and {terminal.count(len(instruments), 'instrument')}"
    click.echo(f"{counted} checked in {took:.2f} s")


def _tell_of(found: Diagnostics, kinds: tuple[str, ...]) -> None:
    """Raise the errors in the files of some kinds; where they have none, say that others have."""
    if not kinds:
        return
    files = tuple(f"/{kind}.yaml" for kind in kinds)
    here = [one for one in found.found if one.span.source.name.endswith(files)]
    if here:
        raise Diagnostics(here) from None
    terminal.tell(
        f"error: no error is in the file of {' or '.join(kinds)}, but other files have errors, so nothing can be said of it yet:\n"
    )
