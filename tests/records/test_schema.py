from __future__ import annotations

import pytest

from service.fhir.json import Number
from service.records.schema import problems
from tests.records.made import fields_of

READING = fields_of("""
    fields:
      reading_id: id required
      taken_at: dateTime required
      heart_rate: decimal 0..400
      route: route
      tags: list of text
      held: boolean
      reason: text; only when held = true
      weight: decimal
      weight_unit: text; together with weight
      ended_at: dateTime; not before taken_at
      log:
        list of: {log_id: id required, at: dateTime, text: text; needs at}
    rules:
      any: at least one of heart_rate, held, log
""")
GOOD = {"reading_id": "r1", "taken_at": "2024-05-14T10:40:00-06:00", "heart_rate": Number("92")}


def where(record):
    return [(issue.code, issue.where) for issue in problems(READING, record)]


def test_a_valid_record_has_no_problems():
    """A record with its fields in range and its rules kept passes."""
    assert problems(READING, GOOD) == []


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"taken_at": "2024-05-14T10:40:00"}, "KAP403", "taken_at"),
        ({"taken_at": "2024-02-30"}, "KAP403", "taken_at"),
        ({"heart_rate": Number("900")}, "KAP403", "heart_rate"),
        ({"heart_rate": "92"}, "KAP403", "heart_rate"),
        ({"heart_rate": None}, "KAP406", "heart_rate"),
        ({"route": "nose"}, "KAP403", "route"),
        ({"tags": []}, "KAP404", "tags"),
        ({"tags": "x"}, "KAP404", "tags"),
        ({"tags": ["x", ""]}, "KAP403", "tags[1]"),
        ({"hart_rate": Number("92")}, "KAP401", "hart_rate"),
        ({"log": [{"log_id": "a"}, {"at": "2024"}]}, "KAP402", "log[1].log_id"),
        ({"log": [{"log_id": "a", "when": "2024"}]}, "KAP401", "log[0].when"),
        ({"log": [{"log_id": "a", "text": "x"}]}, "KAP407", "log[0]"),
        ({"log": [{"log_id": "a"}, {"log_id": "a"}]}, "KAP408", "log[1]"),
        ({"log": ["x"]}, "KAP405", "log[0]"),
        ({"reason": "x"}, "KAP407", ""),
        ({"weight": Number("70")}, "KAP407", ""),
    ],
)
def test_what_is_wrong_is_said_by_the_name_of_its_field(change, code, field):
    """A timestamp without offset, an impossible value, an unknown field and the like are refused by name; a broken rule by its text."""
    assert where(GOOD | change) == [(code, field)]


def test_a_missing_field_is_named():
    """A required field that is missing is named, with the line that asks for it."""
    (issue,) = problems(READING, {name: value for name, value in GOOD.items() if name != "reading_id"})
    assert (issue.code, issue.where, issue.kind) == ("KAP402", "reading_id", "required")
    assert issue.place.startswith("some.yaml:3:")


def test_everything_wrong_is_said_at_once():
    """Problems of all fields come in one answer."""
    assert {at for _, at in where({"heart_rate": "x", "route": "y", "colour": "z"})} == {
        "reading_id",
        "taken_at",
        "heart_rate",
        "route",
        "colour",
    }


def test_a_misspelt_field_is_helped():
    """An unknown field that looks like a known one says so."""
    (issue,) = problems(READING, GOOD | {"hart_rate": Number("92")})
    assert "did you mean `heart_rate`?" in issue.help


def test_a_broken_rule_is_quoted():
    """A broken rule is told in the words of the mapping."""
    (issue,) = problems(READING, {name: value for name, value in GOOD.items() if name != "heart_rate"})
    assert issue.message.endswith("at least one of heart_rate, held, log")


def test_an_end_before_its_beginning_is_refused():
    """Of two times the later may not be before the earlier, whatever their offsets; one that is not there is no trouble."""
    later = {**GOOD, "ended_at": "2024-05-14T16:40:00Z"}
    assert problems(READING, later) == []
    (issue,) = problems(READING, {**later, "ended_at": "2024-05-14T16:39:59Z"})
    assert issue.message.endswith("ended_at not before taken_at")


@pytest.mark.parametrize("record", [None, [], "x", Number("1"), True])
def test_what_is_no_object_is_refused(record):
    """A record is an object."""
    assert where(record) == [("KAP405", "")]


def test_an_item_is_checked_against_the_record_around_it():
    """A rule of an item may ask for a value of the record."""
    fields = fields_of("""
        fields:
          status: one of open, closed required
          log:
            list of: {text: text; only when status = open}
    """)
    assert problems(fields, {"status": "open", "log": [{"text": "x"}]}) == []
    assert [issue.where for issue in problems(fields, {"status": "closed", "log": [{"text": "x"}]})] == ["log[0]"]


def test_no_message_repeats_a_value():
    """What a record holds is not in the messages."""
    secret = "Ada Okafor"
    record = dict.fromkeys(READING.by_name, secret) | {"tags": [secret + " "], "log": [{"log_id": secret}]}
    found = problems(READING, record)
    assert len(found) >= len(READING.by_name) - 2
    assert not any(secret in issue.render() for issue in found)
