"""Profiles and extensions, each by what it says beyond the type it constrains: those of R4 core, US Core and IPS, read from their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType

import msgspec

from service.fhir import json, tables
from service.fhir.snapshot import STRUCTURES
from service.fhir.tables import Binding, Invariant


@dataclass(frozen=True, slots=True)
class Slicing:
    """How the values of an element fall into slices: (discriminator type, path) pairs, open or closed, in order or not."""

    by: tuple[tuple[str, str], ...]
    rules: str
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class ProfileElement:
    """What a profile says of one element or slice.

    `id` is the snapshot's element id ("Observation.component:systolic.code"), `slice` the slice name or "". Minimum and maximum always
    stand; all else is empty or None where the profile adds nothing to the type. `targets` are the resource types that a Reference may
    name, `target_profiles` the profiles (or types, by their url) of which its target has one. `profiles` are those of which a value of a
    type has one. Fixed, pattern and limits are JSON values; a Duration as limit of a date is counted from now.
    """

    id: str
    path: str
    slice: str
    min: int
    max: int | None
    types: tuple[str, ...]
    targets: tuple[str, ...]
    target_profiles: tuple[str, ...]
    profiles: Mapping[str, tuple[str, ...]]
    fixed: json.Value
    pattern: json.Value
    min_value: json.Value
    max_value: json.Value
    max_length: int | None
    binding: Binding | None
    must_support: bool
    slicing: Slicing | None


@dataclass(slots=True)
class Node:
    """What a definition says of one element or slice: `facts` None where only of what is in it."""

    facts: ProfileElement | None = None
    invariants: list[Invariant] = field(default_factory=list)
    children: dict[str, Node] = field(default_factory=dict)
    slices: dict[str, Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile on a type: the elements that say more than the type, in order, by their id; its own invariants.

    `tree` has the elements by their place.
    """

    name: str
    url: str
    version: str
    type: str
    base: str
    elements: Mapping[str, ProfileElement]
    invariants: tuple[Invariant, ...]
    tree: Node


@dataclass(frozen=True, slots=True)
class ExtensionPart:
    """What an extension, or one part of a complex extension, holds: a value of one of the types, or else parts by their url."""

    types: tuple[str, ...]
    min: int
    max: int | None
    binding: Binding | None
    parts: Mapping[str, ExtensionPart]


@dataclass(frozen=True, slots=True)
class ExtensionDefinition:
    """An extension by its url: where it may stand, whether it is a modifier, what it holds.

    `contexts` are element paths, types ("Element": anywhere) and the urls of extensions that it may stand on, `paths` FHIRPath expressions
    that give such elements of a resource, `rules` those that must be true of the element it stands on, with the extension as `%extension`.
    `elements` and `tree` say the same, as in a profile of the type Extension. `invariants` are its own.
    """

    url: str
    contexts: tuple[str, ...]
    paths: tuple[str, ...]
    rules: tuple[str, ...]
    modifier: bool
    types: tuple[str, ...]
    parts: Mapping[str, ExtensionPart]
    elements: Mapping[str, ProfileElement]
    invariants: tuple[Invariant, ...]
    tree: Node


class _ElementRow(msgspec.Struct):
    id: str
    card: str
    slice: str = ""
    types: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    target_profiles: tuple[str, ...] = ()
    profiles: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    fixed: msgspec.Raw = msgspec.Raw()
    pattern: msgspec.Raw = msgspec.Raw()
    min_value: msgspec.Raw = msgspec.Raw()
    max_value: msgspec.Raw = msgspec.Raw()
    max_length: int | None = None
    binding: tuple[str, ...] = ()
    must_support: bool = False
    slicing: Slicing | None = None


class _ProfileRow(msgspec.Struct):
    name: str
    type: str
    base: str
    version: str = ""
    elements: tuple[_ElementRow, ...] = ()
    invariants: tuple[Invariant, ...] = ()


class _ExtensionRow(msgspec.Struct):
    name: str
    contexts: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    modifier: bool = False
    elements: tuple[_ElementRow, ...] = ()
    invariants: tuple[Invariant, ...] = ()


def profile(name_or_url: str) -> Profile | None:
    """A profile by its id ("us-core-patient") or url, with or without "|version"; None for one or a version that is not packed."""
    url, _, version = name_or_url.partition("|")
    url = _profile_urls().get(url, url)
    if url not in tables.lines("profiles"):
        return None
    found = _profile(url)
    return found if version in ("", found.version) else None


def profile_names() -> tuple[str, ...]:
    """The ids of all packed profiles, by which `profile` finds them."""
    return tuple(_profile_urls())


def extension(url: str) -> ExtensionDefinition | None:
    """An extension definition by its url; None for one that is not packed."""
    return _extension(url) if url in tables.lines("extensions") else None


@cache
def _profile_urls() -> dict[str, str]:
    return {url.rpartition("/")[2]: url for url in tables.lines("profiles")}


def read_profile(row: bytes) -> Profile:
    """The profile of a row as service.fhir.snapshot makes them."""
    read = msgspec.json.decode(row, type=_ProfileRow)
    elements = _elements(read.elements)
    return Profile(
        name=read.name.rpartition("/")[2],
        url=read.name,
        version=read.version,
        type=read.type,
        base=read.base,
        elements=elements,
        invariants=read.invariants,
        tree=_tree(elements, read.invariants),
    )


def made(profile: Profile, elements: Mapping[str, ProfileElement], invariants: tuple[Invariant, ...]) -> Profile:
    """A profile with other elements and invariants."""
    return replace(profile, elements=elements, invariants=invariants, tree=_tree(elements, invariants))


def read_extension(row: bytes) -> ExtensionDefinition:
    """The extension definition of a row as service.fhir.snapshot makes them."""
    read = msgspec.json.decode(row, type=_ExtensionRow)
    elements = _elements(read.elements)
    whole = _part("Extension", elements)
    return ExtensionDefinition(
        url=read.name,
        contexts=read.contexts,
        paths=read.paths,
        rules=read.rules,
        modifier=read.modifier,
        types=whole.types,
        parts=whole.parts,
        elements=elements,
        invariants=read.invariants,
        tree=_tree(elements, read.invariants),
    )


@cache
def _profile(url: str) -> Profile:
    return read_profile(tables.lines("profiles")[url])


@cache
def _extension(url: str) -> ExtensionDefinition:
    return read_extension(tables.lines("extensions")[url])


def _part(at: str, elements: Mapping[str, ProfileElement]) -> ExtensionPart:
    """The part of an extension at an element id. Every definition packed narrows the types of a value that it allows."""
    own, value = elements.get(at), elements.get(f"{at}.value[x]")
    parts = {
        str(elements[f"{item.id}.url"].fixed): _part(item.id, elements)
        for item in elements.values()
        if item.slice and item.id == f"{at}.extension:{item.slice}"
    }
    return ExtensionPart(
        types=value.types if value is not None and value.max != 0 else (),
        min=own.min if own else 0,
        max=own.max if own else None,
        binding=value.binding if value else None,
        parts=MappingProxyType(parts),
    )


def _tree(elements: Mapping[str, ProfileElement], invariants: tuple[Invariant, ...]) -> Node:
    root = Node()
    for element in elements.values():
        _node(root, element.id, elements).facts = element
    for rule in invariants:
        _node(root, rule.path, elements).invariants.append(rule)
    return root


def _node(root: Node, path: str, elements: Mapping[str, ProfileElement]) -> Node:
    """The node of an element id in a tree, made if it is not there."""
    node = root
    at, *steps = path.split(".")
    for step in steps:
        name, _, part = step.partition(":")
        node = node.children.setdefault(name.removesuffix("[x]"), Node())
        for slice_name in _slice_names(part, f"{at}.{name}", elements):
            node = node.slices.setdefault(slice_name, Node())
        at = f"{at}.{step}"
    return node


def _slice_names(part: str, at: str, elements: Mapping[str, ProfileElement]) -> Iterator[str]:
    """The slices that a slice name leads through: "a/b" is the slice b of the slice a, if there is an a."""
    begin = 0
    for end in (index for index, letter in enumerate(part) if letter == "/"):
        if f"{at}:{part[:end]}" in elements:
            yield part[begin:end]
            begin = end + 1
    yield from (part[begin:],) if part else ()


def _elements(rows: tuple[_ElementRow, ...]) -> Mapping[str, ProfileElement]:
    return MappingProxyType({row.id: _element(row) for row in rows})


def _element(row: _ElementRow) -> ProfileElement:
    low, high = tables.cardinality(row.card)
    return ProfileElement(
        id=row.id,
        path=".".join(step.partition(":")[0] for step in row.id.split(".")),
        slice=row.slice,
        min=low,
        max=high,
        types=row.types,
        targets=row.targets,
        target_profiles=_urls(row.target_profiles),
        profiles={code: _urls(urls) for code, urls in row.profiles.items()},
        fixed=_value(row.fixed),
        pattern=_value(row.pattern),
        min_value=_value(row.min_value),
        max_value=_value(row.max_value),
        max_length=row.max_length,
        binding=tables.binding(row.binding),
        must_support=row.must_support,
        slicing=row.slicing,
    )


def _value(raw: msgspec.Raw) -> json.Value:
    text = bytes(raw)
    return json.read(text) if text else None


def _urls(names: tuple[str, ...]) -> tuple[str, ...]:
    """Urls of StructureDefinitions, of which HL7's own stand by their last part."""
    return tuple(name if ":" in name else STRUCTURES + name for name in names)
