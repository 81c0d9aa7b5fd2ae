"""The packed tables that tools/pack_definitions.py writes, read by the line: what nobody asks for is never decoded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

_NAME = len('{"name":"')
_VALUE_SETS = "http://hl7.org/fhir/ValueSet/"


@dataclass(frozen=True, slots=True)
class Binding:
    """How strictly (required, extensible, preferred, example) an element takes its codes from a value set (its url, without version).

    `limit` is the value set that no code may leave, "" for none (R4 extension-elementdefinition-maxvalueset.html).
    """

    strength: str
    value_set: str
    limit: str = ""


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


def binding(row: tuple[str, ...]) -> Binding | None:
    """A binding from its row, where HL7's own value sets stand by the last part of their url; None for an empty row."""
    if not row:
        return None
    strength, *value_sets = row
    return Binding(strength, *(name if ":" in name else _VALUE_SETS + name for name in value_sets))
