"""Records inside records: spread into resources, and put together again by what they share."""

from __future__ import annotations

import pytest

from service.diagnostics.issue import Refused
from service.fhir.json import Number
from service.mapping import convert
from tests.support.foreign import NOON
from tests.support.mappings import SERVER, mappings, read, shown, written

READING = {"reading_id": "v-1", "recorded_at": NOON, "status": "final", "heart_rate": Number("71")}
SESSION = {
    "session_id": "s",
    "client_id": "c",
    "status": "finished",
    "place": "clinic",
    "session_type": "screening",
    "started_at": NOON,
    "vitals": [READING],
}


def refused(record):
    """The codes and places of what is wrong with a session."""
    with pytest.raises(Refused) as found:
        written(mappings(), "session", record)
    return [(one.code, one.where) for one in found.value.issues]


def test_a_child_takes_its_shared_fields_from_its_parent():
    """The `with` fields are filled on the way out and taken away on the way in."""
    encounter, pulse = written(mappings(), "session", SESSION)
    assert pulse["encounter"]["identifier"]["value"] == encounter["id"] == "s"
    assert shown(read(mappings(), [pulse, encounter])) == [SESSION]


def test_a_child_without_its_parent_is_a_record_of_its_own():
    """Read alone, it has the fields that its parent would fill."""
    (_, pulse) = written(mappings(), "session", SESSION)
    assert shown(read(mappings(), [pulse])) == [{**READING, "client_id": "c", "session_id": "s"}]


def test_a_child_that_shares_too_little_stays_outside():
    """A reading of another patient is not put into this session, though it names it."""
    encounter, pulse = written(mappings(), "session", SESSION)
    identifier = {"system": f"{mappings().names.base}/id/patient", "value": "d"}
    found = read(mappings(), [encounter, {**pulse, "subject": {"identifier": identifier}}])
    assert sorted(one.kind.name for one in found.records) == ["session", "vitals"]


def test_children_join_parents_of_the_same_server():
    """Another system's reading joins the session of its own system alone, own ones join by identifier wherever they are."""
    encounter, pulse = written(mappings(), "session", SESSION, server=SERVER)
    strangers = [{name: value for name, value in one.items() if name != "identifier"} for one in (encounter, pulse)]
    strangers[1]["encounter"] = {"reference": "Encounter/s"}
    strangers[0]["subject"] = strangers[1]["subject"] = {"reference": "Patient/1"}
    elsewhere = "https://lab.example.com/fhir"
    together = [(one, f"{SERVER}/{one['resourceType']}/{one['id']}") for one in strangers]
    apart = [together[0], (strangers[1], f"{elsewhere}/Observation/{strangers[1]['id']}")]
    own = [(encounter, f"{SERVER}/Encounter/1"), (pulse, f"{elsewhere}/Observation/2")]
    own = [({**one, "id": url.rpartition("/")[2]}, url) for one, url in own]
    assert [len(convert.from_fhir(mappings(), given).records) for given in (together, apart, own)] == [1, 2, 1]


def test_a_child_does_not_say_what_its_parent_says():
    """What is filled from the parent is refused in the child, by its path."""
    assert refused({**SESSION, "vitals": [{**READING, "client_id": "c"}]}) == [("KAP409", "vitals[0].client_id")]


def test_what_is_wrong_with_a_child_is_said_by_its_path():
    """A child's problems are those of a record of its kind."""
    assert refused({**SESSION, "vitals": [{**READING, "heart_rate": Number("999")}]}) == [("KAP403", "vitals[0].heart_rate")]
    assert refused({**SESSION, "vitals": [1]}) == [("KAP405", "vitals[0]")]


@pytest.mark.parametrize("empty", [[], None, {}, "x"])
def test_a_list_of_children_has_children(empty):
    """An empty list says nothing and would not come back."""
    assert refused({**SESSION, "vitals": empty}) == [("KAP404", "vitals")]


def test_two_children_do_not_have_one_key():
    """Two readings with one key would become one."""
    assert refused({**SESSION, "vitals": [READING, READING]}) == [("KAP408", "vitals[1]")]


def test_children_remember_for_themselves():
    """Each record has the memory of its own resources: an edit of the child leaves the parent's as it is."""
    encounter, pulse = written(mappings(), "session", SESSION, server=SERVER, takes_ids=True)
    theirs = [{**encounter, "priority": {"text": "p"}}, {**pulse, "note": [{"text": "n"}]}]
    (held,) = shown(read(mappings(), theirs, server=SERVER, policy="keep"))
    held["vitals"] = [{**held["vitals"][0], "heart_rate": Number("80")}]
    back = written(mappings(), "session", held, server=SERVER)
    assert back[0] == theirs[0]
    assert back[1] == {**theirs[1], "valueQuantity": {**pulse["valueQuantity"], "value": Number("80")}}
