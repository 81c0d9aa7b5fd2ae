from __future__ import annotations

import pytest

from service.fhir.json import Number
from tests.records.made import field_of, fields_of


def test_conditions_can_name_the_values_of_tables_choices_and_booleans():
    """A field is enumerated when it has one value out of known ones."""
    assert field_of("route").enumerated
    assert field_of("one of a, b").enumerated
    assert field_of("boolean").enumerated
    assert not field_of("text").enumerated
    assert not field_of("list of route").enumerated


def test_the_domain_of_a_field():
    """The domain of a boolean is true and false, that of a table its names."""
    assert field_of("boolean").domain == ("true", "false")
    assert field_of("route").domain == ("IV", "PO")
    assert field_of("sedation").numeric


def test_a_rule_knows_its_fields_in_the_order_of_its_text():
    """A rule's fields stand in the order of the text, each once."""
    whole = fields_of("""
        fields: {a: text, b: text, c: boolean}
        rules: {r: b needs a or c = true and b}
    """)
    assert whole.rules[0].fields == ("b", "a", "c")


def test_the_rules_of_an_item_see_the_record_around_it():
    """In a list of records a condition may name the item's fields and the record's."""
    whole = fields_of("""
        fields:
          status: one of open, closed
          log:
            list of: {at: date, text: text; only when status = open}
    """)
    inner = whole.by_name["log"].items
    assert inner
    assert list(inner.visible) == ["status", "log", "at", "text"]
    assert inner.rules[0].fields == ("text", "status")


def test_a_clause_knows_whose_it_is():
    """A rule made from a clause names its field, and whether the two stand and fall together."""
    whole = fields_of("fields: {amount: decimal, unit: text; together with amount, note: text; needs amount}")
    assert [(rule.clause_of, rule.together) for rule in whole.rules] == [("unit", True), ("note", False)]


def test_a_time_is_ordered_among_the_fields_of_its_own_record():
    """`not before` names a field beside it: what is around an item is checked on its own."""
    rule = fields_of("fields: {a: date, b: date; not before a}").rules[0]
    assert (rule.order, rule.fields, rule.clause_of) == (("a", "b"), ("a", "b"), "b")
    assert rule.holds({"a": "2024", "b": "2024"})
    assert rule.holds({"b": "2023"})
    assert not rule.holds({"a": "2024", "b": "2023"})
    with pytest.raises(AssertionError, match="there is no field `a`"):
        fields_of("fields: {a: date, log: {list of: {c: 'date; not before a'}}}")


def test_a_sum_is_what_its_parts_come_to():
    """A sum is asked for where it and every part have a value, whatever the spelling of the numbers."""
    rule = fields_of("""
        fields: {a: decimal, b: integer, c: sedation}
        rules: {r: 'a = sum of b, c'}
    """).rules[0]
    assert (rule.fields, rule.sum_of, rule.clause_of) == (("a", "b", "c"), ("b", "c"), "a")
    parts = {"b": Number("2"), "c": Number("1")}
    assert rule.holds({**parts, "a": Number("3.0")})
    assert not rule.holds({**parts, "a": Number("3.1")})
    assert rule.holds({"a": Number("9"), "b": Number("2")})
    assert rule.holds(parts)


@pytest.mark.parametrize("rule", ["a = sum of b, x", "x = sum of a, b", "a = sum of b, t", "a = sum of b, l", "a = sum of"])
def test_a_sum_is_of_numbers(rule):
    """What is unknown, no number or a list cannot be added."""
    with pytest.raises(AssertionError):
        fields_of(f"fields: {{a: decimal, b: integer, t: text, l: list of integer}}\nrules: {{r: '{rule}'}}")
