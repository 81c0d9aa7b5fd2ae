"""Nobody's data reaches another: what belongs to one server, resource or reading stays with it."""

from __future__ import annotations

import pytest

from service.fhir import json
from service.fhir.json import Number
from service.mapping import convert
from service.mapping.gather import Known
from service.mapping.identity import foreign_id
from tests.support.foreign import LAB, NOON, observation, oxygen, patient, pulse
from tests.support.mappings import SERVER, mappings, read, shown, written


@pytest.mark.parametrize("other", ["", LAB])
def test_leftovers_go_to_no_other_server(other):
    """Rule (§6, giving back): only the server that sent R gets what R held; with another server, or ours, the record alone is written."""
    mapped = mappings()
    (record,) = shown(read(mapped, [patient(maritalStatus={"text": "theirs"})], server=SERVER, policy="keep"))
    assert "theirs" in json.write(written(mapped, "patient", record, server=SERVER)).decode()
    elsewhere = json.write(written(mapped, "patient", record, server=other)).decode()
    assert "theirs" not in elsewhere
    assert "Okafor" in elsewhere


def test_an_edit_takes_no_leftovers_to_another_server():
    """Rule (§6, giving back): nor does an edited record take them there."""
    mapped = mappings()
    (record,) = shown(read(mapped, [patient(maritalStatus={"text": "theirs"})], server=SERVER, policy="keep"))
    edited = {**record, "family": "Obi"}
    assert "theirs" in json.write(written(mapped, "patient", edited, server=SERVER)).decode()
    assert "theirs" not in json.write(written(mapped, "patient", edited, server=LAB)).decode()


def test_each_of_two_servers_gets_its_own_leftovers():
    """Rule (§6, memory): a record read from two servers remembers each resource with its server."""
    mapped = mappings()
    record = {"client_id": "c-17", "family": "Okafor", "sex": "F"}
    (ours,) = written(mapped, "patient", record)
    sets = [
        ({**ours, "id": name, "maritalStatus": {"text": name}}, f"{server}/Patient/{name}") for name, server in (("a", SERVER), ("b", LAB))
    ]
    (both,) = shown(convert.from_fhir(mapped, sets, policy="keep"))
    for edited in (both, {**both, "family": "Obi"}):
        (to_a,), (to_b,) = (written(mapped, "patient", edited, server=server) for server in (SERVER, LAB))
        assert (to_a["id"], to_a["maritalStatus"]["text"]) == ("a", "a")
        assert (to_b["id"], to_b["maritalStatus"]["text"]) == ("b", "b")


def test_another_servers_patient_1_is_not_ours():
    """Rule (§4, foreign ids): `Patient/1` of another server gets a key of its own, in the record and in references to it."""
    mapped = mappings()
    one, other = (read(mapped, [patient(), pulse()], server=server) for server in (SERVER, LAB))
    keys = {record.key for found in (one, other) for record in found.records if record.kind.name == "patient"}
    named = {record.values["client_id"] for found in (one, other) for record in found.records if record.kind.name == "vitals"}
    assert keys == named
    assert len(keys) == 2
    assert "1" not in keys


def test_our_patient_1_is_not_named_at_another_server():
    """Rule (§4, references): to another server, a reference out of the set is an identifier alone: `Patient/1` may be another there."""
    mapped = mappings()
    record = {"reading_id": "v", "client_id": "1", "recorded_at": NOON, "status": "final", "heart_rate": Number("71")}
    (there,) = written(mapped, "vitals", record, server=LAB)
    (knows,) = written(mapped, "vitals", record, server=LAB, takes_ids=True)
    (ours,) = written(mapped, "vitals", record)
    identifier = {"system": f"{mapped.names.base}/id/patient", "value": "1"}
    assert there["subject"] == {"identifier": identifier}
    assert knows["subject"] == ours["subject"] == {"reference": "Patient/1", "identifier": identifier}


def test_links_belong_to_one_server():
    """Rule (§4, references): the link table of one server says nothing of another's resources."""
    mapped = mappings()
    known = Known(links={SERVER: {"Patient/1": "c-17"}})
    here, there = (read(mapped, [patient(), pulse()], server=server, known=known) for server in (SERVER, LAB))
    assert {one.values["client_id"] for one in here.records} == {"c-17"}
    assert "c-17" not in {one.values["client_id"] for one in there.records}


@pytest.mark.parametrize(("server", "key"), [(SERVER, "c-17"), (LAB, foreign_id(LAB, "Patient/1"))])
def test_links_of_one_server_name_no_patient_of_another(server, key):
    """Rule (§4, references): nor do they say what another server's references name, when what they name is not in the set."""
    (found,) = read(mappings(), [pulse()], server=server, known=Known(links={SERVER: {"Patient/1": "c-17"}})).records
    assert found.values["client_id"] == key


def test_a_relative_reference_stays_with_its_server():
    """Rule (§4, references): in a set from two servers, `Patient/1` is the one of the resource's own server."""
    mapped = mappings()
    one = [(patient(), f"{SERVER}/Patient/1"), (pulse(), f"{LAB}/Observation/p")]
    found = convert.from_fhir(mapped, one)
    person, reading = sorted(found.records, key=lambda record: record.kind.name)
    assert person.key != reading.values["client_id"]


@pytest.mark.parametrize(
    ("one", "other", "readings"),
    [
        (pulse(), oxygen(), 1),
        (pulse(), pulse("q"), 2),
        (pulse(device={"reference": "Device/1"}), oxygen(device={"reference": "Device/1"}), 1),
        (pulse(device={"reference": "Device/1"}), oxygen(device={"reference": "Device/2"}), 2),
        (pulse(device={"reference": "Device/1"}), oxygen(), 2),
        (pulse(), oxygen(subject={"reference": "Patient/2"}), 2),
        (pulse(), oxygen(effectiveDateTime="2024-05-14T12:00:01Z"), 2),
        (pulse(effectiveDateTime="2024-05-14"), oxygen(effectiveDateTime="2024-05-14"), 2),
        (pulse(), oxygen(encounter={"reference": "Encounter/1"}), 2),
    ],
)
def test_readings_of_two_monitors_are_not_mixed(one, other, readings):
    """Rule (§5.4): foreign resources are one record only with equal foreign keys to the time of day, no two of one shape, and every shared
    field equal or absent in all.
    """
    assert len(read(mappings(), [one, other], server=SERVER).records) == readings


def test_readings_of_two_servers_are_not_mixed():
    """Rule (§5.4): resources of two servers are never one foreign record, even with the same values."""
    links = {server: {"Patient/1": "c-17"} for server in (SERVER, LAB)}
    pair = [(pulse(), f"{SERVER}/Observation/p"), (oxygen(), f"{LAB}/Observation/o")]
    assert len(convert.from_fhir(mappings(), pair, known=Known(links)).records) == 2


def test_readings_with_two_links_are_not_merged():
    """Rule (§5.4): members that the caller keeps under two keys stay two records; with one key, and none for the other, they are one."""
    apart = Known({SERVER: {"Observation/p": "v-1", "Observation/o": "v-2"}})
    assert [one.key for one in read(mappings(), [pulse(), oxygen()], server=SERVER, known=apart).records] == ["v-1", "v-2"]
    half = Known({SERVER: {"Observation/p": "v-1"}})
    assert [one.key for one in read(mappings(), [pulse(), oxygen()], server=SERVER, known=half).records] == ["v-1"]


def test_resources_without_an_id_are_told_apart_by_content():
    """Rule (§5.4): without id and full URL a resource's key, and its item's, come from its content: two do not become one."""
    mapped = mappings()
    vital = {"category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}]}
    strange = [observation("", code, "3", "1", **vital) for code in ("x-1", "x-2")]
    for one in strange:
        del one["id"]
    (record,) = shown(read(mapped, strange, server=SERVER))
    assert [item["code"] for item in sorted(record["other"], key=lambda item: item["code"])] == ["x-1", "x-2"]


def halves():
    """A reading of two Observations."""
    record = {
        "reading_id": "v",
        "client_id": "c",
        "recorded_at": NOON,
        "status": "final",
        "heart_rate": Number("71"),
        "pain_0_10": Number("3"),
    }
    return record, written(mappings(), "vitals", record, server=SERVER, takes_ids=True)


def test_half_a_reading_leaves_the_other_half_unknown():
    """Rule (§5.5): a field that only unseen resources carry is unknown, not absent."""
    record, (heart, _) = halves()
    (half,) = read(mappings(), [heart], server=SERVER).records
    assert half.seen == ["hr"]
    assert "pain_0_10" in half.unknown
    assert "heart_rate" not in half.unknown
    assert half.values == {name: value for name, value in record.items() if name != "pain_0_10"}


def test_half_a_reading_never_deletes_the_other_half():
    """Rule (§6, giving back): of an edited half only what was read goes back; the other half is neither written nor withdrawn."""
    mapped = mappings()
    _, (heart, _) = halves()
    (half,) = shown(read(mapped, [heart], server=SERVER, policy="keep"))
    back = convert.to_fhir(mapped, "vitals", {**half, "heart_rate": Number("80")}, server=SERVER)
    assert [one.resource["id"] for one in back.sent] == ["v.hr"]
    assert back.withdrawn == []


def test_a_half_that_the_store_has_is_written_with_the_other():
    """Rule (§6, giving back): what the store knows beside the half that was read is written, too."""
    mapped = mappings()
    _, (heart, pain) = halves()
    (half,) = shown(read(mapped, [heart], server=SERVER, policy="keep"))
    back = convert.to_fhir(mapped, "vitals", {**half, "pain_0_10": Number("5")}, server=SERVER, takes_ids=True)
    assert [one.resource["id"] for one in back.sent] == ["v.hr", "v.pain"]
    assert back.sent[0].resource == heart
    assert back.sent[1].resource == {**pain, "valueInteger": Number("5")}


def test_a_resource_without_a_value_is_not_withdrawn():
    """Rule (§6, withdrawn): an Observation of the reading without a value was never written by the record: an edit leaves it there."""
    mapped = mappings()
    record, _ = halves()
    pressure, _, pain = written(mapped, "vitals", {**record, "bp_systolic": Number("120")}, server=SERVER, takes_ids=True)
    blank = {name: value for name, value in pressure.items() if name != "component"} | {"dataAbsentReason": {"text": "monitor off"}}
    (record,) = shown(read(mapped, [blank, pain], server=SERVER, policy="keep"))
    back = convert.to_fhir(mapped, "vitals", {**record, "pain_0_10": Number("5")}, server=SERVER)
    assert (back.withdrawn, back.sent[0].resource) == ([], blank)
    again = convert.to_fhir(mapped, "vitals", {**record, "status": "entered_in_error"}, server=SERVER)
    assert [one.resource["status"] for one in again.sent] == ["entered-in-error", "entered-in-error"]
    assert again.sent[0].resource["dataAbsentReason"] == {"text": "monitor off"}


def test_our_identifiers_are_no_ones_field():
    """Rule (§4, own resources): an identifier of ours at another kind's base is not ours, and ours is never read into a field."""
    mapped = mappings()
    elsewhere = patient(identifier=[{"system": "https://other.example.org/id/patient", "value": "c-17"}])
    ours = patient(identifier=[{"system": f"{mapped.names.base}/id/patient", "value": "c-17"}])
    assert [read(mapped, [one], server=SERVER).records[0].key == "c-17" for one in (elsewhere, ours)] == [False, True]


def test_two_of_our_identifiers_are_refused():
    """Rule (§4, own resources): a resource that says it is two of ours is neither."""
    mapped = mappings()
    system = f"{mapped.names.base}/id/patient"
    found = read(mapped, [patient(identifier=[{"system": system, "value": "a"}, {"system": system, "value": "b"}])], server=SERVER)
    assert not found.records
    assert [one.code for one in found.orphans[0].issues] == ["KAP504"]
