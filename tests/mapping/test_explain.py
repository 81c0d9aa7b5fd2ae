"""Which line and which field each value of a resource comes from, and the picture of a mapping."""

from __future__ import annotations

import pytest

from service.diagnostics.issue import Refused
from service.fhir import json
from service.fhir.json import Number
from service.mapping import explain
from service.mapping.explain import Row
from tests.support.mappings import FOLDER, mappings, written

RECORDS = sorted((FOLDER / "examples").rglob("*.record.json"))
READING = {
    "reading_id": "v-1",
    "client_id": "c-1",
    "recorded_at": "2025-03-04T10:20:00-07:00",
    "status": "final",
    "temperature": Number("98.6"),
    "temperature_unit": "F",
}


def rows(kind: str, record: dict, resource: str) -> dict[str, Row]:
    """The rows of one resource by FHIRPath."""
    return {one.element: one for one in explain.explain(mappings(), kind, record) if one.resource == resource}


def values(value, at):
    """The FHIRPaths of everything in a resource that has no parts."""
    if isinstance(value, dict):
        return [path for name, inner in value.items() for path in values(inner, f"{at}.{name}")]
    if isinstance(value, list):
        return [path for number, inner in enumerate(value) for path in values(inner, f"{at}[{number}]")]
    return [at]


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: f"{path.parent.name}/{path.name.partition('.')[0]}")
def test_every_value_is_explained(path):
    """There is one row for each value that the record becomes, in the same order; `resourceType` is the type's name and needs none."""
    record = json.read(path.read_bytes())
    wanted = [
        (f"{one['resourceType']}/{one['id']}", at)
        for one in written(mappings(), path.parent.name, record)
        for at in values(one, one["resourceType"])
        if at != f"{one['resourceType']}.resourceType"
    ]
    assert [(one.resource, one.element) for one in explain.explain(mappings(), path.parent.name, record)] == wanted


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: f"{path.parent.name}/{path.name.partition('.')[0]}")
def test_every_field_of_the_record_is_explained(path):
    """Each field that leaves the clinic is the source of a value, by its path in the whole record."""
    record = json.read(path.read_bytes())
    told = {name for one in explain.explain(mappings(), path.parent.name, record) for name in one.field.split(", ")}
    for name, value in record.items():
        inside = (
            [f"{name}.{field}" for item in value for field in item] if isinstance(value, list) and isinstance(value[0], dict) else [name]
        )
        listed = name in {one.name for one in mappings().kinds[path.parent.name].children}
        inside = (
            [f"{name}[{at}].{field}" for at, item in enumerate(value) for field in item if field not in ("other", "missed")]
            if listed
            else inside
        )
        assert set(inside) <= told


def test_a_quantity_has_value_and_unit_from_their_fields():
    """The number comes from the value's field, code and text from the unit's, the system from neither."""
    found = rows("vitals", READING, "Observation/v-1.temp")
    at = "Observation.valueQuantity"
    assert [found[f"{at}.{name}"].field for name in ("value", "unit", "code", "system")] == [
        "temperature",
        "temperature_unit",
        "temperature_unit",
        "",
    ]


def test_a_line_of_a_pattern_is_named_where_it_stands():
    """The place is that of the line that people edit: the pattern's, not the shape's that takes it over."""
    row = rows("vitals", READING, "Observation/v-1.temp")["Observation.effectiveDateTime"]
    lines = (FOLDER / "vitals.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[int(row.place.rpartition(":")[2]) - 1].strip() == "effectiveDateTime: $recorded_at"
    assert row.place.startswith("mappings/vitals.yaml:")


def test_a_constant_of_a_case_comes_from_its_field():
    """`status: not-done` of a held dose is the field `status`."""
    record = {
        "administration_id": "a",
        "client_id": "c",
        "status": "held",
        "substance": "ketamine",
        "start_at": "2025-03-04T10:00:00-07:00",
    }
    assert rows("administration", record, "MedicationAdministration/a")["MedicationAdministration.status"].field == "status"


def test_what_tells_a_case_comes_from_its_field_too():
    """`match informationSource: Patient/$client_id` says that the informant is the client, and who that is."""
    record = {"medication_id": "m", "client_id": "c", "status": "active", "name": "Sertraline", "informant": "client"}
    found = rows("medication", record, "MedicationStatement/m")
    assert found["MedicationStatement.informationSource.identifier.value"].field == "informant, client_id"
    assert found["MedicationStatement.subject.identifier.value"].field == "client_id"


def test_what_a_child_takes_from_its_parent_is_the_parents_field():
    """A reading inside a session has its client from the session, its values by their path."""
    session = {
        "session_id": "s",
        "client_id": "c",
        "status": "finished",
        "place": "clinic",
        "session_type": "dosing",
        "started_at": "2025-03-04T10:00:00-07:00",
    }
    inside = {name: value for name, value in READING.items() if name != "client_id"}
    found = rows("session", {**session, "vitals": [inside]}, "Observation/v-1.temp")
    assert found["Observation.subject.identifier.value"].field == "client_id"
    assert found["Observation.encounter.identifier.value"].field == "session_id"
    assert found["Observation.valueQuantity.value"].field == "vitals[0].temperature"


def test_a_record_that_is_not_valid_is_refused():
    """An invalid record is not explained but refused, by its fields."""
    with pytest.raises(Refused, match="temperature"):
        explain.explain(mappings(), "vitals", {**READING, "temperature": "warm"})


def test_the_picture_has_the_shape_of_the_resource():
    """Elements stand below each other as in the resource, in the order of R4, each with its term; conditions stand behind them."""
    picture = explain.picture(mappings().kinds["vitals"])
    bp = picture.split("\n\n")[0].splitlines()
    assert bp[0] == "Observation bp  # written when bp_systolic or bp_diastolic or bp_mean"
    at = bp.index("  component[systolic]:")
    assert bp[at + 1 : at + 4] == [
        '    code: http://loinc.org#8480-6 "Systolic blood pressure"',
        "    valueQuantity: $bp_systolic 'mm[Hg]'",
        '    dataAbsentReason: http://terminology.hl7.org/CodeSystem/data-absent-reason#unknown "Unknown"  # when not bp_systolic',
    ]


@pytest.mark.parametrize("kind", mappings().kinds)
def test_the_picture_shows_every_field(kind):
    """Every field that leaves is in the picture of its kind, or is the field of a case."""
    picture = explain.picture(mappings().kinds[kind])
    fields = [one for one in mappings().kinds[kind].fields.by_name.values() if not one.stays]
    cases = {choice.field.name for shape in mappings().kinds[kind].shapes for choice in shape.scope.choices if choice.field}
    missing = [
        one.name for one in fields if f"${one.name}" not in picture and one.name not in cases and f"each of {one.name}" not in picture
    ]
    assert missing == []
