"""The JSON texts in a file or on standard input: one, or those of NDJSON; of none more is read than the limit."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import BinaryIO

from service.fhir.json import MAX_BYTES

NDJSON = (".ndjson", ".jsonl")
"""How the names of files with a JSON value on each line end."""

_HEAD = 1000
"""Lines among which the first two that are not blank tell whether a stream is NDJSON."""


def texts(stream: BinaryIO, *, ndjson: bool = False) -> tuple[bool, Iterator[bytes]]:
    """Whether a stream is NDJSON (told, or known by its second line), and its lines or the one text."""
    lines = _lines(stream)
    head: list[bytes] = []
    full: list[bytes] = []
    for line in itertools.islice(lines, _HEAD):
        head.append(line)
        full += [line.strip()] if line.strip() else []
        if len(full) == 2:
            break
    if ndjson or _two_values(full):
        return True, itertools.chain(head, lines)
    data = b"".join(head)
    return False, iter([data + stream.read(max(0, MAX_BYTES + 1 - len(data)))])


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream; what is beyond the limit in one is passed over."""
    while line := stream.readline(MAX_BYTES + 1):
        yield line
        while len(line) > MAX_BYTES and not line.endswith(b"\n"):
            line = stream.readline(MAX_BYTES + 1)


def _two_values(full: list[bytes]) -> bool:
    """Whether lines are NDJSON: no JSON text goes on with `{` after a line that began with `{` and ended with `}`."""
    return len(full) == 2 and full[0].startswith(b"{") and full[0].endswith(b"}") and full[1].startswith(b"{")
