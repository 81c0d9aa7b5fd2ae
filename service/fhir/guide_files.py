"""A guide from files: resources that define something, Bundles of them, packages (R4 packages.html)."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Container, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import msgspec

from service.fhir import definitions, json
from service.fhir.expansion import CodeSystem, NotEnumerableError, Terms, ValueSet
from service.fhir.guide import Guide
from service.fhir.json import JsonError, Value
from service.fhir.profiles import ExtensionDefinition, Profile
from service.fhir.snapshot import DefinitionError, Json
from service.fhir.structures import Structures

USED = ("StructureDefinition", "ValueSet", "CodeSystem", "Questionnaire", "ImplementationGuide")
"""The types of resources that a guide is made of."""

_MEMBER = re.compile(rf"package/({'|'.join(USED)})-[^/]*\.json")
_Shape = TypeVar("_Shape", ValueSet, CodeSystem, "_Guide")
_decoder = msgspec.json.Decoder(float_hook=Decimal)


class GuideError(Exception):
    """A definition that cannot be used: the file it is from, the id of the element at fault ("" for none), why."""

    def __init__(self, file: str, element: str, reason: str) -> None:
        super().__init__(": ".join(part for part in (file, element, reason) if part))
        self.file = file
        self.element = element
        self.reason = reason


def read(paths: Iterable[Path]) -> Guide:
    """The guide of JSON files and of packages (.tgz), of which logical models and new types are left out.

    Raises GuideError for what cannot be read or used.
    """
    return guide([found for path in paths for found in (_package(path) if path.suffix == ".tgz" else _file(path))])


def guide(resources: Iterable[tuple[str, Value]]) -> Guide:
    """The guide of resources, each with the name of the file it is from; Bundles are opened.

    Raises GuideError.
    """
    files: dict[str, str] = {}
    found: dict[str, dict[str, Value]] = {name: {} for name in USED}
    for file, resource in resources:
        for one in _opened(resource):
            kind, url = _head(one, file)
            found[kind][url] = one
            files[url] = file
    structures = _structures(found["StructureDefinition"], files)
    value_sets = [_shaped(one, ValueSet, files) for one in found["ValueSet"].values()]
    code_systems = [_shaped(one, CodeSystem, files) for one in found["CodeSystem"].values()]
    return Guide(
        profiles={url: one for url, one in structures.items() if isinstance(one, Profile)},
        extensions={url: one for url, one in structures.items() if isinstance(one, ExtensionDefinition)},
        value_sets=dict(_codes(Terms(value_sets, code_systems, _packed))),
        code_systems={one.url: _whole(one) for one in code_systems if one.content == "complete"},
        questionnaires=found["Questionnaire"],
        globals=_globals([_shaped(one, _Guide, files) for one in found["ImplementationGuide"].values()], structures.keys(), files),
    )


class _Global(msgspec.Struct):
    type: str
    profile: str


class _Guide(msgspec.Struct):
    url: str
    globals: tuple[_Global, ...] = msgspec.field(default=(), name="global")


def _head(resource: Value, file: str) -> tuple[str, str]:
    match resource:
        case {"resourceType": str(kind), "url": str(url)} if kind in USED and url:
            return kind, url
        case {"resourceType": str(kind)} if kind in USED:
            raise GuideError(file, "", f"a {kind} without a url defines nothing")
    raise GuideError(file, "", f"not a resource that defines something: {', '.join(USED)}, or a Bundle of them")


def _structures(items: dict[str, Value], files: dict[str, str]) -> dict[str, Profile | ExtensionDefinition]:
    structures = Structures({url: _plain(item) for url, item in items.items()})
    read: dict[str, Profile | ExtensionDefinition] = {}
    for url in items:
        try:
            read[url] = structures.read(url)
        except DefinitionError as error:
            raise GuideError(files[url], error.element, error.reason) from None
    return read


def _shaped(resource: Value, shape: type[_Shape], files: dict[str, str]) -> _Shape:
    try:
        return msgspec.convert(_plain(resource), shape)
    except msgspec.ValidationError as error:
        raise GuideError(files[resource["url"]], "", str(error)) from None


def _codes(terms: Terms) -> Iterator[tuple[str, frozenset[tuple[str, str]]]]:
    """The value sets whose codes are at hand."""
    for url in terms.value_sets:
        try:
            yield url, frozenset(terms.codes(url))
        except NotEnumerableError:
            continue


def _whole(system: CodeSystem) -> definitions.CodeSystem:
    codes = system.codes() if system.case_sensitive else (code.lower() for code in system.codes())
    return definitions.CodeSystem(frozenset(codes), system.version, any_case=not system.case_sensitive)


def _packed(url: str) -> frozenset[tuple[str, str]] | None:
    """The codes of a packed value set or of a packed code system that is whole."""
    system = definitions.code_system(url)
    if system is None or system.any_case or system.grown:
        return definitions.codes(url)
    return frozenset((url, code) for code in system.codes)


def _globals(guides: Iterable[_Guide], known: Container[str], files: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """The profiles that guides ask of every resource of a type."""
    found: dict[str, tuple[str, ...]] = {}
    for one in guides:
        for named in one.globals:
            if named.profile not in known and not definitions.profile(named.profile):
                raise GuideError(files[one.url], "", f"its profile {named.profile} is not known")
            found[named.type] = (*found.get(named.type, ()), named.profile)
    return found


def _opened(resource: Value) -> Iterator[Value]:
    match resource:
        case {"resourceType": "Bundle", "entry": list(entries)}:
            yield from (entry.get("resource") if isinstance(entry, dict) else None for entry in entries)
        case _:
            yield resource


def _file(path: Path) -> Iterator[tuple[str, Value]]:
    try:
        yield str(path), json.read(path.read_bytes())
    except (OSError, JsonError) as error:
        raise GuideError(str(path), "", str(error)) from None


def _package(path: Path) -> Iterator[tuple[str, Value]]:
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                file = archive.extractfile(member) if _MEMBER.fullmatch(member.name) else None
                resource = json.read(file.read()) if file else None
                if resource and (resource.get("resourceType") != "StructureDefinition" or resource.get("derivation") == "constraint"):
                    yield f"{path}/{member.name}", resource
    except (OSError, tarfile.TarError, JsonError) as error:
        raise GuideError(str(path), "", str(error)) from None


def _plain(value: Value) -> Json:
    """A JSON value in Python's numbers."""
    return _decoder.decode(json.write(value))
