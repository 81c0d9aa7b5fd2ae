"""Records to try: the examples of the mappings, as the clinic writes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from service.diagnostics.issue import Refused
from service.fhir import json
from service.mapping import laid_out
from service.mapping.check import example
from service.mapping.library import Library


def samples(library: Library) -> dict[str, bytes]:
    """A record of each kind as JSON; none of a kind without example, or whose example has no form in the clinic's records."""
    return dict(_samples(library))


def _samples(library: Library) -> Iterator[tuple[str, bytes]]:
    for name, kind in library.kinds.items():
        if record := example.spelt(library.kinds, kind):
            with suppress(Refused):
                yield name, json.write(laid_out.form(library.layouts, name, record))
