"""Each primitive type of R4 takes its JSON forms and no others."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.fhir import definitions, primitives
from service.fhir.json import Number, Value

N = Number
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'
TAKEN: dict[str, list[Value]] = {
    "base64Binary": ["YQ==", "YWJj\nZGVm"],
    "boolean": [True, False],
    "canonical": ["http://a.example/Questionnaire/x|1.0", "#q"],
    "code": ["final", "two words", "LA6568-5"],
    "date": ["2024", "2024-02", "2024-02-29"],
    "dateTime": ["2024", "2024-02", "2024-02-29", "2024-02-29T23:59:60Z", "2024-02-29T10:40:00.125-06:00", "2024-01-01T00:00:00+14:00"],
    "decimal": [N("33.80"), N("-0"), N("1e2"), N("1E-22"), N("0.0000000000001")],
    "id": ["a", "A-9.b", "x" * 64],
    "instant": ["2024-02-29T10:40:00Z", "2024-02-29T10:40:00.5+05:30"],
    "integer": [N("0"), N("-2147483648"), N("2147483647")],
    "markdown": ["# a\n\n*b*"],
    "oid": ["urn:oid:2.16.840.1.113883.6.1"],
    "positiveInt": [N("1"), N("2147483647")],
    "string": ["x", " spaces ", "日本", "a\tb\nc"],
    "time": ["10:40:00", "23:59:59.5"],
    "unsignedInt": [N("0")],
    "uri": ["urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7", "http://a.example/b?c=d", "relative/too"],
    "url": ["https://a.example"],
    "uuid": ["urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7"],
    "xhtml": [DIV.format("<p>a &amp; b</p>")],
}
REFUSED: dict[str, list[Value]] = {
    "base64Binary": ["", "YQ", "Y!==", "YW Jj", "YWJj=", "YQ==YQ==", "Y===", N("1")],
    "boolean": ["true", N("1"), None],
    "canonical": ["a b", "", "Questionnaire/x"],
    "code": ["", " a", "a ", "a  b", "a\tb", "a\u00a0b", "a\n", N("1")],
    "date": [N("2024"), "24", "2024-2", "2024-02-30", "2023-02-29", "2024-00", "0000", "2024-01-01T00:00:00Z", "2024-01-01 "],
    "dateTime": [
        "2024-01-01T10:40Z",
        "2024-01-01T10:40:00",
        "2024-01-01T24:00:00Z",
        "2024-01-01T10:40:00+15:00",
        "2024-02-30T00:00:00Z",
        "x",
    ],
    "decimal": ["1", N("01"), N("NaN"), N("1."), True],
    "id": ["", "a_b", "x" * 65, "a\n"],
    "instant": [True, "2024-02-29", "2024-02-29T10:40:00"],
    "integer": [N("1.0"), N("1e2"), N("2147483648"), N("-2147483649"), "1"],
    "markdown": [""],
    "oid": ["2.16.840", "urn:oid:9.1", "urn:oid:1.02"],
    "positiveInt": [N("0"), N("-1")],
    "string": ["", "x" * (1024 * 1024 + 1), N("1"), {}],
    "time": ["10:40", "24:00:00", "10:40:00Z"],
    "unsignedInt": [N("-1")],
    "uri": ["", "a b", "urn:uuid:53FEFA32", "urn:oid:x"],
    "url": ["a\tb"],
    "uuid": ["53fefa32-fcbb-4ff8-8a92-55ee120877b7", "urn:uuid:53FEFA32-fcbb-4ff8-8a92-55ee120877b7"],
    "xhtml": ["<div>no namespace</div>", DIV.format("<p>"), "text", "", '<!DOCTYPE x [<!ENTITY a "b">]>' + DIV.format("&a;"), N("1")],
}
CASES = [(name, value) for name, values in TAKEN.items() for value in values]
WRONG = [(name, value) for name, values in REFUSED.items() for value in values]


def test_every_primitive_type_is_tried() -> None:
    """The tables of this test name every primitive type that the packed definitions have."""
    packed = {name for name in definitions.tables.lines("types") if definitions.is_primitive(name)}
    assert set(TAKEN) == set(REFUSED) == packed


@pytest.mark.parametrize(("name", "value"), CASES, ids=str)
def test_a_value_of_a_type_is_taken(name: str, value: Value) -> None:
    """A value in the lexical space of its type has no problem, and R4's own expression takes it, too."""
    assert primitives.problem(name, value) is None
    expression = definitions.regex(name)
    if isinstance(value, str) and expression and name != "base64Binary":
        assert re.fullmatch(expression, value)


@pytest.mark.parametrize(("name", "value"), WRONG, ids=lambda one: str(one)[:40])
def test_another_value_is_refused(name: str, value: Value) -> None:
    """A value outside the lexical space of its type is refused with a reason that does not repeat it."""
    reason = primitives.problem(name, value)
    assert reason
    assert not (isinstance(value, str) and len(value) > 4 and value in reason)


@pytest.mark.parametrize(
    ("name", "value", "doubtful"),
    [
        ("string", "a\tb\n", False),
        ("string", " \n", True),
        ("markdown", "a\x00b", True),
        ("decimal", N("1e300"), False),
        ("decimal", N("1e301"), True),
        ("decimal", N("0.1234567890123456789"), True),
        ("uri", "a", False),
    ],
)
def test_what_r4_advises_against_is_doubtful(name: str, value: Value, *, doubtful: bool) -> None:
    """White space alone, control characters and numbers beyond what others hold have no problem, but a doubt."""
    assert primitives.problem(name, value) is None
    assert bool(primitives.doubt(name, value)) is doubtful


def test_what_is_no_primitive_type_is_an_error() -> None:
    """Asking for a complex or unknown type is a mistake of the caller."""
    with pytest.raises(LookupError):
        primitives.problem("Quantity", "x")


@given(st.dates())
def test_every_day_of_the_calendar_is_a_date(day: object) -> None:
    """Each day that Python's calendar has is a date, and a dateTime with a time behind it."""
    assert primitives.problem("date", str(day)) is None
    assert primitives.problem("dateTime", f"{day}T00:00:00Z") is None


def test_long_hostile_texts_take_no_time() -> None:
    """No expression takes more than linear time."""
    before = time.process_time()
    for name, text in (
        ("code", "a " * 400_000),
        ("oid", "urn:oid:1" + ".1" * 400_000 + "x"),
        ("base64Binary", "A " * 400_000),
        ("base64Binary", "AAAA " * 200_000),
        ("decimal", "1" * 800_000 + "x"),
    ):
        primitives.problem(name, Number(text) if name == "decimal" else text)
    assert time.process_time() - before < 1
