"""Our own extensions and codes as StructureDefinitions and CodeSystems, so that any validator can check what is sent.

R4 structuredefinition.html, defining-extensions.html, codesystem.html. The same mappings give the same definitions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.fhir import definitions as r4
from service.fhir.json import Number, Value
from service.fhir.snapshot import STRUCTURES
from service.mapping.library import Library
from service.mapping.plan import Block, Items, Part
from service.mapping.vocabulary import Extension, Vocabulary

Definition = dict[str, Value]


def definitions(library: Library, beside: Mapping[str, set[str]] | None = None) -> list[Definition]:
    """A StructureDefinition for each extension under our base url that a shape uses, then a CodeSystem for each system of local codes.

    `beside` are the elements on which others use extensions of ours.
    """
    names = library.vocabulary
    used = {**_contexts(library), **(beside or {})}
    made = [_structure(names, one, used[one.name]) for one in names.extensions.values() if one.name in used and _ours(names, one.url)]
    return [*made, *(_code_system(names, url) for url in dict.fromkeys(names.systems.values()) if _ours(names, url) and _codes(names, url))]


def _ours(names: Vocabulary, url: str) -> bool:
    return url.startswith(f"{names.base}/")


def _contexts(library: Library) -> dict[str, set[str]]:
    """The elements on which the shapes use each extension."""
    used: dict[str, set[str]] = {}
    for kind in library.kinds.values():
        for shape in kind.shapes:
            for name, at in _uses(shape.scope.parts, shape.type):
                used.setdefault(name, set()).add(at)
    return used


def _uses(parts: list[Part], around: str) -> Iterator[tuple[str, str]]:
    """The extensions in these parts of an element, each with the path of the element that it stands on."""
    for part in parts:
        match part:
            case Block(name="extension"):
                yield part.slice, around
                yield from _uses(part.parts, "Extension")
            case Items(name="extension"):
                yield part.slice, around
                yield from _uses(part.scope.parts, "Extension")
            case Block():
                yield from _uses(part.parts, _path(part, around))
            case Items():
                yield from _uses(part.scope.parts, _path(part, around))


def _path(part: Part, around: str) -> str:
    """The path of an element as contexts give it: from the resource that it is in."""
    if r4.is_resource(part.type):
        return part.type
    return f"{around}.{part.element.name}{'[x]' if part.element.choice else ''}"


def _structure(names: Vocabulary, extension: Extension, contexts: set[str]) -> Definition:
    return {
        **_head(names, "StructureDefinition", extension.url),
        "fhirVersion": r4.FHIR_VERSION,
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": at} for at in sorted(contexts)],
        "type": "Extension",
        "baseDefinition": f"{STRUCTURES}Extension",
        "derivation": "constraint",
        "differential": {"element": list(_elements(names.extensions, extension, "Extension"))},
    }


def _elements(extensions: Mapping[str, Extension], one: Extension, at: str) -> Iterator[Value]:
    """What an extension, or a part of one, holds: parts or a value."""
    parts = [part for name, part in extensions.items() if name.rpartition("/")[0] == one.name]
    if not parts:
        yield _element(f"{at}.extension", max="0")
    for part in parts:
        name = part.name.rpartition("/")[2]
        inside = f"{at}.extension:{name}"
        yield _element(inside, sliceName=name, min=Number("0"), max="1")
        yield from _elements(extensions, part, inside)
    yield _element(f"{at}.url", fixedUri=one.url)
    yield _element(f"{at}.value[x]", **({"max": "0"} if parts else {"min": Number("1"), "type": [_type(one)]}))


def _element(element_id: str, **facts: Value) -> Definition:
    path = ".".join(step.partition(":")[0] for step in element_id.split("."))
    return {"id": element_id, "path": path, **facts}


def _type(extension: Extension) -> Definition:
    targets = [f"{STRUCTURES}{target}" for target in extension.targets]
    return {"code": extension.type, **({"targetProfile": targets} if targets else {})}


def _code_system(names: Vocabulary, url: str) -> Definition:
    codes = _codes(names, url)
    return {
        **_head(names, "CodeSystem", url),
        "caseSensitive": True,
        "content": "complete",
        "count": Number(str(len(codes))),
        "concept": [{"code": code, "display": display} for code, display in sorted(codes.items())],
    }


def _codes(names: Vocabulary, url: str) -> dict[str, str]:
    """The codes of a system with their displays: all that `codes.tsv` allows, since others of its clinics may use them."""
    return {code: one.display for (system, code), one in names.evidence.items() if system == url and one.confidence != "X"}


def _head(names: Vocabulary, resource_type: str, url: str) -> Definition:
    name = url.rpartition("/")[2]
    title = "".join(word.capitalize() for word in name.split("-"))
    return {"resourceType": resource_type, "id": name, "url": url, "version": names.version, "name": title, "status": "active"}
