"""What references name: our resources by identifier, those of the set, the link table's, and other servers' by ids of their own."""

from __future__ import annotations

import pytest

from service.fhir.json import Number
from service.mapping import convert
from service.mapping.gather import Known
from service.mapping.identity import foreign_id
from tests.support.foreign import NOON, patient, pulse
from tests.support.mappings import SERVER, mappings, read, shown, written

URN = "urn:uuid:5b1d2b2f-8a3e-4a9c-9d9d-000000000001"


def named(subject, server=SERVER, known=None):
    """Our key of the patient of an Observation; None where it makes no record."""
    found = read(mappings(), [pulse("p.hr", subject=subject)], server=server, known=known)
    return found.records[0].values["client_id"] if found.records else None


def ours(value, kind="patient"):
    """An identifier of ours."""
    return {"system": f"{mappings().names.base}/id/{kind}", "value": value}


@pytest.mark.parametrize(
    ("subject", "server", "key"),
    [
        ({"identifier": ours("c-17")}, SERVER, "c-17"),
        ({"reference": "Patient/9", "identifier": ours("c-17")}, SERVER, "c-17"),
        ({"reference": "Patient/9", "identifier": ours("c-17", "session")}, SERVER, foreign_id(SERVER, "Patient/9")),
        ({"reference": "Patient/9", "identifier": ours("c-17/bp")}, SERVER, foreign_id(SERVER, "Patient/9")),
        ({"reference": "Patient/9"}, SERVER, foreign_id(SERVER, "Patient/9")),
        ({"reference": "Patient/9/_history/3"}, SERVER, foreign_id(SERVER, "Patient/9")),
        ({"reference": f"{SERVER}/Patient/9"}, "https://lab.example.com/fhir", foreign_id(SERVER, "Patient/9")),
        ({"reference": f"{SERVER}/Patient/9"}, f"{SERVER}/", foreign_id(SERVER, "Patient/9")),
        ({"reference": "https://kap.example.org/fhir/Patient/9"}, SERVER, "9"),
        ({"reference": "Patient/9"}, "", "9"),
        ({"reference": f"Patient?identifier={ours('c-17')['system']}|c-17"}, SERVER, "c-17"),
        ({"reference": "Patient?identifier=http://a.example|c-17"}, SERVER, None),
        ({"reference": "Group/9"}, SERVER, None),
        ({"reference": "#p"}, SERVER, None),
        ({"reference": URN}, SERVER, None),
        ({"display": "Ada"}, SERVER, None),
        ({}, SERVER, None),
    ],
)
def test_a_reference_is_read_by_the_first_that_tells(subject, server, key):
    """Our identifier, our own base, else the foreign id; a type that the line does not name, a contained or missing resource: not read."""
    assert named(subject, server) == key


def test_the_resource_of_the_set_is_named_by_any_of_its_names():
    """A reference by the full URL of the set, absolute or as `urn:uuid`, names that resource."""
    mapped = mappings()
    for url, reference in ((URN, URN), (f"{SERVER}/Patient/1", f"{SERVER}/Patient/1"), (f"{SERVER}/Patient/1", "Patient/1")):
        given = [(patient(), url), (pulse(subject={"reference": reference}), "")]
        person, reading = sorted(convert.from_fhir(mapped, given, server=SERVER).records, key=lambda one: one.kind.name)
        assert reading.values["client_id"] == person.key


def test_the_link_table_gives_our_key():
    """What the caller knows stands above the foreign id, and a reading passes back what it found."""
    known = Known(links={SERVER: {"Patient/1": "c-17"}})
    assert named({"reference": "Patient/1"}, known=known) == "c-17"
    found = read(mappings(), [patient()], server=SERVER, known=known)
    assert found.records[0].key == "c-17"
    assert found.links == {SERVER: {"Patient/1": "c-17"}}


def test_links_make_a_second_reading_the_same():
    """Who reads again from the same server passes the links back: a record whose foreign key was edited stays that record."""
    mapped = mappings()
    oxygen = {**pulse("o"), "code": {"coding": [{"system": "http://loinc.org", "code": "59408-5"}]}}
    oxygen["valueQuantity"] = {"value": Number("97"), "system": "http://unitsofmeasure.org", "code": "%"}
    first = read(mapped, [pulse(), oxygen], server=SERVER, policy="keep")
    (record,) = shown(first)
    sent = written(mapped, "vitals", {**record, "recorded_at": "2024-05-14T13:00:00Z"}, server=SERVER)
    (again,) = read(mapped, sent, server=SERVER, known=Known(first.links)).records
    assert (again.key, again.values["recorded_at"]) == (record["reading_id"], "2024-05-14T13:00:00Z")


def test_the_caller_states_the_key():
    """The key of a PUT is that of the record; an own resource that is another one is refused."""
    assert read(mappings(), [patient()], server=SERVER, known=Known(key="c-99")).records[0].key == "c-99"
    found = read(mappings(), [patient(identifier=[ours("c-17")])], server=SERVER, known=Known(key="c-99"))
    assert [one.code for one in found.orphans[0].issues] == ["KAP504"]


def test_a_resource_of_ours_is_known_at_any_server():
    """The identifier decides, not the id: at a server that gives its own ids a resource of ours is ours."""
    mapped = mappings()
    record = {
        "reading_id": "v",
        "client_id": "c",
        "recorded_at": NOON,
        "status": "final",
        "heart_rate": Number("71"),
        "source_device_id": "d",
    }
    (sent,) = written(mapped, "vitals", record, server=SERVER)
    assert "reference" not in sent["device"]
    (found,) = read(mapped, [{**sent, "id": "9001"}], server=SERVER, policy="keep").records
    assert found.values == record


def test_where_ours_kept_its_id_relative_references_are_ours():
    """In a resource of ours with the id we gave it, `Patient/c` is ours, and so is a `Device/d`, of which no kind writes."""
    mapped = mappings()
    record = {
        "reading_id": "v",
        "client_id": "c",
        "recorded_at": NOON,
        "status": "final",
        "heart_rate": Number("71"),
        "source_device_id": "d",
    }
    (sent,) = written(mapped, "vitals", record, server=SERVER, takes_ids=True)
    bare = {**sent, "subject": {"reference": "Patient/c"}, "device": {"reference": "Device/d"}}
    assert read(mapped, [bare], server=SERVER).records[0].values == record
    moved = read(mapped, [{**bare, "id": "9001"}], server=SERVER).records[0].values
    assert (moved["client_id"], moved["source_device_id"]) == (foreign_id(SERVER, "Patient/c"), foreign_id(SERVER, "Device/d"))


def test_the_server_is_named_as_it_names_itself():
    """Given back, references keep the literal that the server wrote, and new ones to what it has get its id."""
    mapped = mappings()
    record = {"reading_id": "v", "client_id": "c", "recorded_at": NOON, "status": "final", "heart_rate": Number("71")}
    (sent,) = written(mapped, "vitals", record, server=SERVER)
    theirs = {**sent, "id": "9001", "subject": {**sent["subject"], "reference": "Patient/4711"}}
    (held,) = shown(read(mapped, [theirs], server=SERVER, policy="keep"))
    (back,) = written(mapped, "vitals", {**held, "heart_rate": Number("80")}, server=SERVER)
    assert (back["id"], back["subject"]) == ("9001", theirs["subject"])


def test_one_reference_is_not_read_as_two_types():
    """What a reference meant when the resource was read, it means when it is given back: a Patient never becomes a performer."""
    mapped = mappings()
    theirs = pulse(performer=[{"reference": "Patient/1"}], note=[{"text": "n"}])
    (held,) = shown(read(mapped, [theirs], server=SERVER, policy="keep"))
    assert "recorded_by" not in held
    (back,) = written(mapped, "vitals", {**held, "heart_rate": Number("80")}, server=SERVER)
    assert back["performer"] == theirs["performer"]


def test_two_ways_to_write_one_reference_are_both_remembered():
    """A linked patient named in two ways stays one patient when the record is given back."""
    mapped = mappings()
    known = Known(links={SERVER: {"Practitioner/1": "n-2", "Patient/1": "c-17"}})
    theirs = pulse(
        performer=[{"reference": f"{SERVER}/Practitioner/1"}], subject={"reference": f"{SERVER}/Patient/1"}, note=[{"text": "n"}]
    )
    (held,) = shown(read(mapped, [theirs], server=SERVER, policy="keep", known=known))
    (back,) = written(mapped, "vitals", {**held, "heart_rate": Number("80")}, server=SERVER)
    assert (back["subject"], back["performer"]) == (theirs["subject"], theirs["performer"])
