"""Vital signs: an Observation of one must conform to R4's profile for it, claimed or not (R4 observation-vitalsigns.html).

Which codes mean a vital sign is as in HL7's validator: the code that the profile asks for, and narrower ones, which it must accompany.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from service.fhir import tables
from service.fhir.guide import Guide
from service.fhir.json import Value

_VITAL_SIGNS = "http://hl7.org/fhir/StructureDefinition/vitalsigns"


def profile(observation: Mapping[str, Value], guide: Guide) -> str:
    """The url of R4's profile for the vital sign that a code of an Observation names; "" for other Observations.

    It is also "" where the Observation claims a profile made from R4's vital signs (US Core's are), in whatever version: that says what
    must hold.
    """
    _, url = min(_named(observation), default=(0, ""))
    return "" if url and _claims_another(observation, guide) else url


def _named(observation: Mapping[str, Value]) -> Iterator[tuple[int, str]]:
    match observation.get("code"):
        case {"coding": list(codings)}:
            for coding in codings:
                match coding:
                    case {"system": str(system), "code": str(code)} if (system, code) in _signs():
                        yield _signs()[system, code]


def _claims_another(observation: Mapping[str, Value], guide: Guide) -> bool:
    match observation.get("meta"):
        case {"profile": list(claimed)}:
            return any(isinstance(url, str) and _VITAL_SIGNS in _bases(url.partition("|")[0], guide) for url in claimed)
    return False


def _bases(url: str, guide: Guide) -> set[str]:
    """The urls of the profiles that a profile is made from."""
    bases: set[str] = set()
    found = guide.profile(url)
    while found and found.base not in bases:
        bases.add(found.base)
        found = guide.profile(found.base)
    return bases


@cache
def _signs() -> dict[tuple[str, str], tuple[int, str]]:
    """The url of each code's profile, with the line of the table: where codes name two vital signs, the first counts."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    text = (Path(tables.__file__).parent / "vital_signs.tsv").read_text("utf-8")
    for number, line in enumerate(text.splitlines()):
        url, system, codes = line.split("\t")
        for code in codes.split():
            found.setdefault((system, code), (number, url))
    return found
