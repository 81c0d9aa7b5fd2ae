"""The values of an element in a JSON object, each with what its `_element` holds (R4 json.html)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from service.fhir import definitions
from service.fhir.bundle import Entries
from service.fhir.definitions import Element, Member
from service.fhir.fhirpath import Budget, Fixed
from service.fhir.guide import PACKED, Guide
from service.fhir.json import Value

RESOURCE = "Resource"
OUTSIDE = Entries()


@dataclass(frozen=True, slots=True)
class Item:
    """One value of an element; `value` is None where only its `companion`, the object in `_element`, stands."""

    member: Member
    value: Value
    companion: Value
    place: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What a resource's references may name: the resource whose `contained` they see, the entries of its Bundle.

    `guide` holds the definitions that it is checked by, `full_url` is its own in the Bundle. `judged` keeps which values (by their id in
    this run) conform to which profiles. `resource` is the one that is checked, if it is contained; `budget` and `fixed` are for all
    invariants.
    """

    container: Value
    entries: Entries = OUTSIDE
    guide: Guide = PACKED
    full_url: str = ""
    judged: dict[tuple[int, str], bool] = field(default_factory=dict)
    resource: Value = None
    budget: Budget = field(default_factory=Budget)
    fixed: dict[object, Fixed] = field(default_factory=dict)
    contained: Mapping[str, list[dict[str, Value]]] | None = None
    """The resources in the container's `contained` by their id, found when it is made."""

    def __post_init__(self) -> None:
        if self.contained is not None:
            return
        inside = self.container.get("contained") if isinstance(self.container, dict) else None
        found: dict[str, list[dict[str, Value]]] = {}
        for one in inside if isinstance(inside, list) else []:
            if isinstance(one, dict) and isinstance(one.get("id"), str):
                found.setdefault(one["id"], []).append(one)
        object.__setattr__(self, "contained", found)

    def named(self, name: str) -> list[dict[str, Value]]:
        """The contained resources with an id."""
        return (self.contained or {}).get(name, [])

    def inside(self, resource: Value, parent: Mapping[str, Value]) -> Scope:
        """What the references of a resource in an entry or a parameter may name."""
        url = parent.get("fullUrl")
        return replace(self, container=resource, contained=None, resource=None, full_url=url if isinstance(url, str) else "")


def member_items(parent: Mapping[str, Value], member: Member, place: str) -> Iterator[Item]:
    """The values of one JSON member of an object at `place`."""
    value, companion = parent.get(member.name), parent.get("_" + member.name)
    path = f"{place}.{member.name}"
    if not member.many:
        if member.name in parent or "_" + member.name in parent:
            yield Item(member, value, companion, path)
        return
    values = value if isinstance(value, list) else []
    companions = companion if isinstance(companion, list) else []
    for index in range(max(len(values), len(companions))):
        yield Item(member, _at(values, index), _at(companions, index), f"{path}[{index}]")


def element_items(parent: Mapping[str, Value], element: Element, at: str, place: str) -> list[Item]:
    """The values of an element in an object that `at` names, in all forms of a choice."""
    present = (member for member in _forms(at, element.name) if member.name in parent or "_" + member.name in parent)
    return [item for member in present for item in member_items(parent, member, place)]


def content(item: Item) -> tuple[Mapping[str, Value], str]:
    """The object in an item and what `definitions.children` takes for it: for a primitive what stands beside its value."""
    if definitions.is_primitive(item.member.type):
        return (item.companion if isinstance(item.companion, dict) else {}), "Element"
    return (item.value if isinstance(item.value, dict) else {}), kind(item) if item.member.type == RESOURCE else item.member.at


def kind(item: Item) -> str:
    """The type of an item: of a resource that which it says itself, if there is such a type."""
    if item.member.type == RESOURCE and isinstance(item.value, dict):
        name = item.value.get("resourceType")
        return name if isinstance(name, str) and definitions.is_resource(name) else RESOURCE
    return item.member.type


@cache
def _forms(at: str, name: str) -> tuple[Member, ...]:
    """The members that an element may stand as."""
    found = (definitions.member(at, one) for one in definitions.choice_names(definitions.children(at)[name]))
    return tuple(member for member in found if member)


def _at(values: list[Value], index: int) -> Value:
    return values[index] if index < len(values) else None
