"""What is said to be a UCUM code is one."""

from __future__ import annotations

import pytest

from tests.fhir.validate.made import PRESSURE, UCUM, changed, errors

AT = "Observation.component[0].valueQuantity.code"


@pytest.mark.parametrize("code", ["mm[Hg]", "{score}", "10*3/uL", "1", "%"])
def test_a_code_of_ucum_is_right(code: str) -> None:
    """R4 itself asks for a code that UCUM has, whichever it is."""
    assert errors(changed(PRESSURE, "component.0.valueQuantity.code", code)) == []


@pytest.mark.parametrize("code", ["mmHg", "MM[HG]", "bpm", "mm Hg"])
def test_another_code_in_its_system_is_an_error(code: str) -> None:
    """A word that UCUM does not have is found at its place, without being repeated."""
    assert errors(changed(PRESSURE, "component.0.valueQuantity.code", code)) == [("code-invalid", AT)]


def test_a_coding_of_ucum_is_checked_too() -> None:
    """A unit may stand in a Coding."""
    coding = {"system": UCUM, "code": "mmHg"}
    assert errors(changed(PRESSURE, "code.coding.+", coding)) == [("code-invalid", "Observation.code.coding[1].code")]


@pytest.mark.parametrize("quantity", [{"value": 1, "unit": "mmHg"}, {"value": 1, "system": "https://a.example", "code": "mmHg"}])
def test_other_systems_are_their_own(quantity: dict[str, object]) -> None:
    """A unit in words, or of another system, is none of UCUM's."""
    assert errors(changed(PRESSURE, "component.0.valueQuantity", quantity)) == []
