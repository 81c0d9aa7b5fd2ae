"""The values of an element are found in all its JSON forms."""

from __future__ import annotations

from service.fhir import definitions
from service.fhir.validate.items import content, element_items


def test_values_meet_what_stands_beside_them() -> None:
    """The n-th value of a list belongs to the n-th object beside it, whichever of the two lists is longer."""
    name = {"given": ["Maren", None], "_given": [None, {"id": "b"}, {"id": "c"}]}
    items = element_items(name, definitions.children("HumanName")["given"], "HumanName", "Patient.name[0]")
    assert [(item.value, item.companion, item.place) for item in items] == [
        ("Maren", None, "Patient.name[0].given[0]"),
        (None, {"id": "b"}, "Patient.name[0].given[1]"),
        (None, {"id": "c"}, "Patient.name[0].given[2]"),
    ]


def test_a_choice_is_found_in_every_form() -> None:
    """All forms of a choice are its values, with the type each stands for."""
    items = element_items(
        {"valueQuantity": {}, "_valueString": {"id": "a"}}, definitions.children("Observation")["value"], "Observation", "O"
    )
    assert [(item.member.type, item.place) for item in items] == [("Quantity", "O.valueQuantity"), ("string", "O.valueString")]


def test_what_is_in_a_primitive_stands_beside_it() -> None:
    """Inside a primitive value is what its companion holds, inside another value what it is."""
    (date,) = element_items({"birthDate": "2024", "_birthDate": {"id": "a"}}, definitions.children("Patient")["birthDate"], "Patient", "P")
    assert content(date) == ({"id": "a"}, "Element")
    (period,) = element_items({"period": {"start": "2024"}}, definitions.children("Encounter")["period"], "Encounter", "E")
    assert content(period) == ({"start": "2024"}, "Period")
