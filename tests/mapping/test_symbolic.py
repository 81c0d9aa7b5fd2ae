"""What is proved of a resource from the conditions of its lines is what FHIRPath finds in every resource that is written."""

from __future__ import annotations

from random import Random

import pytest

from service.fhir import definitions, fhirpath
from service.fhir.fhirpath import Environment, Node, resource_node
from service.fhir.validate.corrections import corrected
from service.mapping import convert, counterpart
from service.mapping.check import symbols
from service.mapping.check.symbolic import Focus
from service.mapping.convert import Top
from service.mapping.plan import Kind, Shape
from service.mapping.receiver import Receiver
from service.mapping.satisfy import theory
from service.mapping.walk.write import write
from service.records.formulas import holds
from tests.support import generate
from tests.support.mappings import mappings

RECORDS = 25
MORE = (
    "meta.profile.exists()",
    "meta.security.code = 'R'",
    "identifier.where(system = 'x').empty()",
    "status = 'final' or status = 'completed'",
    "status in ('final' | 'finished' | 'active')",
    "status != 'entered-in-error' implies subject.exists()",
    "code.coding.where(system = 'http://loinc.org').exists()",
    "code.coding.system = 'http://loinc.org'",
    "value is Quantity",
    "value.ofType(Quantity).unit.exists() xor value.ofType(Quantity).empty()",
    "value.ofType(Quantity).value >= 0",
    "component.all(code.exists())",
    "component.where(value.empty()).exists()",
    "subject.reference.startsWith('Patient/')",
    "subject.reference.startsWith('#').not()",
    "effective.toString().length() >= 4",
    "effective.ofType(Period).start <= effective.ofType(Period).end",
    "item.where(linkId = 'x').exists()",
    "component.code.coding.code = 'x'",
    "component.select(code).text.exists()",
    "component.value.ofType(Quantity).unit.exists()",
    "participant.individual.exists()",
    "participant.all(individual.reference.startsWith('Practitioner/'))",
    "contact.relationship.coding.code in ('C' | 'E')",
    "item.answer.value.exists()",
    "note.exists() and note.text.exists()",
)
"""Conditions that no invariant asks in this form."""


def conditions(shape: Shape) -> list[str]:
    """What is asked of the resources of a shape."""
    profile = definitions.profile(shape.profile)
    asked = [*definitions.invariants(shape.type), *(profile.invariants if profile else ())]
    own = [corrected(rule.expression) for rule in asked if "." not in rule.path]
    return [*own, *(one for one in MORE if fits(one, shape.type))]


def evaluated(expression: str, node: Node) -> bool | None:
    """What FHIRPath finds; None for nothing, or several things where one must be."""
    try:
        return fhirpath.compile(expression, node.type).holds(Environment(node, node), node)
    except fhirpath.EvaluationError:
        return None


def fits(expression: str, type_: str) -> bool:
    """Whether an expression speaks of elements that the type has."""
    try:
        fhirpath.compile(expression, type_)
    except fhirpath.StaticError:
        return False
    return True


@pytest.mark.parametrize("kind", mappings().kinds.values(), ids=lambda one: one.name)
def test_what_is_proved_is_so(kind: Kind) -> None:
    """What is said to be true, or false, of the resources of some records is found so in each resource of generated ones."""
    links = counterpart.links(kind, Receiver(mappings().names.base, mappings().names.kinds))
    truths = {}
    for shape in kind.written:
        whole = symbols.resource(shape, links)
        focus = Focus(whole, shape.scope.fields, whole, whole)
        truths[shape.name] = [(one, focus.truth(fhirpath.parse(one))) for one in conditions(shape)]
    decided = 0
    for number in range(RECORDS):
        record = generate.record(kind, Random(number), mappings().kinds)
        for written in write(kind, record, links):
            items = record.get(written.shape.each.name, ()) if written.shape.each else ()
            together = {**record, **next((one for one in items if one[written.shape.item_id] == written.item), {})}
            node = resource_node(written.resource)
            for expression, truth in truths[written.shape.name]:
                found = evaluated(expression, node)
                if holds(truth.true, together):
                    assert found is True, (number, written.shape.name, expression)
                    decided += 1
                if holds(truth.false, together):
                    assert found is False, (number, written.shape.name, expression)
                    decided += 1
    assert decided > RECORDS


def test_hardly_anything_is_in_doubt() -> None:
    """Every invariant that our mappings must fulfil is proved at load, but for panels whose parts may have the code of the whole."""
    doubts = {
        (clinic, shape.name)
        for clinic in ("", "bloom")
        for kind in mappings(clinic).kinds.values()
        for shape in kind.shapes
        if str(shape.doubt) != "never"
    }
    assert doubts == {("", "observed"), ("bloom", "observed")}


def test_a_record_in_doubt_becomes_entries_of_a_bundle() -> None:
    """What nothing proves valid is validated as a resource alone: in a Bundle, its references may be searches."""
    mapped = mappings()
    kind = mapped.kinds["result"]
    panel = kind.shape("observed")
    assert panel
    model = theory(kind.fields).solve(panel.doubt, whole=True)
    assert model
    record = generate.of_model(kind.fields, model, (), Random(1))
    assert len(convert.to_set(mapped, [Top("result", record)], bundle=True)[0].sent) == 1
