from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from service.fhir.json import Number
from service.mapping import conditions
from service.records.formulas import FALSE, TRUE, all_of, any_of, assume, has, holds, implies, is_, literals, negate, word

LITERALS = [has("a"), has("b"), has("c"), is_("c", "x"), is_("c", "y")]
literal = some.sampled_from(LITERALS).flatmap(lambda one: some.sampled_from([one, negate(one)]))
formula = some.recursive(
    literal, lambda inner: some.builds(all_of, some.lists(inner, max_size=3)) | some.builds(any_of, some.lists(inner, max_size=3))
)
record = some.fixed_dictionaries(
    {}, optional={"a": some.just("1"), "b": some.none() | some.just("1"), "c": some.sampled_from(["x", "y", "z"])}
)


@given(formula, record)
def test_a_formula_or_its_negation_holds(one, record):
    """Of a formula and its negation exactly one holds for a record."""
    assert holds(one, record) != holds(negate(one), record)


@given(formula, formula, record)
def test_and_or_and_implication_mean_what_they_say(one, other, record):
    """`all_of`, `any_of` and `implies` agree with Python's `and`, `or` and `not`."""
    left, right = holds(one, record), holds(other, record)
    assert holds(all_of([one, other]), record) == (left and right)
    assert holds(any_of([one, other]), record) == (left or right)
    assert holds(implies(one, other), record) == (not left or right)


@given(formula, record)
def test_what_is_known_can_be_put_in(one, record):
    """With every literal known a formula becomes true or false; with some known it keeps its meaning."""
    known = {literal: holds(literal, record) for literal in LITERALS}
    assert assume(one, known) == (TRUE if holds(one, record) else FALSE)
    half = dict(list(known.items())[::2])
    assert holds(assume(one, half), record) == holds(one, record)


@given(formula)
def test_simplifying_adds_no_literal(one):
    """A formula and its negation speak of the same literals, apart from their sign."""
    positive = {literal if literal.positive else negate(literal) for literal in literals(one)}
    assert {literal if literal.positive else negate(literal) for literal in literals(negate(one))} == positive


def test_a_contradiction_and_a_tautology_are_seen():
    """`a and not a` is false, `a or not a` true."""
    assert all_of([has("a"), negate(has("a"))]) == FALSE
    assert any_of([has("a"), negate(has("a"))]) == TRUE


def test_formulas_read_like_the_conditions_they_came_from():
    """A formula's text is a condition again, and means the same."""
    for text in ("a", "not a and b", "a and b or c = x", "not c = x"):
        assert str(conditions.condition(text)) == text
    assert (str(TRUE), str(FALSE)) == ("always", "never")
    assert str(all_of([has("a"), any_of([has("b"), has("c")])])) == "a and (b or c)"


def test_values_are_compared_as_conditions_spell_them():
    """A boolean is `true` or `false`, a number its token."""
    assert [word(one) for one in (True, False, Number("1.0"), "x")] == ["true", "false", "1.0", "x"]
    assert holds(is_("a", "true"), {"a": True})
    assert not holds(is_("a", "1"), {"a": True})
    assert holds(is_("a", "0"), {"a": Number("0")})
