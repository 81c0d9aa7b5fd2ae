"""`kap-fhir show`: the code that a mapping is compiled to."""

from __future__ import annotations

import click

from service.cli.mappings import Chosen, kind_of, options
from service.mapping.link import Compiled


@click.command()
@click.argument("kind")
@options
def command(chosen: Chosen, kind: str) -> None:
    """Show the Python that the mapping of KIND is compiled to."""
    mapped = chosen.library()
    click.echo(Compiled(kind_of(mapped, kind), mapped.names).text)
