"""Elements and faults are found in a JSON text, by line and column."""

from __future__ import annotations

import json as stdlib
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.fhir import json, json_places
from service.fhir.json import JsonError, Value

NAMES = st.text(st.sampled_from('ab"\\\nü'), min_size=1, max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('a"\\{}[],:\n '), max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)
TEXT = """{
  "resourceType": "Patient",
  "name": [
    {"family": "a, {b", "given": ["c", "d"]}, {
      "f\\u0061mily": "e"}],
  "_birthDate": {"id": "x"}
}
"""


def elements(value: Value, place: str, name: Value = None) -> Iterator[tuple[str, Value]]:
    """Every element of a value with what stands at its place: its name or, in an array, itself."""
    yield place, value if name is None else name
    if isinstance(value, dict):
        for inner, one in value.items():
            yield from elements(one, f"{place}.{inner}", inner)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from elements(one, f"{place}[{index}]")


@pytest.mark.parametrize(
    ("expression", "line", "column"),
    [
        ("Patient", 1, 1),
        ("Patient.name", 3, 3),
        ("Patient.name[0]", 4, 5),
        ("Patient.name[0].given[1]", 4, 40),
        ("Patient.name[1]", 4, 47),
        ("Patient.name[1].family", 5, 7),
        ("Patient.birthDate", 6, 3),
        ("Patient.name[1].given[3]", 4, 47),
        ("Patient.gender", 1, 1),
    ],
)
def test_an_element_stands_where_its_name_stands(expression: str, line: int, column: int) -> None:
    """An element is where its name begins, in an array where its value begins, one that is not there where its parent is."""
    assert json_places.positions(TEXT, "Patient", [expression]) == {expression: (line, column)}


@given(VALUES, st.sampled_from([None, 2]))
def test_every_element_of_any_text_is_found(value: Value, indent: int | None) -> None:
    """At the place of each element of any value, its name or its value begins."""
    text = stdlib.dumps(value, indent=indent)
    starts = [0, *(number + 1 for number, char in enumerate(text) if char == "\n")]
    wanted = dict(elements(value, "X"))
    for expression, (line, column) in json_places.positions(text, "X", wanted).items():
        assert stdlib.JSONDecoder().raw_decode(text, starts[line - 1] + column - 1)[0] == wanted[expression]


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b'{"a":1,\n"b":{"c":1,"c":2}}', 2, 12),
        (b'[{"a":1},{"a":1,\n\n "\\u0061":2}]', 3, 2),
        (b'["\\ud83d\\ude00",\n"\\ud83d"]', 2, 2),
        (b'["\\\\ud800", "x\\udc00"]', 1, 15),
        (b"\n" + b"[" * 65 + b"]" * 65, 2, 65),
        (b'{"a": "[[[[",\n"b":' + b"[" * 64 + b"]" * 64 + b"}", 2, 68),
        (b'["' + b"1" * 70 + b'",\n' + b"1" * 65 + b"]", 2, 1),
        (b'["a\n\xff"]', 2, 1),
        (b"\xef\xbb\xbf{}", 1, 1),
    ],
)
def test_what_cannot_be_read_has_its_place(data: bytes, line: int, column: int) -> None:
    """A name twice, half of a pair, what is too deep or too long: the reader says at which line and column."""
    with pytest.raises(JsonError) as refused:
        json.read(data)
    assert (refused.value.line, refused.value.column) == (line, column)


def test_places_are_found_in_linear_time() -> None:
    """A broken element at the end of two megabytes is found in under three seconds."""
    text = '{"a":[' + '{"b":"c\\"}"},' * 150_000 + "1]}"
    start = time.process_time()
    assert json_places.positions(text, "X", ["X.a[150000]"]) == {"X.a[150000]": (1, len(text) - 2)}
    assert time.process_time() - start < 3
