"""`kap-fhir schema`: what others need to check records and resources."""

from __future__ import annotations

import click

from service.cli import terminal
from service.cli.mappings import Chosen, kind_of, options
from service.fhir import json
from service.instruments.form_fhir import EVIDENCE
from service.mapping.publish import definitions
from service.mapping.record_schema import record_schema


@click.command()
@click.argument("kind", required=False)
@click.option("--fhir", is_flag=True, help="Instead, the definitions of our extensions and local codes, as a Bundle for FHIR validators.")
@options
def command(chosen: Chosen, kind: str | None, *, fhir: bool) -> None:
    """Print the JSON Schema (2020-12) of a record of KIND."""
    if fhir == bool(kind):
        raise click.UsageError("say a KIND, or --fhir")
    mapped = chosen.library()
    if kind:
        kind_of(mapped, kind)
        terminal.put(json.write(record_schema(mapped, kind)))
        return
    entries = [{"fullUrl": one["url"], "resource": one} for one in definitions(mapped, EVIDENCE)]
    terminal.put(json.write({"resourceType": "Bundle", "type": "collection", "entry": entries}))
