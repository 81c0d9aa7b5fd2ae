from __future__ import annotations

from decimal import Decimal

import pytest

from service.fhir.fhirpath import ParseError, parse
from service.fhir.fhirpath.parser import MAX_DEPTH, MAX_LENGTH
from service.fhir.fhirpath.syntax import Binary, Call, Constant, Empty, Index, Item, Literal, Member, Sign, This, TypeTest
from service.fhir.fhirpath.values import Quantity, Temporal

ONE, TWO, THREE = Literal(1), Literal(2), Literal(3)
A = Member(None, "a")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a.b", Member(A, "b")),
        ("`a`.`is`", Member(A, "is")),
        ("a.f(1, b)", Call(A, "f", (ONE, Member(None, "b")))),
        ("f()", Call(None, "f", ())),
        ("a[1].b", Member(Item(A, ONE), "b")),
        ("$this", This()),
        ("a.$index", Call(A, "select", (Index(),))),
        ("%resource.a", Member(Constant("resource"), "a")),
        ("%`vs-x`", Constant("vs-x")),
        ("%'ext-y'", Constant("ext-y")),
        ("{}", Empty()),
        ("-a.b", Sign("-", Member(A, "b"))),
        ("-1 + 2", Binary("+", Sign("-", ONE), TWO)),
        ("1 - 2 - 3", Binary("-", Binary("-", ONE, TWO), THREE)),
        ("1 + 2 * 3", Binary("+", ONE, Binary("*", TWO, THREE))),
        ("(1 + 2) * 3", Binary("*", Binary("+", ONE, TWO), THREE)),
        ("1 | 2 = 3", Binary("=", Binary("|", ONE, TWO), THREE)),
        ("1 in 2 and 3 implies a", Binary("implies", Binary("and", Binary("in", ONE, TWO), THREE), A)),
        ("a is FHIR.Quantity", TypeTest("is", A, "FHIR", "Quantity")),
        ("a.ofType(Quantity)", TypeTest("ofType", A, "", "Quantity")),
        ("as(System.String)", TypeTest("as", None, "System", "String")),
        ("a as b | 1", Binary("|", TypeTest("as", A, "", "b"), ONE)),
        ("contains in is", Binary("in", Member(None, "contains"), Member(None, "is"))),
    ],
)
def test_trees(text: str, tree: object) -> None:
    """Each form of the grammar has its tree, and operators bind as N1 orders them."""
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("1.50", Decimal("1.50")),
        (r"'\'\u0041\n'", "'A\n"),
        ("'// no comment'", "// no comment"),
        ("@2015", Temporal("Date", (2015,))),
        ("@2015-02-04", Temporal("Date", (2015, 2, 4))),
        ("@2015T", Temporal("DateTime", (2015,))),
        ("@2015-02-04T14", Temporal("DateTime", (2015, 2, 4, 14))),
        ("@2015-02-04T14:34:28.120+02:00", Temporal("DateTime", (2015, 2, 4, 14, 34, Decimal("28.120")), "+02:00")),
        ("@T14:34", Temporal("Time", (14, 34))),
        ("4 days", Quantity(Decimal(4), "day", calendar=True)),
        ("1.0 'mg'", Quantity(Decimal("1.0"), "mg")),
    ],
)
def test_literals(text: str, value: object) -> None:
    """A literal keeps its precision and its type."""
    found = parse(text)
    assert found == Literal(value)
    assert type(found.value) is type(value)
    assert repr(found.value) == repr(value)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("", 0),
        ("a +", 3),
        ("a b", 2),
        ("a.", 2),
        ("a..b", 2),
        ("a[1", 3),
        ("(a", 2),
        ("f(1,)", 4),
        ("1 /* open", 2),
        ("'open", 0),
        (r"'\d'", 0),
        ("a and or b", 6),
        ("@2015-13", 0),
        ("@2015-02-30", 0),
        ("@T25:00", 0),
        ("@T14:34Z", 7),
        ("a is b.c.d", 10),
        ("a # b", 2),
        ("%", 0),
    ],
)
def test_what_is_not_fhirpath(text: str, start: int) -> None:
    """What the grammar lacks is refused where it stands."""
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert caught.value.start == start


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000,
        "(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH,
        "a" + ".a" * MAX_DEPTH,
        "a" + "[0]" * MAX_DEPTH,
        "-" * MAX_DEPTH + "1",
        "a" + " or a" * MAX_DEPTH,
        "a or " * MAX_LENGTH,
    ],
)
def test_deep_and_long_texts(text: str) -> None:
    """A tree too deep to walk is refused, however it is made deep."""
    with pytest.raises(ParseError):
        parse(text)


def test_comments() -> None:
    """Comments are space."""
    assert parse("1 // one\n + /* two\n */ 2") == Binary("+", ONE, TWO)
