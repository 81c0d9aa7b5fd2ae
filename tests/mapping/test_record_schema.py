from __future__ import annotations

import json as python_json
import re
from contextlib import suppress
from functools import cache
from random import Random

import pytest
from jsonschema import Draft202012Validator

from service.diagnostics.issue import Refused
from service.fhir import json
from service.fhir.json import Number
from service.mapping import children, laid_out, library
from service.mapping.layout_forms import Dated, Joined, Local
from service.mapping.record_schema import record_schema
from tests.support import generate
from tests.support.laid_out import in_one_zone
from tests.support.mappings import CASES, FOLDER, LAID_OUT, mappings

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
  parent: {resource: Encounter, status: planned, class: act#AMB, location.location: Location/$place_id}
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
    """What is wrong with a record as it is sent."""
    found = []
    try:
        list(children.spread(mapped.kinds, mapped.kinds[kind], laid_out.ours(mapped.layouts, kind, record), found))
    except Refused as refused:
        return list(refused.issues)
    return found


def sent(mapped, kind, random):
    """A generated record as it is sent: in the clinic's form, where it has one and this record fits it."""
    while True:
        with suppress(Refused):
            record = generate.record(mapped.kinds[kind], random, mapped.kinds, stays=True)
            return laid_out.form(mapped.layouts, kind, in_one_zone(record) if mapped.layouts else record)


def beyond_the_schema(mapped, issue):
    """Whether JSON Schema cannot tell: two fields are compared, or a value stands in a form of the clinic's own."""
    own_forms = (Dated, Local, Joined)
    lines = [line for layout in mapped.layouts.values() for line in layout.lines.values() if isinstance(line.form, own_forms)]
    name = re.sub(r"\[\d+\]$", "", issue.where).rpartition(".")[2]
    return "not before" in issue.message or any(name in (line.name, *line.ours) for line in lines)


@pytest.mark.parametrize(("clinic", "kind"), [*CASES, *(one for one in LAID_OUT if one not in CASES)])
def test_the_schema_accepts_every_valid_record(clinic, kind):
    """Generated records, with the records inside them, are valid against the published schema; a clinic's in its own form."""
    mapped, random = mappings(clinic), Random(SEED)
    for _ in range(20):
        validator(clinic, kind).validate(python(sent(mapped, kind, random)))


@pytest.mark.parametrize(("clinic", "kind"), CASES)
def test_the_schema_and_the_checks_agree_on_broken_records(clinic, kind):
    """With a field dropped, added, misnamed or of another type, anywhere in it, a record is refused by both or by neither."""
    mapped, random = mappings(clinic), Random(SEED)
    refused = 0
    for _ in range(60):
        record = sent(mapped, kind, random)
        _break(mapped, mapped.kinds[kind], record, random)
        found = issues(mapped, kind, record)
        told = [issue for issue in found if not beyond_the_schema(mapped, issue)]
        accepted = validator(clinic, kind).is_valid(python(record))
        assert (accepted and not told) or (not accepted and found), (record, found)
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


def test_a_clinic_sees_its_own_names_and_words():
    """A renamed field, a joined one and words of the clinic stand in the schema of its form; the rules speak of them."""
    schema = record_schema(mappings("bloom"), "vitals")
    names = schema["properties"]
    assert {"hr", "sbp_dbp", "taken_at", "stage"} <= names.keys()
    assert not names.keys() & {"heart_rate", "bp_systolic", "bp_diastolic", "recorded_at", "phase"}
    assert names["stage"]["enum"] == ["Baseline", "During", "40 min", "After", "Discharge"]
    assert "taken_at" in schema["required"]
    assert any(rule["description"].startswith("sbp_dbp or bp_mean or hr or ") for rule in schema["allOf"])
    assert list(record_schema(mappings("bloom"), "session")["$defs"]["session.vitals"]["properties"])[:4] == [
        "reading_id",
        "administration_id",
        "monitoring_id",
        "taken_at",
    ]


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
    layout = mapped.layouts.get(kind.name)
    named = layout.named if layout else str
    places = [(kind.fields, record)]
    for field in (one for one in kind.fields.by_name.values() if one.items):
        places += [(field.items, item) for item in record.get(named(field.name), [])]
    for listing in kind.children:
        for child in record.get(named(listing.name), []):
            if random.random() < 0.3:
                return _break(mapped, mapped.kinds[listing.kind], child, random)
    fields, values = random.choice(places)
    field = random.choice(list(fields.by_name.values()))
    name = named(field.name) if fields is kind.fields else field.name
    match random.randrange(4):
        case 0:
            values.pop(random.choice(list(values)))
        case 1 if not field.items:
            values[name] = generate.value(field, random, {})
        case 1 | 2:
            values[name] = random.choice(JUNK)
        case 3:
            values[f"{name}s"] = random.choice(JUNK)
    return None
