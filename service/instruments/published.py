"""What of ours others can check against: our extensions, code systems and Questionnaires."""

from __future__ import annotations

from collections.abc import Mapping

from service.fhir.guide import Guide
from service.instruments.instrument import Instrument
from service.instruments.questionnaire import questionnaire
from service.mapping.library import Library


def guide(mapped: Library, instruments: Mapping[str, Instrument]) -> Guide:
    """The guide of checked mappings and their instruments."""
    made = [questionnaire(one, mapped.vocabulary) for one in instruments.values()]
    return Guide(questionnaires={one["url"]: one for one in made})
