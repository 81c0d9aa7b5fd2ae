from __future__ import annotations

import pytest

from service.fhir.json import Number
from service.records import leaves
from tests.records.made import field_of

N = Number
TAKEN = {
    "id": ["a", "A-9", "x" * 36],
    "id 2..4": ["ab", "abcd"],
    "text": ["x", "two words", "two\nlines\ttabbed", "日本", "🙂"],
    "text 2..3": ["ab", "日本語"],
    "code": ["8302-9", "two words"],
    "uri": ["urn:x:1", "https://a.example/b", "urn:é"],
    "language": ["en", "es-MX", "zh-Hans", "sr-Latn-RS", "es-419", "yue"],
    "npi": ["1234567893", "1003000126"],
    "unit": ["mg", "mm[Hg]", "%", "{score}", "10*3/uL"],
    "boolean": [True, False],
    "integer": [N("0"), N("-2147483648"), N("2147483647")],
    "integer 1..5": [N("1"), N("5")],
    "decimal": [N("33.80"), N("1e2"), N("-0")],
    "decimal 0..1.5": [N("0"), N("1.50")],
    "date": ["2024", "2024-02", "2024-02-29"],
    "dateTime": ["2024", "2024-05-14T10:40:00-06:00", "2024-05-14T10:40:00.5Z"],
    "date day..": ["2024-02-29"],
    "dateTime day..": ["2024-02-29", "2024-05-14T10:40:00-06:00"],
    "instant": ["2024-05-14T10:40:00+00:00"],
    "route": ["IV", "PO"],
    "route or text": ["IV", "by nose"],
    "sedation": [N("0"), N("1")],
    "one of given, held": ["given", "held"],
}
REFUSED = {
    "id": ["", "a.b", "a b", "ü", "x" * 37, "a\n", N("1"), None],
    "id 2..4": ["a", "abcde"],
    "text": ["", " ", " x", "x ", "x\n", "\u00a0x", "\ufeff", "x\ufeff", "a\x00b", "a\x85b", "a\ufffeb", N("1"), True, [], {}],
    "text 2..3": ["a", "abcd"],
    "code": ["", " a", "a  b", "a\x0bb"],
    "uri": ["", "a", "a/b", "urn:b c", "ftp://a", "urn:uuid:1", N("1")],
    "language": ["", "e", "English", "en-us", "EN", "en_US", "x y", "en-", N("1")],
    "unit": ["", "mmHg", "bpm", "KG", "mg ", "m//s", N("1")],
    "npi": ["", "1234567890", "123456789", "12345678930", "123456789x", "\uff11234567893", N("1234567893")],
    "boolean": ["yes", N("1"), N("0")],
    "integer": [N("1.0"), N("1e2"), N("2147483648"), "1", True],
    "integer 1..5": [N("0"), N("6")],
    "decimal": ["1", True, N("1e41"), N("-1e400")],
    "decimal 0..1.5": [N("-0.1"), N("1.51")],
    "date": ["2024-02-30", "2023-02-29", "0000", "24-01-01", "2024-1-1", "2024-05-14T10:40:00Z"],
    "dateTime": ["2024-05-14T10:40:00", "2024-05-14T10:40Z", "2024-05-14T25:00:00Z", "2024-02-30T10:40:00Z", "2024-05-14 10:40:00Z"],
    "date day..": ["2024", "2024-02", "2024-02-30"],
    "dateTime day..": ["2024", "2024-02"],
    "instant": ["2024-05-14", "2024-05-14T10:40:00"],
    "route": ["iv", "", N("1"), True],
    "route or text": ["", " x", N("1")],
    "sedation": ["0", N("2"), N("0.0"), False],
    "one of given, held": ["lost", None],
}


@pytest.mark.parametrize(("line", "value"), [(line, value) for line, values in TAKEN.items() for value in values])
def test_a_value_of_the_type_is_taken(line, value):
    """A field takes every value of its type and range."""
    assert leaves.problem(field_of(line), value) == ""


@pytest.mark.parametrize(("line", "value"), [(line, value) for line, values in REFUSED.items() for value in values])
def test_any_other_value_is_refused_without_being_repeated(line, value):
    """A field refuses what is not of its type or range, in words that do not hold the value."""
    problem = leaves.problem(field_of(line), value)
    assert problem
    assert not (isinstance(value, str) and len(value) > 2 and value in problem)


@pytest.mark.parametrize("line", ["text", "text 2..", "code", "uri", "route or text"])
def test_a_text_is_no_longer_than_r4_allows(line):
    """A string of R4 has at most 1,048,576 characters (datatypes.html#string)."""
    assert leaves.problem(field_of(line), "urn:x".ljust(1_048_576, "x")) == ""
    assert leaves.problem(field_of(line), "urn:x".ljust(1_048_577, "x"))


def test_a_code_that_has_a_field_of_its_own_is_refused():
    """A catch-all's free code is none of those that have their own shape (R9)."""
    field = field_of("code")
    field.excluded.add("8867-4")
    assert leaves.problem(field, "8867-4") == "is a code that has a field of its own"
    assert leaves.problem(field, "8867-5") == ""


def test_a_uri_that_is_ours_is_refused():
    """A free uri is none of our identifiers' systems, and none that has a line of its own (R9)."""
    field = field_of("uri")
    field.excluded.add("https://kap.example.org/fhir/id/")
    assert leaves.problem(field, "https://kap.example.org/fhir/id/patient") == "is a system that is ours or has a field of its own"
    assert leaves.problem(field, "https://kap.example.org/ids") == ""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("decimal 20..350", "a number from 20 to 350"),
        ("decimal 0..", "a number from 0 to …"),
        ("id ..20", "1 to 20 letters, digits or hyphens"),
        ("route", "one of IV, PO"),
        ("route or text", "one of IV, PO or other text"),
        ("text", "text"),
    ],
)
def test_what_a_field_takes_in_words(line, words):
    """`expected` says it in a few words."""
    assert leaves.expected(field_of(line)) == words


def test_a_long_table_is_cut_short_in_words():
    """A table with many names shows the first twelve."""
    words = leaves.expected(field_of(f"one of {', '.join(f'v{number}' for number in range(20))}"))
    assert words.endswith("v11, …")
