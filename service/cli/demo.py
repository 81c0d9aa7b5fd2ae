"""`kap-fhir demo`: a synthetic session, both ways, and the API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import click

from service.cli import terminal
from service.cli.explain import table
from service.cli.mappings import Chosen, options
from service.cli.serve import bind_option, serve
from service.demo import clinic
from service.fhir import json
from service.fhir.json import Value
from service.mapping import children, explain, laid_out, law
from service.mapping.children import Single
from service.mapping.library import Library
from service.mapping.wire import Gateway

_KIND = "session"


@click.command()
@click.option("--once", is_flag=True, help="End after the conversion, without serving.")
@bind_option
@options
def command(chosen: Chosen, bind: str, *, once: bool) -> None:
    """Convert a synthetic session both ways, then serve the API.

    It becomes a transaction Bundle and a session again, the same to the last digit.
    """
    mapped = chosen.library()
    gateway = Gateway.of(mapped)
    given = clinic.session()
    records = [(_KIND, given["record"]), *((kind, one) for kind, inside in given["with"].items() for one in inside)]
    bundle = gateway.to_fhir(_KIND, json.write(_form(mapped, given))).data
    back = json.read(gateway.from_fhir(bundle).data)
    singles = list(_singles(mapped, records))
    counts = Counter(one.kind.name for one in singles)
    click.echo(f"Synthetic data: {_told(counts)}.")
    types = Counter(one["resource"]["resourceType"] for one in json.read(bundle)["entry"])
    click.echo(f"\nAs a transaction Bundle ({len(bundle):,} bytes): {_told(types)}.")
    click.echo("Each element ← the line of the mapping that writes it ← the field of the record whose value it holds.")
    for kind, first in {one.kind.name: one for one in reversed(singles)}.items():
        click.echo(f"\nOf {counts[kind]} {kind}, the first:")
        for line in table(explain.explain(mapped, kind, first.record)):
            click.echo(line)
    differing = list(_differing(mapped, records, back))
    for at in differing:
        terminal.tell(f"error: what came back differs at {at}")
    if differing or back["orphans"]:
        raise click.ClickException("the session did not come back as it was")
    click.echo("\nBack again: the same records, value by value, with nothing left over.")
    for kind, name, reason in _staying(mapped, records):
        click.echo(f"`{name}` of the {kind} was not sent: {reason}.")
    if once:
        return
    click.echo(f"\nServing on http://{bind}\n  http://{bind}/              what is here\n  http://{bind}/openapi.yaml  the API")
    click.echo(f"  http://{bind}/kap/schema/{_KIND}  what a {_KIND} may hold\nCtrl-C ends it.\n")
    serve(chosen, bind)


def _singles(mapped: Library, records: list[tuple[str, Value]]) -> Iterator[Single]:
    """Each record and each inside it, by itself."""
    for kind, record in records:
        yield from children.spread(mapped.kinds, mapped.kinds[kind], record, [])


def _form(mapped: Library, given: Value) -> Value:
    """The session and those it is sent with, in the form of the clinic, if it has one."""
    layouts = mapped.layouts
    beside = {kind: [laid_out.form(layouts, kind, one) for one in records] for kind, records in given["with"].items()}
    return {"record": laid_out.form(layouts, _KIND, given["record"]), "with": beside}


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items())


def _differing(mapped: Library, records: list[tuple[str, Value]], back: Value) -> Iterator[str]:
    """Where the records that came back are not those that were sent (but for what stays in the clinic)."""
    kinds = mapped.kinds
    ours = [(one["kind"], laid_out.ours(mapped.layouts, one["kind"], one["record"])) for one in back["records"]]
    came = {(kind, record[kinds[kind].key]): record for kind, record in ours}
    for kind, record in records:
        key = record[kinds[kind].key]
        wanted = law.expected(kinds, kinds[kind], record)
        yield from law.differing(wanted, law.expected(kinds, kinds[kind], came.get((kind, key), {})), f"{kind} {key}")


def _staying(mapped: Library, records: list[tuple[str, Value]]) -> Iterator[tuple[str, str, str]]:
    """The fields that never leave the clinic, by kind and name, with the reason."""
    for kind, record in records:
        for field in mapped.kinds[kind].fields.by_name.values():
            if field.stays and field.name in record:
                yield kind, field.name, field.stays
