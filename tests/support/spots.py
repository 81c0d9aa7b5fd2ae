"""The values in a resource, each with what R4 says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from service.fhir import definitions
from service.fhir.definitions import Member


@dataclass(frozen=True, slots=True)
class Spot:
    """A value in a resource: where it hangs, what R4 says of it (None of a resource), its path without indexes, what it holds."""

    holder: Any
    key: str | int
    member: Member | None
    path: str
    at: str
    above: Spot | None = None

    @property
    def root(self) -> Spot:
        """The whole resource."""
        return self.above.root if self.above else self

    @property
    def value(self) -> Any:
        """The value."""
        return self.holder[self.key]

    @property
    def type(self) -> str:
        """The type of one value, "" of a list and of what R4 does not know."""
        return "" if isinstance(self.value, list) or self.member is None else self.member.type

    def put(self, value: Any) -> None:
        """Put another value in its place."""
        self.holder[self.key] = value


Wanted = Callable[[Spot], bool]


def spots(spot: Spot) -> Iterator[Spot]:
    """The value at a spot and every one in it."""
    yield spot
    value = spot.value
    if isinstance(value, list):
        for number in range(len(value)):
            yield from spots(Spot(value, number, spot.member, spot.path, spot.at, spot))
    elif isinstance(value, dict):
        at = value.get("resourceType", spot.at)
        for name in value:
            if name != "resourceType":
                member = definitions.member(at, name.removeprefix("_")) if at else None
                inner = "Element" if name.startswith("_") else member.at if member else ""
                yield from spots(Spot(value, name, member, f"{spot.path}.{name}", inner, spot))


def of(*types: str) -> Wanted:
    """A test for values of these types."""
    return lambda spot: spot.type in types


def is_named(spot: Spot) -> bool:
    """Whether it is a member of an object."""
    return isinstance(spot.key, str)


def is_entry(spot: Spot) -> bool:
    """Whether it is an entry of a list."""
    return isinstance(spot.key, int) and spot.member is not None


def is_object(spot: Spot) -> bool:
    """Whether it is an object of a type."""
    return isinstance(spot.value, dict) and bool(spot.at)


def is_resource(spot: Spot) -> bool:
    """Whether it is a resource."""
    return isinstance(spot.value, dict) and "resourceType" in spot.value


def is_required(spot: Spot) -> bool:
    """Whether it is a member that must be there."""
    return is_named(spot) and spot.member is not None and spot.member.element.min > 0
