from __future__ import annotations

import json as python_json
from functools import cache
from random import Random

import pytest
from jsonschema import Draft202012Validator

from service.fhir import json
from service.fhir.json import Number
from service.mapping import children, library
from service.mapping.record_schema import record_schema
from tests.support import generate
from tests.support.mappings import CASES, FOLDER, mappings

SEED = 11
JUNK = ["", " x", "junk", Number("-0.5"), Number("1e400"), True, None, [], {}, [None], ["x"], [{}]]
PARENT = """
record: parent
key: parent_id
fields:
  parent_id: id required
  place_id: id
children:
  done: child with parent_id, place_id, state = completed
resources:
  parent: {resource: Encounter, status: planned, class: ambulatory, location.location: Location/$place_id}
"""
CHILD = """
record: child
key: child_id
fields:
  child_id: id required
  parent_id: id required
  place_id: id
  state: one of preparation, completed required
  reason: text; needs place_id
  outcome: text; only when state = completed
  plan: text; only when state = preparation
resources:
  child:
    resource: Procedure
    status: $state
    subject: Patient/$parent_id
    location: Location/$place_id
    reasonCode.text: $reason
    outcome.text: $outcome
    followUp.text: $plan
"""


@cache
def validator(clinic, kind):
    schema = python(record_schema(mappings(clinic), kind))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def python(value):
    return python_json.loads(json.write(value))


def issues(mapped, kind, record):
    found = []
    list(children.spread(mapped.kinds, mapped.kinds[kind], record, found))
    return found


@pytest.mark.parametrize(("clinic", "kind"), CASES)
def test_the_schema_accepts_every_valid_record(clinic, kind):
    """Generated records, with the records inside them, are valid against the published schema."""
    mapped, random = mappings(clinic), Random(SEED)
    for _ in range(20):
        record = generate.record(mapped.kinds[kind], random, mapped.kinds, stays=True)
        validator(clinic, kind).validate(python(record))


@pytest.mark.parametrize(("clinic", "kind"), CASES)
def test_the_schema_and_the_checks_agree_on_broken_records(clinic, kind):
    """With a field dropped, added, misnamed or of another type, anywhere in it, a record is refused by both or by neither."""
    mapped, random = mappings(clinic), Random(SEED)
    refused = 0
    for _ in range(60):
        record = generate.record(mapped.kinds[kind], random, mapped.kinds, stays=True)
        _break(mapped, mapped.kinds[kind], record, random)
        found = issues(mapped, kind, record)
        told = [issue for issue in found if "not before" not in issue.message]  # JSON Schema cannot compare fields
        assert validator(clinic, kind).is_valid(python(record)) == (not told), (record, found)
        refused += bool(told)
    assert 10 < refused < 60


def test_what_a_child_takes_from_its_parent_is_not_in_its_schema():
    """Fields filled from the parent are refused, rules about them are decided where they can be and left open where they cannot."""
    schema = record_schema(_library(), "parent")
    inside = schema["$defs"]["parent.done"]
    assert list(inside["properties"]) == ["child_id", "reason", "outcome", "plan", "_fhir"]
    assert [rule["description"] for rule in inside["allOf"]] == ["plan only when state = preparation"]
    check = Draft202012Validator(python(schema))
    assert check.is_valid({"parent_id": "p", "done": [{"child_id": "c", "reason": "x", "outcome": "well"}]})
    assert not check.is_valid({"parent_id": "p", "done": [{"child_id": "c", "plan": "x"}]})
    assert not check.is_valid({"parent_id": "p", "done": [{"child_id": "c", "state": "completed"}]})


def test_a_record_with_a_memory_is_valid():
    """What the engine keeps of a foreign resource may come back in the record."""
    record = {
        "client_id": "c",
        "family": "Okafor",
        "sex": "F",
        "_fhir": [{"server": "https://a.example", "resource": {"resourceType": "Patient"}}],
    }
    assert validator("", "patient").is_valid(record)


def test_an_unknown_kind_has_no_schema():
    """An unknown kind is a KeyError."""
    with pytest.raises(KeyError):
        record_schema(mappings(), "vital")


def _library():
    texts = library.read(FOLDER)
    return library.check(
        library.Texts(
            "mappings",
            {"base.yaml": texts.files["base.yaml"], "codes.tsv": texts.files["codes.tsv"], "parent.yaml": PARENT, "child.yaml": CHILD},
        )
    )


def _break(mapped, kind, record, random):
    """One change in the record, one of its items or one of the records inside it."""
    places = [(kind.fields, record)]
    for field in (one for one in kind.fields.by_name.values() if one.items):
        places += [(field.items, item) for item in record.get(field.name, [])]
    for listing in kind.children:
        for child in record.get(listing.name, []):
            if random.random() < 0.3:
                return _break(mapped, mapped.kinds[listing.kind], child, random)
    fields, values = random.choice(places)
    field = random.choice(list(fields.by_name.values()))
    match random.randrange(4):
        case 0:
            values.pop(random.choice(list(values)))
        case 1 if not field.items:
            values[field.name] = generate.value(field, random, {})
        case 1 | 2:
            values[field.name] = random.choice(JUNK)
        case 3:
            values[f"{field.name}s"] = random.choice(JUNK)
    return None
