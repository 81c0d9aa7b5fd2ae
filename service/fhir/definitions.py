"""What R4 and US Core define: types, elements, bindings, codes, invariants, profiles and extensions.

Lookups over the packed tables; a definition is decoded when it is first asked for, and kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

import msgspec

from service.fhir import tables
from service.fhir.profiles import (
    ExtensionDefinition,
    ExtensionPart,
    Node,
    Profile,
    ProfileElement,
    Slicing,
    extension,
    profile,
    profile_names,
)
from service.fhir.tables import Binding, Invariant

__all__ = [
    "FHIR_VERSION",
    "US_CORE_VERSION",
    "Binding",
    "CodeSystem",
    "Element",
    "ExtensionDefinition",
    "ExtensionPart",
    "Invariant",
    "Member",
    "Node",
    "Profile",
    "ProfileElement",
    "Slicing",
    "bases",
    "children",
    "choice_names",
    "code_system",
    "codes",
    "extension",
    "invariants",
    "is_datatype",
    "is_primitive",
    "is_resource",
    "is_type",
    "kind",
    "member",
    "profile",
    "profile_names",
    "regex",
    "resource_types",
    "systems",
]

FHIR_VERSION = "4.0.1"
US_CORE_VERSION = "6.1.0"

_KIND = 7


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a type, as its definition says.

    `name` is its JSON name without "[x]", `path` the definition path ("Observation.component.value[x]"), `max` None for no maximum.
    `targets` are the resource types that a Reference here may name, empty for any. `content` is the path that a contentReference names,
    or "". `simple` says that a Quantity here has no comparator (SimpleQuantity).
    """

    name: str
    path: str
    types: tuple[str, ...]
    min: int
    max: int | None
    choice: bool
    targets: tuple[str, ...]
    modifier: bool
    binding: Binding | None
    content: str
    simple: bool


@dataclass(frozen=True, slots=True)
class Member:
    """One JSON member: its element, its type, the name that `children` takes for what is in it, its JSON name, whether it is a list."""

    element: Element
    type: str
    at: str
    name: str
    many: bool


class CodeSystem(msgspec.Struct, frozen=True):
    """A code system of HL7's own with every code that R4 has of it, in lower case where `any_case` says that case does not matter.

    `grown` says that HL7 has added codes to it since.
    """

    codes: frozenset[str]
    version: str = ""
    any_case: bool = False
    grown: bool = False

    def has(self, code: str) -> bool:
        """Whether it has a code."""
        return (code.lower() if self.any_case else code) in self.codes


class _ElementRow(msgspec.Struct):
    path: str
    card: str = "0..1"
    types: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    modifier: bool = False
    simple: bool = False
    binding: tuple[str, ...] = ()
    content: str = ""


class _TypeRow(msgspec.Struct):
    name: str
    kind: str
    base: str = ""
    regex: str = ""
    elements: tuple[_ElementRow, ...] = ()
    invariants: tuple[Invariant, ...] = ()


class _CodesRow(msgspec.Struct):
    codes: dict[str, tuple[str, ...]] | None = None
    systems: tuple[str, ...] = ()


def children(at: str) -> Mapping[str, Element]:
    """The elements in a type ("Observation", "Quantity") or a backbone element ("Observation.component"), inherited ones first, by name.

    Raises LookupError for what is neither.
    """
    if not is_type(at.partition(".")[0]):
        raise LookupError(f"{at} is not a FHIR R4 type")
    return _children(at)


def member(at: str, json_name: str) -> Member | None:
    """The member called `json_name` ("valueQuantity") in what `children` takes; None if there is none.

    Raises LookupError as `children` does.
    """
    children(at)
    return _members(at).get(json_name)


def choice_names(element: Element) -> tuple[str, ...]:
    """The JSON names of an element: one for each type of a choice, or its name."""
    if not element.choice:
        return (element.name,)
    return tuple(element.name + code[0].upper() + code[1:] for code in element.types)


def resource_types() -> frozenset[str]:
    """The resource types that a resource may be of."""
    return _concrete("resource")


def is_type(name: str) -> bool:
    """Whether R4 defines a type of this name, abstract or not."""
    return name in tables.lines("types")


def is_resource(name: str) -> bool:
    """Whether a resource may be of this type: so not for the abstract Resource and DomainResource."""
    return name in _concrete("resource")


def is_primitive(name: str) -> bool:
    """Whether this is a primitive type (string, code, date, xhtml, …)."""
    return name in _concrete("primitive-type")


def is_datatype(name: str) -> bool:
    """Whether this is a type that elements have, primitive or not, abstract ones left out."""
    return name in _concrete("complex-type") or is_primitive(name)


def kind(name: str) -> str:
    """`resource`, `complex-type` or `primitive-type`, of the abstract types too.

    Raises LookupError.
    """
    return _row(name).kind


def bases(name: str) -> tuple[str, ...]:
    """The types that a type specializes, nearest first: ("DomainResource", "Resource") of Patient.

    Raises LookupError.
    """
    base = _row(name).base
    return (base, *bases(base)) if base else ()


def regex(name: str) -> str:
    """The regular expression that R4 gives for a primitive type, "" for none (xhtml).

    Raises LookupError.
    """
    return _row(name).regex


def invariants(name: str) -> tuple[Invariant, ...]:
    """The rules for values of a type, inherited ones first; those of the types of its elements are not repeated here.

    Raises LookupError.
    """
    row = _row(name)
    above = tuple(replace(rule, path=_reroot(rule.path, name)) for rule in invariants(row.base)) if row.base else ()
    return above + row.invariants


def codes(value_set: str) -> frozenset[tuple[str, str]] | None:
    """The (system, code) pairs of a value set that some required binding names; None if they are not known here."""
    url = value_set.partition("|")[0]
    return _codes(url) if url in tables.lines("codes") else None


def systems(value_set: str) -> frozenset[str]:
    """The code systems that a value set takes codes from, even where the codes are not known here; empty if that is not known either."""
    url = value_set.partition("|")[0]
    return _systems(url) if url in tables.lines("codes") else frozenset()


@cache
def code_system(url: str) -> CodeSystem | None:
    """A code system of HL7's own by its url; None if not all its codes are packed."""
    line = tables.lines("systems").get(url)
    return None if line is None else msgspec.json.decode(line, type=CodeSystem)


@cache
def _children(at: str) -> Mapping[str, Element]:
    name, _, rest = at.partition(".")
    row = _row(name)
    if rest:
        own = {item.path: item for item in row.elements}.get(rest)
        base = own.types[0] if own and own.types else ""
        if base not in ("BackboneElement", "Element"):
            raise LookupError(f"{at} is not a backbone element of FHIR R4")
    else:
        base = row.base
    above = _children(base).values() if base else ()
    found = {element.name: replace(element, path=_reroot(element.path, at)) for element in above}
    for item in row.elements:
        parent, _, last = item.path.rpartition(".")
        if parent == rest:
            element = _element(row, item, last)
            found[element.name] = element
    return MappingProxyType(found)


def _element(row: _TypeRow, item: _ElementRow, last: str) -> Element:
    low, high = tables.cardinality(item.card)
    same = {other.path: other.types for other in row.elements}.get(item.content.partition(".")[2], ())
    return Element(
        name=last.removesuffix("[x]"),
        path=f"{row.name}.{item.path}",
        types=item.types or same,
        min=low,
        max=high,
        choice=last.endswith("[x]"),
        targets=item.targets,
        modifier=item.modifier,
        binding=tables.binding(item.binding),
        content=item.content,
        simple=item.simple,
    )


@cache
def _members(at: str) -> dict[str, Member]:
    return {found.name: found for element in children(at).values() for found in _forms(element)}


def _forms(element: Element) -> Iterator[Member]:
    for code, name in zip(element.types, choice_names(element), strict=True):
        inner = (element.content or element.path) if code in ("BackboneElement", "Element") else code
        yield Member(element, code, inner, name, many=element.max is None or element.max > 1)


@cache
def _row(name: str) -> _TypeRow:
    line = tables.lines("types").get(name)
    if line is None:
        raise LookupError(f"{name} is not a FHIR R4 type")
    return msgspec.json.decode(line, type=_TypeRow)


@cache
def _concrete(wanted: str) -> frozenset[str]:
    """Names of the types of a kind that are not abstract, found without decoding a line: each begins with its name and kind."""
    return frozenset(
        name
        for name, line in tables.lines("types").items()
        if line.split(b'"', _KIND + 1)[_KIND].decode() == wanted and b'"abstract":true' not in line
    )


@cache
def _codes(value_set: str) -> frozenset[tuple[str, str]] | None:
    row = msgspec.json.decode(tables.lines("codes")[value_set], type=_CodesRow)
    if row.codes is None:
        return None
    return frozenset((system, code) for system, found in row.codes.items() for code in found)


@cache
def _systems(value_set: str) -> frozenset[str]:
    row = msgspec.json.decode(tables.lines("codes")[value_set], type=_CodesRow)
    return frozenset(row.systems if row.codes is None else row.codes)


def _reroot(path: str, at: str) -> str:
    """A path of a base type as a path of the type that inherits it."""
    return at + path[len(path.split(".", maxsplit=1)[0]) :]
