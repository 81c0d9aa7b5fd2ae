"""HL7's own validator finds no error in anything that we write or publish."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from service.demo import clinic as synthetic
from service.fhir import json
from service.instruments.form_fhir import questionnaire as blank
from service.instruments.form_fhir import response
from service.mapping.wire import Gateway
from tests.conformance import hl7
from tests.instruments.test_filled import BLOOM, REMS, filled, session
from tests.support import generate, published
from tests.support.mappings import CASES, CLINICS, FOLDER, mappings

pytestmark = pytest.mark.conformance
RECORDS = 1000
PATIENTS = 200


def written() -> dict[str, bytes]:
    """What is to be validated, by name: definitions, Questionnaires, example pairs as they stand and are written, generated records.

    The clinics that change no more than their own form publish what the product does, under another url: of them the examples are enough.
    """
    clinics = dict.fromkeys(clinic for clinic, _ in CASES)
    made = {f"definition-{number}": json.write(one) for number, one in enumerate(published.definitions(clinics))}
    made |= {f"{one['id']}-{clinic}": json.write(one) for clinic in clinics for one in published.questionnaires(clinic)}
    for path in sorted((*FOLDER.glob("examples/*/*.record.json"), *FOLDER.glob("clinics/*/*/*.record.json"))):
        folder, kind, name = *path.parts[-3:-1], path.name.partition(".")[0]
        gateway = Gateway.of(mappings(folder if folder in CLINICS else ""))
        made[f"example-{folder}-{kind}-{name}"] = gateway.to_fhir(kind, path.read_bytes()).data
        made[f"pair-{folder}-{kind}-{name}"] = path.with_name(f"{name}.fhir.json").read_bytes()
    gateways = {clinic: Gateway.of(replace(mappings(clinic), layouts={})) for clinic, _ in CASES}
    for number in range(RECORDS):
        clinic, kind = CASES[number % len(CASES)]
        kinds = mappings(clinic).kinds
        record = generate.record(kinds[kind], Random(number), kinds)
        made[f"generated-{number}-{kind}-{clinic}"] = gateways[clinic].to_fhir(kind, json.write(record)).data
    return made


def test_nothing_that_we_write_has_an_error() -> None:
    """Over all examples, our definitions and 1,000 generated records of all kinds, HL7's validator reports no error."""
    resources = written()
    assert sum(name.startswith("generated") for name in resources) == RECORDS
    assert any(name.startswith("pair") for name in resources)
    assert hl7.errors(resources, published.definitions()) == {}


def test_our_responses_fit_our_questionnaires() -> None:
    """HL7's validator, which knows our Questionnaires, finds no error in the example responses to them."""
    folder = FOLDER / "examples" / "questionnaire_response"
    responses = {path.name.partition(".")[0]: path.read_bytes() for path in sorted(folder.glob("*.fhir.json"))}
    assert responses
    assert hl7.errors(responses, [*published.definitions(), *published.questionnaires()]) == {}


def test_the_synthetic_clinic_has_no_error() -> None:
    """Over everything that the synthetic clinic of 200 clients becomes, HL7's validator reports no error."""
    gateway, kinds = Gateway.of(mappings()), mappings().kinds
    resources = {
        f"{kind}-{record[kinds[kind].key]}": gateway.to_fhir(kind, json.write(record)).data for kind, record in synthetic.records(PATIENTS)
    }
    assert sum(name.startswith("patient") for name in resources) == PATIENTS
    assert hl7.errors(resources, published.definitions()) == {}


def test_a_filled_form_fits_its_questionnaire() -> None:
    """HL7's validator finds no error in the monitoring form of the REMS, complete or not, in either version, and in its Questionnaires."""
    poor = session()
    del poor["checks"], poor["ended_at"], poor["ready_to_leave_at"]
    forms = [blank(REMS, version, BLOOM.vocabulary) for version in REMS.versions]
    made = {one["id"]: json.write(one) for one in forms}
    for version in REMS.versions:
        made |= {
            f"{name}-{version}": json.write(response(BLOOM, filled(one, version=version)))
            for name, one in (("whole", None), ("poor", poor))
        }
    assert hl7.errors(made, [*published.definitions(), *forms]) == {}
