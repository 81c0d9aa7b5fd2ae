"""Every example pair of the product, both ways, and what the folder must hold."""

from __future__ import annotations

from functools import cache

import pytest

from service.fhir import json
from service.mapping import examples
from service.mapping.examples import Result
from service.mapping.wire import Gateway
from tests.support.mappings import CLINICS, FOLDER, mappings
from tests.support.valid import errors

EXAMPLES = FOLDER / "examples"
PAIRS = sorted(path.with_name(path.name.removesuffix(examples.FHIR)) for path in EXAMPLES.rglob(f"*{examples.FHIR}"))


@cache
def results() -> dict[tuple[str, str], Result]:
    """The result of every pair."""
    return {(one.kind, one.name): one for one in examples.run(Gateway.of(mappings()), EXAMPLES)}


@pytest.mark.parametrize("stem", PAIRS, ids=lambda stem: f"{stem.parent.name}/{stem.name}")
def test_a_pair_holds_both_ways(stem):
    """The record gives the resources of its partner, and they give the record, with nothing left over."""
    assert results()[stem.parent.name, stem.name].problems == ()


@pytest.mark.parametrize("stem", PAIRS, ids=lambda stem: f"{stem.parent.name}/{stem.name}")
def test_every_resource_of_an_example_is_valid(stem):
    """R4 and the profiles that they claim find nothing wrong with the resources of an example."""
    said = json.read(stem.with_name(f"{stem.name}{examples.FHIR}").read_bytes())
    assert errors(said) == []


@pytest.mark.parametrize("kind", mappings().kinds)
def test_every_kind_has_an_ordinary_a_minimal_and_an_awkward_example(kind):
    """No record kind is without its three examples."""
    assert {"ordinary", "minimal", "awkward"} <= {name for of, name in results() if of == kind}


MODELS = ("patient", "session", "vitals", "questionnaire_response", "medication")
OWN = {"bloom": ("patient", "vitals"), "cedar": (*MODELS, "administration"), "aspen": (*MODELS, "administration"), "sage": MODELS}


@pytest.mark.parametrize("clinic", CLINICS)
def test_a_clinic_has_pairs_of_its_own(clinic):
    """Each clinic's examples, in its own record form, hold both ways with its overlay."""
    ran = examples.run(Gateway.of(mappings(clinic)), FOLDER / "clinics" / clinic)
    assert {(one.kind, one.name) for one in ran} >= {(kind, "ordinary") for kind in OWN[clinic] if kind != "administration"}
    assert {one.kind for one in ran} == set(OWN[clinic])
    assert [one for one in ran if one.problems] == []


def test_every_pair_was_run():
    """The run finds each record and each partner."""
    assert set(results()) == {(stem.parent.name, stem.name) for stem in PAIRS}
    assert len(PAIRS) == len(list(EXAMPLES.rglob(f"*{examples.RECORD}")))


def test_together_the_examples_write_every_shape():
    """No shape is without an example of what it writes."""
    written = {
        (part["system"].rpartition("/")[2], part["value"].partition("/")[2].partition("/")[0])
        for stem in PAIRS
        for part in _identifiers(json.read(stem.with_name(f"{stem.name}{examples.FHIR}").read_bytes()))
    }
    assert {(kind.name, shape.ending) for kind in mappings().kinds.values() for shape in kind.written} <= written


def _identifiers(said):
    resources = [one["resource"] for one in said["entry"]] if said["resourceType"] == "Bundle" else [said]
    for resource in resources:
        given = resource["identifier"]
        yield from given if isinstance(given, list) else [given]
