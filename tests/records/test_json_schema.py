from __future__ import annotations

import json as python_json
from functools import cache
from random import Random

import pytest
from jsonschema import Draft202012Validator

from service.fhir import json
from service.fhir.json import Number
from service.records.json_schema import json_schema
from service.records.schema import problems
from tests.records.made import fields_of
from tests.records.test_leaves import REFUSED, TAKEN

LAXER = [  # the reasons stand in the docstring of json_schema.py
    ("date", "2024-02-30"),
    ("date", "2023-02-29"),
    ("dateTime", "2024-02-30T10:40:00Z"),
    ("date day..", "2024-02-30"),
    ("npi", "1234567890"),
    ("unit", "mmHg"),
    ("unit", "bpm"),
    ("unit", "KG"),
    ("unit", "m//s"),
    ("uri", "urn:uuid:1"),
    ("integer", Number("1.0")),
    ("integer", Number("1e2")),
    ("sedation", Number("0.0")),
]


def validator(schema):
    """A validator of a schema that is itself valid."""
    plain = python(schema)
    Draft202012Validator.check_schema(plain)
    return Draft202012Validator(plain)


def python(value):
    return python_json.loads(json.write(value))


@cache
def of_line(line):
    return validator(json_schema(fields_of(f"fields: {{a: '{line}'}}"), "one", "https://kap.example.org/fhir/schema/one"))


@pytest.mark.parametrize(("line", "value"), [(line, value) for line, values in TAKEN.items() for value in values])
def test_what_a_field_takes_its_schema_takes(line, value):
    """The schema accepts every value that the field accepts."""
    assert of_line(line).is_valid(python({"a": value}))


@pytest.mark.parametrize(("line", "value"), [(line, value) for line, values in REFUSED.items() for value in values])
def test_what_a_field_refuses_its_schema_refuses(line, value):
    """The schema refuses every value that the field refuses, but for those that JSON Schema cannot tell."""
    assert of_line(line).is_valid(python({"a": value})) == ((line, value) in LAXER)


def test_text_is_judged_alike_character_by_character():
    """Every character of the first plane, at the start, inside and at the end of a text, is judged as the field judges it."""
    fields = fields_of("fields: {a: text}")
    schema = validator(json_schema(fields, "one", "urn:one"))
    for code in [*range(0x300), *range(0x1600, 0x1700), *range(0x2000, 0x2100), *range(0x2FF0, 0x3010), *range(0xFE00, 0x10000), 0x1F642]:
        for text in (f"{chr(code)}x", f"x{chr(code)}x", f"x{chr(code)}"):
            assert schema.is_valid({"a": text}) == (not problems(fields, {"a": text})), (hex(code), text)


def test_the_schema_says_what_it_is():
    """The schema names its dialect, its kind and its address, and forbids what is not a field."""
    schema = json_schema(fields_of('fields: {a: id required; means "who it is"}'), "thing", "urn:thing")
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (schema["title"], schema["$id"], schema["additionalProperties"]) == ("thing", "urn:thing", False)
    assert schema["required"] == ["a"]
    assert schema["properties"]["a"]["description"] == "who it is"


def test_a_rule_carries_its_words():
    """Every rule stands in the schema with the words of the mapping."""
    schema = json_schema(fields_of("fields: {a: text, b: text; needs a, c: text}\nrules: {one: 'at most one of a, c'}"), "t", "urn:t")
    assert [rule["description"] for rule in schema["allOf"]] == ["b needs a", "at most one of a, c"]


RULES = [
    "at least one of a, b, c",
    "at most one of a, b, c",
    "together a, b",
    "a needs b",
    "a only when d = x|y",
    "d = x needs a, b",
    "not a needs e = true",
    "a or b only when not e = false",
]


@pytest.mark.parametrize("rule", RULES)
def test_every_form_of_rule_is_said_exactly(rule):
    """For every choice of present fields and of their values the schema and the rules agree."""
    fields = fields_of(f"fields: {{a: text, b: text, c: text, d: 'one of x, y, z', e: boolean}}\nrules: {{r: '{rule}'}}")
    schema = validator(json_schema(fields, "t", "urn:t"))
    choices = [{}, {"a": "1"}, {"b": "1"}, {"a": "1", "b": "1"}, {"a": "1", "c": "1"}, {"a": "1", "b": "1", "c": "1"}, {"c": "1"}]
    verdicts = set()
    for texts in choices:
        for more in ({}, {"d": "x"}, {"d": "y"}, {"d": "z"}, {"e": True}, {"e": False}, {"d": "x", "e": True}):
            record = {**texts, **more}
            valid = not problems(fields, record)
            assert schema.is_valid(record) == valid, record
            verdicts.add(valid)
    assert verdicts == {True, False}


def test_a_rule_about_the_record_around_an_item_is_left_open():
    """An item's schema cannot see the record around it: what depends on that is accepted, the rest is checked."""
    fields = fields_of("""
        fields:
          status: one of open, closed
          log:
            list of: {at: date, text: text; needs at and status = open}
    """)
    schema = validator(json_schema(fields, "t", "urn:t"))
    assert schema.is_valid({"status": "closed", "log": [{"text": "x", "at": "2024"}]})
    assert not schema.is_valid({"status": "open", "log": [{"text": "x"}]})


def test_a_schema_bounds_text_as_r4_does():
    """A string of more than 1,048,576 characters is refused."""
    for line in ("text", "code", "uri"):
        assert of_line(line).is_valid({"a": "urn:x".ljust(1_048_576, "x")})
        assert not of_line(line).is_valid({"a": "urn:x".ljust(1_048_577, "x")})


def test_a_long_text_is_judged_in_linear_time():
    """No pattern runs away on hostile text."""
    assert not of_line("text").is_valid({"a": "x " * 200_000})
    assert not of_line("code").is_valid({"a": "x " * 200_000})
    assert not of_line("dateTime").is_valid({"a": "2024-05-14T10:40:00." + "0" * 200_000})


def test_random_values_are_judged_alike():
    """Random pieces of dates and numbers are judged alike, but for the calendar."""
    random = Random(7)
    fields = fields_of("fields: {a: dateTime, b: decimal -5..5}")
    schema = validator(json_schema(fields, "t", "urn:t"))
    for _ in range(2000):
        text = "".join(
            random.choice(["2024", "-", "05", "14", "T", "10", ":", "40", "Z", "+14:00", ".5", "31", "13"])
            for _ in range(random.randrange(1, 12))
        )
        accepted, found = schema.is_valid({"a": text}), problems(fields, {"a": text})
        assert accepted == (not found) or (accepted and "31" in text)


def test_a_sum_is_described():
    """Nor can JSON Schema add."""
    schema = json_schema(
        fields_of("fields: {a: decimal, b: integer}\nrules: {r: a = sum of b}"), "one", "https://kap.example.org/fhir/schema/one"
    )
    assert schema["allOf"] == [{"description": "a = sum of b"}]


def test_an_order_is_described():
    """`not before`, which JSON Schema cannot check, is told to who reads the schema."""
    schema = json_schema(fields_of("fields: {a: date, b: date; not before a}"), "one", "https://kap.example.org/fhir/schema/one")
    assert schema["allOf"] == [{"description": "b not before a"}]
    assert validator(schema).is_valid({"a": "2024", "b": "2023"})
