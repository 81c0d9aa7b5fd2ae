"""`kap-fhir demo-data`: the records of a synthetic clinic."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import click

from service.cli.mappings import Chosen, options
from service.demo import clinic
from service.fhir import json
from service.mapping import laid_out


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--patients", type=click.IntRange(1), default=clinic.PATIENTS, show_default=True, help="How many clients the clinic has.")
@click.option("--seed", type=int, default=clinic.SEED, show_default=True, help="Another seed makes another clinic, the same one the same.")
@options
def command(chosen: Chosen, folder: Path, patients: int, seed: int) -> None:
    """Write a synthetic clinic to FOLDER, each record kind as NDJSON in the form of the clinic.

    Nobody in it is real. `kap-fhir convert KIND FILE` converts one of them.
    """
    layouts = chosen.library().layouts
    folder.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        files: dict[str, BinaryIO] = {}
        for kind, record in clinic.records(patients, seed):
            if kind not in files:
                files[kind] = stack.enter_context(_part(folder, kind).open("wb"))
            files[kind].write(json.write(laid_out.form(layouts, kind, record)) + b"\n")
            counts[kind] += 1
    for kind in counts:
        _part(folder, kind).replace(folder / f"{kind}.ndjson")
    click.echo(f"{folder}: {', '.join(f'{number:,} {kind}' for kind, number in counts.items())}")


def _part(folder: Path, kind: str) -> Path:
    return folder / f"{kind}.ndjson.part"
