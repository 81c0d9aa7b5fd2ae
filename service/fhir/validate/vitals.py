"""Vital signs: an Observation of one must conform to R4's profile for it, claimed or not (R4 observation-vitalsigns.html).

Which codes mean a vital sign is as in HL7's validator: the code that the profile asks for, and narrower ones, which it must accompany.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from service.fhir import tables
from service.fhir.definitions import Profile
from service.fhir.guide import Guide
from service.fhir.json import Value

_VITAL_SIGNS = "http://hl7.org/fhir/StructureDefinition/vitalsigns"


def profile(observation: Mapping[str, Value], guide: Guide) -> str:
    """The url of R4's profile for the vital sign that a code of an Observation names; "" for other Observations.

    It is also "" where the Observation claims a known profile made from R4's vital signs that has a code of its own: US Core's for single
    signs say all that R4's would.
    """
    _, url = min(_named(observation), default=(0, ""))
    return "" if url and _claims_one(observation, guide) else url


def _named(observation: Mapping[str, Value]) -> Iterator[tuple[int, str]]:
    match observation.get("code"):
        case {"coding": list(codings)}:
            for coding in codings:
                match coding:
                    case {"system": str(system), "code": str(code)} if (system, code) in _signs():
                        yield _signs()[system, code]


def _claims_one(observation: Mapping[str, Value], guide: Guide) -> bool:
    match observation.get("meta"):
        case {"profile": list(claimed)}:
            found = (guide.profile(url) for url in claimed if isinstance(url, str))
            return any(_has_code(one) and _VITAL_SIGNS in _bases(one, guide) for one in found if one)
    return False


def _has_code(profile: Profile) -> bool:
    inside = (one for name, one in profile.elements.items() if name.startswith("Observation.code"))
    return any(one.fixed is not None or one.pattern is not None for one in inside)


def _bases(profile: Profile, guide: Guide) -> set[str]:
    """The urls of the profiles that a profile is made from."""
    bases: set[str] = set()
    found: Profile | None = profile
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
