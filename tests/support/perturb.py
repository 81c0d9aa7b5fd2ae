"""Resources as other systems might hold them: changes at random places, chosen by the types of R4 and by no mapping."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from typing import Any

from service.fhir import definitions
from service.fhir.json import Number

FOREIGN = "https://other.example.org"
GARBAGE: tuple[Any, ...] = (
    "",
    " ",
    "garbage",
    True,
    None,
    Number("7"),
    Number("-1e3"),
    [],
    {},
    [[]],
    [None],
    ["x"],
    [{}],
    {"x": "y"},
    {"id": "z"},
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A value in a resource: where it hangs, and what R4 says of it (`type` is empty where it says nothing)."""

    holder: Any
    key: str | int
    type: str

    @property
    def value(self) -> Any:
        """The value."""
        return self.holder[self.key]


def perturbed(resources: Sequence[dict[str, Any]], random: Random, *, broken: bool = False) -> list[dict[str, Any]]:
    """Copies of resources with a few changes; `broken`: some of them no FHIR any more."""
    made = deepcopy(list(resources))
    for _ in range(random.randrange(1, 6)):
        root = [random.choice(made)]
        spots = list(_spots(Spot(root, 0, str(root[0].get("resourceType")))))
        spot = random.choice(spots)
        changes = [
            *_CHANGES.get(spot.type, ()),
            *(_ON_LISTS if isinstance(spot.value, list) else ()),
            *(_ON_OBJECTS if isinstance(spot.value, dict) else ()),
        ]
        if spot.key == 0 and spot.holder is root:
            changes += _ON_RESOURCES
        elif isinstance(spot.key, str):
            changes.append(_drop)
        if broken and spot.holder is not root and random.random() < 0.5:
            changes = [_garbage]
        if changes:
            random.choice(changes)(spot, random)
    return made


def _spots(spot: Spot) -> Iterator[Spot]:
    yield spot
    value = spot.value
    if isinstance(value, list):
        for number in range(len(value)):
            yield from _spots(Spot(value, number, spot.type))
    elif isinstance(value, dict):
        at = str(value["resourceType"]) if isinstance(value.get("resourceType"), str) else spot.type
        for name in value:
            member = definitions.member(at, name) if at and name != "resourceType" else None
            if name != "resourceType":
                yield from _spots(Spot(value, name, member.at if member else ""))


def _drop(spot: Spot, random: Random) -> None:
    del random, spot.holder[spot.key]


def _garbage(spot: Spot, random: Random) -> None:
    spot.holder[spot.key] = deepcopy(random.choice(GARBAGE))


def _set(name: str, *values: Any) -> Callable[[Spot, Random], None]:
    def change(spot: Spot, random: Random) -> None:
        if isinstance(spot.value, dict):
            spot.value[name] = deepcopy(random.choice(values))

    return change


def _add(name: str, *values: Any) -> Callable[[Spot, Random], None]:
    """Add an entry to a list, at its beginning or end."""

    def change(spot: Spot, random: Random) -> None:
        if isinstance(spot.value, dict):
            entries = spot.value.setdefault(name, [])
            if isinstance(entries, list):
                entries.insert(random.choice((0, len(entries))), deepcopy(random.choice(values)))

    return change


def _meta(name: str, value: Any) -> Callable[[Spot, Random], None]:
    def change(spot: Spot, random: Random) -> None:
        del random
        meta = spot.value.setdefault("meta", {})
        if isinstance(meta, dict):
            meta[name] = deepcopy(value)

    return change


def _sibling(spot: Spot, random: Random) -> None:
    names = [
        name for name, one in spot.value.items() if isinstance(one, str | Number) and not name.startswith("_") and name != "resourceType"
    ]
    if names:
        extension = {"extension": [{"url": f"{FOREIGN}/precision", "valueCode": "about"}]}
        spot.value[f"_{random.choice(names)}"] = random.choice((extension, {"id": "a1"}))


def _shuffle(spot: Spot, random: Random) -> None:
    random.shuffle(spot.value)


def _again(spot: Spot, random: Random) -> None:
    if spot.value:
        spot.value.append(deepcopy(random.choice(spot.value)))


def _reorder(spot: Spot, random: Random) -> None:
    members = list(spot.value.items())
    random.shuffle(members)
    spot.value.clear()
    spot.value.update(members)


def _respell(spot: Spot, random: Random) -> None:
    if isinstance(spot.value, Number):
        text = spot.value.text
        again = text if "e" in text.lower() else random.choice((f"{text}0" if "." in text else f"{text}.0", f"{text}e0"))
        spot.holder[spot.key] = Number(again)


def _other_text(spot: Spot, random: Random) -> None:
    spot.holder[spot.key] = random.choice(("other", "2031-01-01", "2031-01-01T00:00:00Z", "urn:x:y", "final"))


def _contained(spot: Spot, random: Random) -> None:
    entries = spot.value.setdefault("contained", [])
    if isinstance(entries, list):
        entries.insert(random.choice((0, len(entries))), {"resourceType": "Organization", "id": "med", "name": "Ward"})


def _without_ours(spot: Spot, random: Random) -> None:
    spot.value.pop("identifier", None)
    spot.value["id"] = random.choice(("1", "2", "77"))


_DIV = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">words</div>'}
_CODING = {"system": f"{FOREIGN}/codes", "code": "x1", "display": "theirs"}
_REFERENCE = (
    "Patient/1",
    "Observation/1",
    f"{FOREIGN}/Patient/1",
    "urn:uuid:5b1d2b2f-8a3e-4a9c-9d9d-000000000001",
    "#med",
    "Patient?identifier=a|b",
)
_ON_LISTS = (_shuffle, _again)
_ON_OBJECTS = (_reorder, _sibling, _add("extension", {"url": f"{FOREIGN}/ext", "valueString": "more"}), _set("id", "e1"))
_ON_RESOURCES: tuple[Callable[[Spot, Random], None], ...] = (
    _set("text", _DIV),
    _set("language", "de"),
    _set("id", "1", "77"),
    _add("identifier", {"system": f"{FOREIGN}/ids", "value": "0815"}),
    _meta("versionId", "3"),
    _meta("lastUpdated", "2024-01-01T00:00:00Z"),
    _meta("tag", [_CODING]),
    _meta("security", [_CODING]),
    _meta("profile", [f"{FOREIGN}/profile"]),
    _contained,
    _without_ours,
    _set("issued", "2024-01-01T00:00:00Z"),
    _set("interpretation", [{"text": "high"}]),
    _set("note", [{"text": "note"}]),
)
_CHANGES: dict[str, tuple[Callable[[Spot, Random], None], ...]] = {
    "CodeableConcept": (_add("coding", _CODING), _set("text", "theirs")),
    "Coding": (_set("display", "theirs"), _set("userSelected", *(True, False)), _set("version", "2024")),
    "Quantity": (_set("unit", "theirs"), _set("comparator", "<"), _set("system", "urn:oid:2.16.840.1.113883.6.8")),
    "Reference": (_set("display", "theirs"), _set("reference", *_REFERENCE), _set("type", "Patient")),
    "Identifier": (_set("use", "old"), _set("assigner", {"display": "theirs"})),
    "HumanName": (_set("use", "official", "old"), _set("text", "theirs"), _set("prefix", ["Dr"])),
    "Address": (_set("use", "home", "old"), _set("text", "theirs")),
    "ContactPoint": (_set("use", "work", "old"), _set("rank", Number("1"))),
    "Period": (_set("end", "2031"),),
    "decimal": (_respell,),
    "string": (_other_text,),
    "code": (_other_text,),
    "dateTime": (_other_text,),
}
