"""Profiles and extensions are read from StructureDefinitions, whether they bring a snapshot or a differential."""

from __future__ import annotations

import re
import tarfile
from copy import deepcopy
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

import msgspec
import pytest

from service.fhir import definitions, json
from service.fhir.guide import PACKED, Guide
from service.fhir.guide_files import GuideError, guide
from service.fhir.profiles import Profile
from service.fhir.snapshot import DefinitionError
from service.fhir.structures import Structures
from service.fhir.validate import validate
from tests.fhir.validate.made import PRESSURE
from tests.fhir.validate.profiled import URL, differential, part, sliced
from tests.support.seed import SEED
from tests.support.shared import shared

PACKAGES = ("us_core_610.tgz", "hl7.fhir.uv.ips-1.1.0.tgz")


@cache
def packaged(package: str, folder: str) -> dict[str, Any]:
    """The resources in a folder of a package by their file names."""
    decoder = msgspec.json.Decoder(float_hook=Decimal)
    with tarfile.open(shared("definitions") / package) as archive:
        files = [(one.name, archive.extractfile(one)) for one in archive if re.fullmatch(rf"{folder}/[A-Z][^/]*\.json", one.name)]
        return {name: decoder.decode(file.read()) for name, file in files if file}


def structures(package: str) -> dict[str, Any]:
    """The StructureDefinitions of a package by their url."""
    found = packaged(package, "package").values()
    return {item["url"]: item for item in found if item["resourceType"] == "StructureDefinition"}


def read(*elements: dict[str, Any], **more: Any) -> Profile:
    """The profile on Observation that these elements make."""
    made = Structures({URL: differential("Observation", *elements, **more)}).read(URL)
    assert isinstance(made, Profile)
    return made


@pytest.mark.parametrize("package", PACKAGES)
def test_a_snapshot_reads_as_it_was_packed(package: str) -> None:
    """Each profile and extension of US Core and IPS, handed in, is the packed one."""
    items = structures(package)
    assert items
    handed_in = Structures(items)
    for url, item in items.items():
        packed = definitions.extension(url) if item["type"] == "Extension" else definitions.profile(url)
        assert handed_in.read(url) == packed, url


@cache
def by_differential() -> Guide:
    """US Core without its snapshots, but for one whose base is not in the package."""
    items = [item for url, item in structures("us_core_610.tgz").items() if not url.endswith("us-core-questionnaireresponse")]
    bare = [{name: value for name, value in item.items() if name != "snapshot"} for item in items]
    return guide([(item["url"], json.from_python(item)) for item in bare])


def test_a_differential_asks_what_its_snapshot_asks() -> None:
    """Each example of US Core, whole and without one member, gets the verdict from differentials that it gets from snapshots."""
    judged = 0
    for name, example in packaged("us_core_610.tgz", "package/example").items():
        if not name.partition("example/")[2].startswith(("Observation-b", "Patient", "Condition", "Medication", "Prov", "Imm", "Doc")):
            continue
        for left_out in ("", *(name for name in example if name not in ("resourceType", "meta", "text"))):
            resource = json.from_python({name: value for name, value in example.items() if name != left_out})
            first, second = ([one.code for one in validate(resource, guide=one) if one.severity == "error"] for one in both())
            assert first == second, (name, left_out)
            judged += 1
    assert judged > 100


def both() -> tuple[Guide, Guide]:
    """The packed profiles, and those made from differentials."""
    return PACKED, by_differential()


def test_ids_go_without_saying() -> None:
    """An element is known by its path, and by the slice that was named before it."""
    made = read(
        sliced("Observation.component", "pattern", "code"),
        part("Observation.component", "a", min=1),
        {"path": "Observation.component.code", "patternCodeableConcept": {"text": "a"}},
        {"path": "Observation.subject", "min": 1},
    )
    assert [*made.elements] == [
        "Observation.component",
        "Observation.component:a",
        "Observation.component:a.code",
        "Observation.subject",
    ]
    assert made.elements["Observation.component:a"].slice == "a"
    assert made.elements["Observation.component:a.code"].pattern == {"text": "a"}
    assert (made.elements["Observation.subject"].min, made.elements["Observation.subject"].max) == (1, 1)


def test_a_type_of_a_choice_alone_leaves_no_other() -> None:
    """`valueQuantity` is the one type that its choice has left; a slice of that name leaves the others."""
    alone = read({"path": "Observation.valueQuantity", "min": 1})
    whole, quantity = alone.elements["Observation.value[x]"], alone.elements["Observation.value[x]:valueQuantity"]
    assert whole.types == quantity.types == ("Quantity",)
    assert (quantity.min, getattr(whole.slicing, "rules", "")) == (1, "closed")
    beside = read(part("Observation.value[x]", "valueQuantity", min=1, type=[{"code": "Quantity"}]))
    assert beside.elements["Observation.value[x]"].types == ()
    assert getattr(beside.elements["Observation.value[x]"].slicing, "rules", "") == "open"


def test_a_differential_builds_on_its_base() -> None:
    """What the base says stays, and what the differential says goes before it."""
    heart_rate = "http://hl7.org/fhir/StructureDefinition/heartrate"
    made = read(
        {"path": "Observation.performer", "min": 1}, {"path": "Observation.subject", "mustSupport": True}, baseDefinition=heart_rate
    )
    packed = definitions.profile(heart_rate)
    assert packed is not None
    assert made.invariants == packed.invariants
    assert made.elements["Observation.performer"].min == 1
    assert made.elements["Observation.subject"].targets == packed.elements["Observation.subject"].targets == ("Patient",)
    assert {name for name in packed.elements if name not in made.elements} == set()


@pytest.mark.parametrize(
    ("elements", "more", "element", "reason"),
    [
        ([{"path": "Observation.colour"}], {}, "Observation.colour", "not an element of Observation"),
        ([{"path": "Observation.valueColour"}], {}, "Observation.valueColour", "not an element of Observation"),
        ([{"path": "Observation.component.code", "id": "Observation.component:a.code"}], {}, "Observation.component:a", "not defined"),
        ([], {"baseDefinition": "https://a.example/other"}, "", "its base https://a.example/other is not known"),
        ([], {"baseDefinition": URL}, "", "in a circle"),
        ([], {"type": "Colour"}, "", "its type is not one of R4"),
        ([], {"derivation": "specialization"}, "", "$.derivation"),
        ([], {"fhirVersion": "5.0.0"}, "", "$.fhirVersion"),
        ([{"path": "Observation.code", "min": "1"}], {}, "", "$.differential.element[0].min"),
        ([], {"differential": None}, "", "no differential and no snapshot"),
    ],
)
def test_what_cannot_be_used_is_said(elements: list[dict[str, Any]], more: dict[str, Any], element: str, reason: str) -> None:
    """An error names the element and the reason."""
    item = {name: value for name, value in differential("Observation", *elements, **more).items() if value is not None}
    with pytest.raises(DefinitionError) as raised:
        Structures({URL: item}).read(URL)
    assert raised.value.element == element
    assert reason in raised.value.reason


def test_bases_are_not_followed_without_end() -> None:
    """A profile on a profile on a profile, and so on, is refused; a few are taken."""

    def chain(length: int) -> dict[str, Any]:
        urls = [f"{URL}/{number}" for number in range(length)]
        above = ["http://hl7.org/fhir/StructureDefinition/Observation", *urls]
        return {url: differential("Observation", url=url, baseDefinition=base) for url, base in zip(urls, above, strict=False)}

    assert Structures(chain(10)).read(f"{URL}/9").url == f"{URL}/9"
    with pytest.raises(DefinitionError, match="more than 32"):
        Structures(chain(1_000)).read(f"{URL}/999")


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ([{"path": "Observation" + ".extension" * 100}], "$.differential.element[0].path"),
        ([{"path": "Observation.code"}] * 5_001, "$.differential.element"),
        ([{"path": "Observation.code", "patternCodeableConcept": {"text": "x" * 5_000}}], "longer than"),
    ],
)
def test_a_definition_has_a_size(elements: list[dict[str, Any]], reason: str) -> None:
    """What would take too long to lay over a base, or to compare, is refused."""
    with pytest.raises(DefinitionError) as raised:
        read(*elements)
    assert reason in raised.value.reason


JUNK = (
    None,
    True,
    1,
    "",
    "x",
    "*",
    "$this",
    [],
    {},
    ["x"],
    {"a": []},
    "Observation.value[x]",
    "http://hl7.org/fhir/StructureDefinition/bp",
)


def spoilt(value: Any, random: Random) -> Any:
    """A copy with one member left out or replaced, at any depth."""
    copy = deepcopy(value)
    inner = copy
    while True:
        name = random.choice([*inner] if isinstance(inner, dict) else range(len(inner)))
        if isinstance(inner[name], dict | list) and inner[name] and random.random() < 0.8:
            inner = inner[name]
        elif random.random() < 0.3:
            del inner[name]
            return copy
        else:
            inner[name] = deepcopy(random.choice(JUNK))
            return copy


def test_a_definition_is_read_or_refused() -> None:
    """Whatever is wrong with a StructureDefinition, it gives a guide or a GuideError, and the guide checks resources."""
    items = [item for url, item in structures("us_core_610.tgz").items() if "observation" in url or "blood" in url or "race" in url]
    read = 0
    for number in range(120):
        random = Random(f"{SEED} {number}")
        item = {name: value for name, value in random.choice(items).items() if name != random.choice(("snapshot", "text"))}
        try:
            made = guide([("a.json", json.from_python(spoilt(item, random)))])
        except GuideError:
            continue
        read += 1
        for url in made.profiles:
            validate(PRESSURE, [url], made)
    assert read > 10
