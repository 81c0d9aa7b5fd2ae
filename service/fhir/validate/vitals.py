"""Vital signs: an Observation of one must conform to R4's profile for it, claimed or not (R4 observation-vitalsigns.html).

Which codes mean a vital sign is as in HL7's validator: the code that the profile asks for, and narrower ones, which it must accompany.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from service.fhir import definitions, tables
from service.fhir.definitions import Profile, ProfileElement
from service.fhir.guide import Guide
from service.fhir.json import Value
from service.fhir.profiles import made

_VITAL_SIGNS = "http://hl7.org/fhir/StructureDefinition/vitalsigns"


def profile(observation: Mapping[str, Value], guide: Guide) -> Profile | None:
    """R4's profile for the vital sign that a code of an Observation names; None for other Observations.

    Where the Observation claims a known profile made from R4's vital signs that has a code of its own (US Core's for single signs do), what
    that says itself is left out: that has the word on bindings and on slices told by codes.
    """
    _, url = min(_named(observation), default=(0, ""))
    found = guide.profile(url) if url else None
    for other in _claimed(observation, guide) if found else ():
        found = _less(found, other) if found and other.url != found.url else found
    return found


def _named(observation: Mapping[str, Value]) -> Iterator[tuple[int, str]]:
    match observation.get("code"):
        case {"coding": list(codings)}:
            for coding in codings:
                match coding:
                    case {"system": str(system), "code": str(code)} if (system, code) in _signs():
                        yield _signs()[system, code]


def _claimed(observation: Mapping[str, Value], guide: Guide) -> Iterator[Profile]:
    """The known profiles that an Observation claims and that are made from R4's vital signs, with a code of their own."""
    match observation.get("meta"):
        case {"profile": list(claimed)}:
            found = (guide.profile(url) for url in claimed if isinstance(url, str))
            yield from (one for one in found if one and _has_code(one) and _VITAL_SIGNS in _bases(one, guide))


def _has_code(profile: Profile) -> bool:
    inside = (one for name, one in profile.elements.items() if name.startswith("Observation.code"))
    return any(one.fixed is not None or one.pattern is not None for one in inside)


def _bases(found: Profile | None, guide: Guide) -> set[str]:
    """The urls of the profiles that a profile is made from."""
    bases: set[str] = set()
    while found and found.base not in bases:
        bases.add(found.base)
        found = guide.profile(found.base)
    return bases


def _less(whole: Profile, other: Profile) -> Profile:
    """What a profile says and another does not, but for bindings and for slices that are told by anything but a type."""
    if whole is definitions.profile(whole.url) and other is definitions.profile(other.url):
        return _packed_less(whole.url, other.url)
    return _rest(whole, other)


@cache
def _packed_less(whole: str, other: str) -> Profile:
    one, another = definitions.profile(whole), definitions.profile(other)
    assert one
    assert another
    return _rest(one, another)


def _rest(whole: Profile, other: Profile) -> Profile:
    sliced = {name: {how for how, _ in one.slicing.by} == {"type"} for name, one in whole.elements.items() if one.slicing}
    left_out = [name for name, by_type in sliced.items() if not by_type]
    differing = [name for name, one in whole.elements.items() if _said(one) != _said(other.elements.get(name))]
    wanted = [name for name in sliced if any(_within(inner, name) for inner in differing)] + differing
    kept = {
        name: replace(one, binding=None)
        for name, one in whole.elements.items()
        if any(_within(name, at) for at in wanted) and not any(_within(name, at) for at in left_out)
    }
    known = {rule.expression for rule in other.invariants}
    return made(whole, kept, tuple(rule for rule in whole.invariants if rule.expression not in known))


def _said(element: ProfileElement | None) -> ProfileElement | None:
    return element and replace(element, binding=None, must_support=False)


def _within(name: str, element: str) -> bool:
    return name == element or name.startswith((f"{element}:", f"{element}."))


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
