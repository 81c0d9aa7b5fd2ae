"""The packed tables that tools/pack_definitions.py writes, read by the line: what nobody asks for is never decoded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

_NAME = len('{"name":"')
_VALUE_SETS = "http://hl7.org/fhir/ValueSet/"


@dataclass(frozen=True, slots=True)
class Binding:
    """How strictly (required, extensible, preferred, example) an element takes its codes from a value set (its url, without version)."""

    strength: str
    value_set: str


@dataclass(frozen=True, slots=True)
class Invariant:
    """A rule of a definition: its key, error or warning, the element id it stands on, its FHIRPath expression."""

    key: str
    severity: str
    path: str
    expression: str


@cache
def lines(table: str) -> dict[str, bytes]:
    """The JSON lines of a table, not decoded, by the name each begins with."""
    text = (Path(__file__).parent / f"{table}.ndjson").read_bytes()
    return {line[_NAME : line.index(b'"', _NAME)].decode(): line for line in text.splitlines()}


def cardinality(text: str) -> tuple[int, int | None]:
    """Minimum and maximum of "0..1"; None for no maximum."""
    low, _, high = text.partition("..")
    return int(low), None if high == "*" else int(high)


def binding(row: tuple[str, str] | None) -> Binding | None:
    """A binding from its row, where HL7's own value sets stand by the last part of their url."""
    if row is None:
        return None
    strength, value_set = row
    return Binding(strength, value_set if ":" in value_set else _VALUE_SETS + value_set)
