"""The packed tables are read by the line."""

from __future__ import annotations

import msgspec
import pytest

from service.fhir import tables
from service.fhir.tables import Binding


@pytest.mark.parametrize("table", ["types", "profiles", "extensions", "codes", "systems"])
def test_a_line_is_found_by_the_name_it_begins_with(table: str) -> None:
    """Each line is a definition of its own, each name stands once and in order."""
    lines = tables.lines(table)
    assert list(lines) == sorted(lines)
    assert all(msgspec.json.decode(line)["name"] == name for name, line in lines.items())


def test_rows_are_spelt_short() -> None:
    """What is written short in a table is read in full."""
    assert tables.cardinality("0..1") == (0, 1)
    assert tables.cardinality("1..*") == (1, None)
    assert tables.binding(()) is None
    assert tables.binding(("required", "observation-status")) == Binding("required", "http://hl7.org/fhir/ValueSet/observation-status")
    limited = tables.binding(("preferred", "languages", "all-languages"))
    assert limited == Binding("preferred", "http://hl7.org/fhir/ValueSet/languages", "http://hl7.org/fhir/ValueSet/all-languages")
    assert tables.binding(("required", "https://a.example/x")) == Binding("required", "https://a.example/x")
