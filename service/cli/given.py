"""What is to be converted: one JSON text or lines of NDJSON, records or FHIR, from a file or standard input."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import click

from service.cli.texts import NDJSON, texts
from service.diagnostics.issue import Issue, Refused
from service.fhir import json
from service.fhir.json import JsonError, Value
from service.mapping import children, laid_out
from service.mapping.library import Library


@dataclass(frozen=True, slots=True)
class Given:
    """One JSON text (`data`), or the lines of NDJSON, with the size of their file where it has one. `first` is the first value, if any."""

    first: Value
    data: bytes = b""
    lines: Iterator[bytes] | None = None
    size: int | None = None

    @property
    def is_fhir(self) -> bool:
        """Whether it holds resources."""
        return isinstance(self.first, dict) and "resourceType" in self.first


def read(file: str | None) -> Given:
    """What is in a file; without one, or where it is `-`, what is on standard input. Raises OSError, JsonError."""
    if file is None or file == "-":
        if sys.stdin.isatty():
            raise click.UsageError("say a FILE, or pipe JSON in")
        return _read(sys.stdin.buffer)
    path = Path(file)
    stream = click.get_current_context().with_resource(path.open("rb"))
    return _read(stream, ndjson=path.suffix in NDJSON, size=path.stat().st_size)


def kind_in(mapped: Library, given: Given) -> str:
    """The only record kind that takes the first record. Raises click.UsageError where none does, or more than one."""
    record = _first(alone(given.first))
    taking = [name for name in mapped.kinds if _takes(mapped, name, record)]
    if len(taking) == 1:
        return taking[0]
    why = f"it could be {' or '.join(taking)}" if taking else "no kind takes it as it stands"
    raise click.UsageError(f"the kind of this record cannot be known: {why}. Say one before the file: {', '.join(mapped.kinds)}")


def alone(value: Value) -> Value:
    """What a value holds without the records that are sent along with it."""
    return value["record"] if isinstance(value, dict) and value.keys() == {"record", "with"} else value


def beside(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, list[Value]]:
    """Records by kind, from KIND=FILE; for an option."""
    records: dict[str, list[Value]] = {}
    for value in values:
        kind, found, file = value.partition("=")
        if not found:
            raise click.BadParameter("must be KIND=FILE")
        inside = whole(Path(file))
        records.setdefault(kind, []).extend(inside if isinstance(inside, list) else [inside])
    return records


def whole(path: Path) -> Value:
    """The JSON in a file. Raises click.BadParameter."""
    try:
        return json.read(path.read_bytes())
    except JsonError as error:
        raise click.BadParameter(f"{path}: {error}") from None
    except OSError as error:
        raise click.BadParameter(f"{path}: {error.strerror}") from None


def _read(stream: BinaryIO, *, ndjson: bool = False, size: int | None = None) -> Given:
    several, found = texts(stream, ndjson=ndjson)
    if several:
        return _of_lines(found, size)
    data = next(found)
    return Given(_first(json.read(data)), data)


def _of_lines(lines: Iterator[bytes], size: int | None) -> Given:
    seen: list[bytes] = []
    for line in lines:
        seen.append(line)
        with suppress(JsonError):
            return Given(_first(json.read(line)), lines=itertools.chain(seen, lines), size=size)
    return Given(None, lines=iter(seen), size=size)


def _first(value: Value) -> Value:
    return value[0] if isinstance(value, list) and value else value


def _takes(mapped: Library, kind: str, record: Value) -> bool:
    found: list[Issue] = []
    try:
        list(children.spread(mapped.kinds, mapped.kinds[kind], laid_out.ours(mapped.layouts, kind, record), found))
    except Refused:
        return False
    return not found
