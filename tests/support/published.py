"""What of ours others can check against, for tests."""

from __future__ import annotations

from collections.abc import Iterable

from service.fhir.json import Value
from service.instruments import load
from service.instruments.form_fhir import EVIDENCE
from service.instruments.questionnaire import questionnaire
from service.mapping import publish
from tests.support.mappings import CLINICS, mappings


def definitions(clinics: Iterable[str] = ("", *CLINICS)) -> list[Value]:
    """The definitions of the product, and those of each clinic, which has a base url of its own."""
    return [one for clinic in clinics for one in publish.definitions(mappings(clinic), EVIDENCE)]


def questionnaires(clinic: str = "") -> list[Value]:
    """The instruments as Questionnaires."""
    return [questionnaire(one, mappings(clinic).vocabulary) for one in load.of(mappings(clinic)).values()]
