"""Places in files: lines, columns, words."""

from __future__ import annotations

import pytest

from service.diagnostics.spans import Source, Span


def span(text: str, start: int = 0, end: int | None = None) -> Span:
    return Span(Source("a.yaml", text), start, len(text) if end is None else end)


def test_a_place_counts_lines_and_columns_from_one() -> None:
    """The first character is `file:1:1`, and one behind a line end begins the next line."""
    assert span("a: b\nc: d").place == "a.yaml:1:1"
    assert span("a: b\nc: d", 8).place == "a.yaml:2:4"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
def test_a_line_ends_where_yaml_ends_it(end: str) -> None:
    """Every line end of YAML 1.1 begins a new line, and is no part of the line's text."""
    source = Source("a.yaml", f"a: b{end}c: d{end}")
    assert source.line(1) == "a: b"
    assert source.line(2) == "c: d"
    assert Span(source, source.text.index("d"), len(source.text)).place == "a.yaml:2:4"


def test_a_part_is_the_word_where_it_stands_alone() -> None:
    """A word inside a longer one is not meant when it also stands alone."""
    part = span("valueQuantity.value: x").part("value")
    assert (part.start, part.text) == (14, "value")
    assert span("heart-rate + rate").part("rate").start == 13


def test_a_part_may_stand_inside_a_word() -> None:
    """A word that never stands alone is found where it first occurs."""
    assert span("$heart_rate!").part("rate").start == 7


def test_a_part_that_is_not_there_is_the_whole() -> None:
    """What cannot be found is pointed to as a whole, and so is nothing."""
    whole = span("heart_rate")
    assert whole.part("weight") == whole
    assert whole.part("") == whole


def test_a_part_is_looked_for_inside_the_span_alone() -> None:
    """The same word before or behind the span is not meant."""
    inner = span("rate: $rate, rate", 6, 11)
    assert inner.part("rate").start == 7
    assert span("a: b, c", 3, 4).part("c").text == "b"
