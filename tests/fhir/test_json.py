"""JSON is read strictly and written back without loss."""

from __future__ import annotations

import json as stdlib
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.fhir import json
from service.fhir.json import JsonError, Number

TOKENS = st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | TOKENS.map(Number) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)

REFUSED = {
    b"": "not JSON",
    b"{": "not JSON",
    b'{"a":1,}': "not JSON",
    b"[1] 2": "not JSON",
    b"'a'": "not JSON",
    b"01": "not JSON",
    b"+1": "not JSON",
    b".5": "not JSON",
    b"1.": "not JSON",
    b"\xef\xbb\xbf{}": "not JSON",
    b'"a\nb"': "not JSON",
    b"NaN": "NaN is not JSON",
    b"[-Infinity]": "-Infinity is not JSON",
    b'{"a":1,"b":{"c":1,"c":2}}': 'the name "c" stands twice',
    b'{"a":1,"\\u0061":2}': 'the name "a" stands twice',
    b'"\\ud800"': "half of a surrogate pair",
    b'{"\\udc00":1}': "half of a surrogate pair",
    b'["\xff"]': "not UTF-8",
    b'"\xed\xa0\x80"': "not UTF-8",
    b"1" * 65: "more than 64 characters",
    b'{"a":-0.' + b"0" * 62 + b"}": "more than 64 characters",
    b"[" * 65 + b"]" * 65: "deeper than 64 levels",
    b'{"a":' * 65 + b"1" + b"}" * 65: "deeper than 64 levels",
}


@given(VALUES)
def test_what_is_written_is_read_the_same(value: object) -> None:
    """Reading what was written gives the value, every number by its token, and members in their order."""
    again = json.read(json.write(value))
    assert again == value
    assert json.write(again) == json.write(value)


@given(VALUES)
def test_others_read_what_is_written(value: object) -> None:
    """What is written is JSON to another reader: the same texts, and numbers of the same value."""

    def plain(one: object) -> object:
        match one:
            case Number():
                return one.decimal
            case dict():
                return {name: plain(item) for name, item in one.items()}
            case list():
                return [plain(item) for item in one]
        return one

    assert stdlib.loads(json.write(value), parse_float=Decimal, parse_int=Decimal) == plain(value)


@given(TOKENS)
def test_a_number_keeps_its_token(token: str) -> None:
    """`33.80` and `1e2` are written as they were read."""
    assert json.write(json.read(token)) == token.encode()


@pytest.mark.parametrize(("data", "reason"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_is_not_strict_json_is_refused(data: bytes, reason: str) -> None:
    """Everything that two readers might understand in two ways, or that is too much, is refused with its reason."""
    with pytest.raises(JsonError, match=reason):
        json.read(data)


def test_the_limits_are_taken() -> None:
    """A value of exactly the allowed depth, or a number of exactly the allowed length, is read."""
    assert json.write(json.read(b"[" * 64 + b"]" * 64)) == b"[" * 64 + b"]" * 64
    assert json.read(b"9" * 64) == Number("9" * 64)


def test_what_stands_in_a_string_does_not_count() -> None:
    """Brackets and digits inside strings are neither depth nor numbers, whatever is escaped around them."""
    text = "\\" + '"' + "[" * 100 + "1" * 100 + "\\"
    assert json.read(json.write([text])) == [text]


def test_an_error_says_where_and_repeats_no_value() -> None:
    """An error names line and column, and nothing of what is written there."""
    with pytest.raises(JsonError) as caught:
        json.read('{\n  "secret": Grace\n}')
    assert (caught.value.line, caught.value.column) == (2, 13)
    assert "Grace" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_hostile_depth_takes_no_time() -> None:
    """A megabyte of brackets, or of digits, is refused at once: before parsing, without recursion."""
    before = time.process_time()
    for data in (b"[" * 2**20, b"1" * 2**20, b'{"a":' * 2**18, b'"' + b"[" * 2**20):
        with pytest.raises(JsonError):
            json.read(data)
    assert time.process_time() - before < 1


def test_numbers_are_their_tokens() -> None:
    """Two tokens are equal only when they are spelt the same, and none is a Python number or True."""
    assert Number("1.0") == Number("1.0")
    assert Number("1.0") != Number("1.00")
    assert Number("1") != 1
    assert Number("1") != True  # noqa: E712 - in Python 1 == True
    assert len({Number("1"), Number("1"), Number("1.0")}) == 2
    assert Number("0.10").decimal == Decimal("0.10")


def test_python_numbers_become_tokens() -> None:
    """Values of Python programs become JSON values; what JSON cannot say is refused."""
    assert json.from_python({"a": [1, 0.5, Decimal("33.80"), True, None, "x"], 2: ()}) == {
        "a": [Number("1"), Number("0.5"), Number("33.80"), True, None, "x"],
        "2": [],
    }
    for wrong in (float("nan"), Decimal("Infinity"), object(), {1, 2}):
        with pytest.raises(JsonError):
            json.from_python(wrong)


def test_only_json_values_are_written() -> None:
    """A Python number has no token, so it is not written."""
    with pytest.raises(TypeError):
        json.write({"a": 1})


@pytest.mark.parametrize("token", ["1e" + "9" * 60, "-1E+" + "9" * 60, "1e-" + "9" * 60, "0e" + "9" * 60])
def test_every_number_has_a_value(token: str) -> None:
    """A number whose exponent nobody can hold has a value on the same side of all that are meant."""
    value = Number(token).decimal
    assert abs(value) > 10**400 or abs(value) < Decimal("1e-400")
    assert (value < 0) == token.startswith("-")
