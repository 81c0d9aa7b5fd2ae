"""What a resource holds and its record does not, under each policy; and what is refused under all of them."""

from __future__ import annotations

import pytest

from service.diagnostics.issue import Refused
from service.fhir.json import Number
from tests.support.foreign import patient, pulse
from tests.support.mappings import SERVER, mappings, read, shown, written

READING = {
    "reading_id": "v",
    "client_id": "c",
    "recorded_at": "2024-05-14T12:00:00Z",
    "status": "final",
    "heart_rate": Number("71"),
    "pain_0_10": Number("3"),
}
"""A reading that becomes two Observations."""

MORE = {"photo": [{"title": "p"}], "_gender": {"id": "x"}}


def test_report_names_every_leftover():
    """`report`: each leftover by its FHIRPath, without its value; the record holds the server alone."""
    found = read(mappings(), [patient(**MORE)], server=SERVER, policy="report")
    assert {(one.code, one.where) for one in found.issues} == {("KAP513", "Patient._gender"), ("KAP513", "Patient.photo")}
    assert shown(found)[0]["_fhir"] == [{"server": SERVER}]


def test_a_value_that_differs_is_reported():
    """What stands in both and differs is a leftover, too: a display that is not ours."""
    codings = [{"system": "http://loinc.org", "code": "8867-4", "display": "Herzfrequenz"}]
    found = read(mappings(), [{**pulse(), "code": {"coding": codings}}], server=SERVER)
    assert [(one.code, one.where) for one in found.issues] == [("KAP513", "Observation.code.coding[0].display")]


def test_a_reported_record_may_not_update_there():
    """A record read under `report` may not go back to that server: its leftovers would be lost there. Elsewhere it may go."""
    (record,) = shown(read(mappings(), [patient(**MORE)], server=SERVER))
    with pytest.raises(Refused) as refused:
        written(mappings(), "patient", record, server=SERVER)
    assert [(one.code, one.where) for one in refused.value.issues] == [("KAP515", "_fhir")]
    assert written(mappings(), "patient", record, server="https://lab.example.com/fhir")


def test_a_foreign_record_may_not_be_written_beside_its_own():
    """Without leftovers, too, a foreign resource read under `report` is not written anew at its server: there would be two of it."""
    mapped = mappings()
    ours = written(mapped, "patient", {"client_id": "c", "family": "Okafor", "sex": "F"}, server=SERVER)[0]
    theirs = {name: value for name, value in ours.items() if name != "identifier"} | {"id": "7"}
    (record,) = shown(read(mapped, [theirs], server=SERVER))
    with pytest.raises(Refused):
        written(mapped, "patient", record, server=SERVER)


def test_an_own_record_without_leftovers_may_update_there():
    """A resource of ours that holds nothing more may be written again at a server that has given it another id."""
    mapped = mappings()
    record = {"client_id": "c", "family": "Okafor", "sex": "F"}
    theirs = {**written(mapped, "patient", record, server=SERVER)[0], "id": "7"}
    (again,) = shown(read(mapped, [theirs], server=SERVER))
    assert again == record


def test_refuse_gives_the_resource_back():
    """`refuse`: with a leftover there is no record, and the resource is an orphan with the reasons."""
    theirs = patient(**MORE)
    found = read(mappings(), [theirs], server=SERVER, policy="refuse")
    assert not found.records
    assert [one.resource.value for one in found.orphans] == [theirs]
    assert {one.code for one in found.orphans[0].issues} == {"KAP514"}


def test_refuse_takes_what_has_no_leftovers():
    """`refuse`: decorations that others lack (displays, profiles) are no reason."""
    found = read(mappings(), [patient(), pulse()], server=SERVER, policy="refuse")
    assert {one.kind.name for one in found.records} == {"patient", "vitals"}


def test_keep_holds_the_resource():
    """`keep`: the record has the resource as it came, and nothing is reported."""
    theirs = patient(**MORE)
    found = read(mappings(), [theirs], server=SERVER, policy="keep")
    assert [one["resource"] for one in shown(found)[0]["_fhir"]] == [theirs]
    assert not found.issues


def test_keep_needs_no_memory_for_what_we_wrote():
    """`keep`: where writing the record gives the very resources, nothing is remembered."""
    record = {"client_id": "c", "family": "Okafor", "sex": "F"}
    assert shown(read(mappings(), written(mappings(), "patient", record), policy="keep")) == [record]


def test_the_mapping_says_the_policy():
    """Without a policy of the caller the mapping's holds: `report` where it says nothing."""
    assert {kind.leftovers for kind in mappings().kinds.values()} == {"report"}
    assert read(mappings(), [patient(**MORE)], server=SERVER).issues


@pytest.mark.parametrize("policy", ["report", "refuse", "keep"])
@pytest.mark.parametrize(
    "change",
    [
        {"modifierExtension": [{"url": "https://other.example.org/not", "valueBoolean": True}]},
        {"contact": [{"name": {"text": "Ben"}, "modifierExtension": [{"url": "https://other.example.org/not", "valueBoolean": True}]}]},
        {"name": [{"family": "Okafor", "_family": {"extension": [{"url": "u", "modifierExtension": []}]}}]},
    ],
)
def test_a_modifier_extension_is_always_refused(policy, change):
    """A `modifierExtension` anywhere may turn the meaning round: no policy lets it pass."""
    found = read(mappings(), [patient(**change)], server=SERVER, policy=policy)
    assert not found.records
    assert {one.code for one in found.orphans[0].issues} == {"KAP502"}


@pytest.mark.parametrize("policy", ["report", "refuse", "keep"])
@pytest.mark.parametrize(
    "theirs",
    [
        patient(implicitRules="https://other.example.org/rules"),
        patient(link=[{"other": {"reference": "Patient/2"}, "type": "replaced-by"}]),
        {**pulse(), "valueQuantity": {**pulse()["valueQuantity"], "comparator": "<"}},
        {
            "resourceType": "MedicationRequest",
            "id": "1",
            "status": "active",
            "intent": "order",
            "doNotPerform": True,
            "medicationCodeableConcept": {"text": "lamotrigine"},
            "subject": {"reference": "Patient/1"},
        },
        {
            "resourceType": "AdverseEvent",
            "id": "1",
            "actuality": "potential",
            "event": {"text": "nausea"},
            "subject": {"reference": "Patient/1"},
        },
    ],
    ids=["implicitRules", "link", "comparator", "doNotPerform", "actuality"],
)
def test_an_unread_modifier_is_always_refused(policy, theirs):
    """An element that changes the meaning (R4 `isModifier`) and that no line reads refuses the resource, or it makes no record at all."""
    found = read(mappings(), [theirs], server=SERVER, policy=policy)
    assert not found.records
    assert found.orphans[0].resource.value is theirs


def test_a_refused_resource_leaves_the_others_of_its_record():
    """A resource that is refused does not take part in its record: the others are read."""
    mapped = mappings()
    heart, pain = written(mapped, "vitals", READING)
    found = read(mapped, [{**heart, "implicitRules": "urn:x"}, pain])
    assert [one.seen for one in found.records] == [["pain"]]
    assert [one.resource.value["id"] for one in found.orphans] == ["v.hr"]


def test_a_refused_resource_does_not_hold_the_others_to_its_values():
    """After an edit the server still has the old values in a resource that is refused: the others are a record all the same."""
    mapped = mappings()
    heart, pain = written(mapped, "vitals", READING, server=SERVER, takes_ids=True)
    strange = {**heart, "implicitRules": "urn:x"}
    (held,) = shown(read(mapped, [strange, pain], server=SERVER, policy="keep"))
    (edited,) = written(mapped, "vitals", {**held, "recorded_at": "2024-05-14T13:00:00Z"}, server=SERVER)
    found = read(mapped, [strange, edited], server=SERVER, policy="keep")
    assert [one.values["recorded_at"] for one in found.records] == ["2024-05-14T13:00:00Z"]
    assert [one.resource.value for one in found.orphans] == [strange]
    unlike = read(mapped, [heart, edited], server=SERVER, policy="keep")
    assert not unlike.records
    assert {issue.code for one in unlike.orphans for issue in one.issues} == {"KAP511"}


def test_a_memory_that_nobody_wrote_is_refused():
    """`_fhir` comes back as the engine wrote it, or not at all."""
    wrong = ({"server": 1}, {"server": SERVER, "more": 1}, {"server": SERVER, "links": {"a": 1}}, {"server": SERVER, "resource": {}})
    for memory in ("x", [1], *([one] for one in wrong)):
        with pytest.raises(Refused) as refused:
            written(mappings(), "patient", {"client_id": "c", "family": "Okafor", "sex": "F", "_fhir": memory}, server=SERVER)
        assert [one.code for one in refused.value.issues] == ["KAP517"]


LABEL = {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}


@pytest.mark.parametrize("policy", ["report", "keep"])
@pytest.mark.parametrize("server", ["", "https://lab.example.com/fhir"])
def test_what_is_marked_stays_marked(policy, server):
    """A security label of another system goes with the record's resources to every receiver, under every policy."""
    theirs = [{**pulse(), "meta": {"security": [LABEL], "tag": [LABEL]}}]
    (record,) = shown(read(mappings(), theirs, server=SERVER, policy=policy))
    (sent,) = written(mappings(), "vitals", record, server=server)
    assert sent["meta"] == {"security": [LABEL], "profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-heart-rate"]}


def test_new_resources_of_a_marked_record_are_marked():
    """What an edit adds to a marked record is marked, too."""
    (record,) = shown(read(mappings(), [{**pulse(), "meta": {"security": [LABEL]}}], server=SERVER, policy="keep"))
    heart, pain = written(mappings(), "vitals", {**record, "pain_0_10": Number("3")}, server=SERVER)
    assert [one["meta"]["security"] for one in (heart, pain)] == [[LABEL], [LABEL]]
