"""Resources that others wrote, and ours, for HL7's validator and for ours: by their sort and name, as bytes."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

from service.fhir import json
from service.fhir.json import Value
from service.mapping.wire import Gateway
from tests.support import generate, published, spoilt
from tests.support.mappings import CASES, FOLDER, mappings
from tests.support.shared import shared

Resources = dict[tuple[str, str], bytes]

PACKAGES = ("hl7.fhir.r4.core-4.0.1", "us_core_610", "us_core_700", "hl7.fhir.uv.ips-1.1.0")
DEFINITIONS = 400
GENERATED = 300
SEED = 1
"""Of the definitions and records: those of one run are those of every other."""


@cache
def given() -> list[Value]:
    """What both validators are given beside the packages: our definitions, and the Questionnaires that responses answer."""
    clinics = dict.fromkeys(clinic for clinic, _ in CASES)
    ours = [one for clinic in clinics for one in published.questionnaires(clinic)]
    theirs = [json.read(text) for (_, name), text in package_examples().items() if ":Questionnaire-" in name]
    return [*{one["url"]: one for one in (*published.definitions(clinics), *theirs, *ours)}.values()]


def whole() -> Resources:
    """Resources as they stand: all cases, all examples of the packages and of the mappings, some definitions and generated records."""
    return {**cases(), **package_examples(), **package_definitions(), **our_examples(), **generated()}


def changed(resources: Resources, seed: int, each: int) -> Resources:
    """Resources with one thing changed, `each` of a kind of change; not of NDJSON and definitions, of which there are many."""
    chosen = {name: json.read(text) for (sort, name), text in resources.items() if sort.endswith("example") or name.endswith(".json")}
    texts = spoilt.spoilt(chosen, seed, each)
    return {(kind, f"{name} {number}"): text for number, (kind, name, text) in enumerate(texts)}


def cases() -> Resources:
    """Every resource of ../shared/cases."""
    folder = shared("cases")
    found = {("case", str(path.relative_to(folder))): path.read_bytes() for path in sorted(folder.glob("*/**/*.json"))}
    for path in sorted(folder.glob("**/*.ndjson")):
        lines = filter(None, path.read_bytes().splitlines())
        found |= {("case", f"{path.relative_to(folder)}:{number}"): line for number, line in enumerate(lines, 1)}
    return found


def package_examples() -> Resources:
    """Every example inside the packages of ../shared/definitions."""
    return {("package example", name): text for name, text in _packaged(r"package/example/[A-Z].*\.json")}


def package_definitions() -> Resources:
    """Some of the definitions that the packages consist of: they are resources too."""
    found = [*_packaged(r"package/[A-Z][A-Za-z]*-.*\.json")]
    return {("definition", name): text for name, text in Random(SEED).sample(found, DEFINITIONS)}


def our_examples() -> Resources:
    """The resources of the example pairs of the mappings."""
    paths = sorted(FOLDER.glob("examples/*/*.fhir.json"))
    return {("our example", f"{path.parent.name}/{path.name.removesuffix('.fhir.json')}"): path.read_bytes() for path in paths}


def generated() -> Resources:
    """What the mappings make of generated records, of every kind."""
    gateways = {clinic: Gateway.of(replace(mappings(clinic), layouts={})) for clinic, _ in CASES}
    made: Resources = {}
    for number in range(GENERATED):
        clinic, kind = CASES[number % len(CASES)]
        kinds = mappings(clinic).kinds
        record = generate.record(kinds[kind], Random(f"{SEED} {number}"), kinds)
        made["generated record", f"{kind} {clinic} {number}"] = gateways[clinic].to_fhir(kind, json.write(record)).data
    return made


def _packaged(wanted: str) -> Iterable[tuple[str, bytes]]:
    for package in PACKAGES:
        with tarfile.open(shared(f"definitions/{package}.tgz")) as archive:
            files = [(one.name, archive.extractfile(one)) for one in archive if re.fullmatch(wanted, one.name)]
            yield from sorted((f"{package}:{Path(name).stem}", file.read()) for name, file in files if file)
