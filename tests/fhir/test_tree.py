"""A profile as a tree has its slices beside its elements."""

from __future__ import annotations

from service.fhir.guide import PACKED
from tests.fhir.validate.made import US_CORE


def test_slices_hang_on_their_element() -> None:
    """A slice has what is said of it and of what is in it, apart from the element that it slices."""
    known = PACKED.profile("us-core-blood-pressure")
    assert known is not None
    component = known.tree.children["component"]
    assert set(component.slices) == {"systolic", "diastolic"}
    systolic = component.slices["systolic"]
    assert systolic.facts is not None
    assert systolic.facts.min == 1
    assert "code" in systolic.children


def test_every_element_of_a_definition_is_in_its_tree() -> None:
    """No element that a profile or extension speaks of is lost."""
    for url in (f"{US_CORE}us-core-patient", f"{US_CORE}us-core-race"):
        known = PACKED.profile(url) or PACKED.extension(url)
        assert known is not None
        nodes, facts = [known.tree], set()
        while nodes:
            node = nodes.pop()
            facts |= {node.facts.id} if node.facts else set()
            nodes += [*node.children.values(), *node.slices.values()]
        assert facts == set(known.elements)
