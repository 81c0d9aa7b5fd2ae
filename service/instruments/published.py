"""What of ours others can check against: our extensions, code systems and Questionnaires."""

from __future__ import annotations

from collections.abc import Mapping

from service.fhir import guide_files
from service.fhir.guide import Guide
from service.instruments import form, form_fhir
from service.instruments.form_fhir import EVIDENCE
from service.instruments.instrument import Instrument
from service.instruments.questionnaire import questionnaire
from service.mapping.library import Library
from service.mapping.publish import definitions


def guide(mapped: Library, instruments: Mapping[str, Instrument]) -> Guide:
    """The guide of checked mappings and their instruments."""
    made = [*definitions(mapped, EVIDENCE), *(questionnaire(one, mapped.vocabulary) for one in instruments.values())]
    made += [form_fhir.questionnaire(one, one.versions[-1], mapped.vocabulary) for one in form.of(mapped).values()]
    return guide_files.guide([("the mappings", one) for one in made])
