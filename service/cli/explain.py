"""`kap-fhir explain`: where each element comes from."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import click

from service.cli import given as giving
from service.cli.mappings import Chosen, kind_of, options
from service.fhir import json
from service.mapping import explain, laid_out
from service.mapping.explain import Row


@click.command()
@click.argument("kind")
@click.argument("file", required=False)
@options
def command(chosen: Chosen, kind: str, file: str | None) -> None:
    """Show where each element comes from.

    With FILE (`-` is standard input), which holds a record of KIND: each element of its resources, the line of the mapping that writes it,
    and the field whose value it holds. Without FILE: the picture of what the mapping of KIND writes.
    """
    mapped = chosen.library()
    found = kind_of(mapped, kind)
    if file is None:
        click.echo(explain.picture(found), nl=False)
        return
    given = giving.read(file)
    if given.is_fhir or given.lines is not None:
        raise click.UsageError("`explain` takes one record")
    record = laid_out.ours(mapped.layouts, kind, giving.alone(json.read(given.data)))
    for line in table(explain.explain(mapped, kind, record)):
        click.echo(line)


def table(rows: Iterable[Row]) -> Iterator[str]:
    """Rows as people read them: a heading for each resource, then `element ← file:line ← field`."""
    for resource, group in itertools.groupby(rows, lambda row: row.resource):
        inside = list(group)
        elements, places = (max(len(cell) for cell in column) for column in zip(*((row.element, row.place) for row in inside), strict=True))
        yield resource
        for row in inside:
            field = f" ← {row.field}" if row.field else ""
            yield f"  {row.element:<{elements}} ← {row.place:<{places if field else 0}}{field}"
