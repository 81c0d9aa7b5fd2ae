"""The emitted module of a record kind, as one text."""

from __future__ import annotations

from service.mapping.emit import runtime, structs
from service.mapping.emit.reader import Reader
from service.mapping.emit.source import Source
from service.mapping.emit.writer import Writer
from service.mapping.plan import Kind
from service.mapping.sender import Names


def text(kind: Kind, names: Names, *, writes: bool = True, reads: bool = True) -> str:
    """The module's text: what writes records, what reads resources, or both. It names what `runtime` offers and nothing else."""
    source = Source()
    structs.records(kind, source)
    if writes:
        Writer(kind, names, source).functions()
    if reads:
        Reader(kind, source).functions()
    head = [
        f'"""Emitted from the mapping of {kind.name}: {kind.span.source.name}."""',
        "from typing import Literal",
        "from msgspec.json import Decoder",
        f"from {runtime.__name__} import {', '.join(name for name in runtime.__all__)}",
    ]
    return "\n".join([*head, *source.module(), ""])
