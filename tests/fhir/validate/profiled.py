"""Profiles written for a test, and what validation against them says."""

from __future__ import annotations

from typing import Any

from service.fhir import guide_files, json
from service.fhir.guide import Guide
from service.fhir.validate import validate
from tests.fhir.validate.made import STRUCTURES

BASE = "https://a.example/"
URL = f"{BASE}profile"


def differential(type_: str, *elements: dict[str, Any], url: str = URL, **more: Any) -> dict[str, Any]:
    """A profile on a type by its differential; `more` are other members of the StructureDefinition."""
    return {
        "resourceType": "StructureDefinition",
        "url": url,
        "type": type_,
        "derivation": "constraint",
        "baseDefinition": f"{STRUCTURES}{type_}",
        "differential": {"element": [*elements]},
        **more,
    }


def sliced(path: str, how: str, by: str, **more: Any) -> dict[str, Any]:
    """An element that is sliced by one discriminator."""
    return {"path": path, "slicing": {"discriminator": [{"type": how, "path": by}], "rules": "open", **more}}


def part(path: str, name: str, **more: Any) -> dict[str, Any]:
    """A slice of an element."""
    return {"path": path, "sliceName": name, **more}


def guide(*resources: dict[str, Any]) -> Guide:
    """A guide of these resources."""
    return guide_files.guide([("a.json", json.from_python(resource)) for resource in resources])


def found(resource: dict[str, Any], *definitions: dict[str, Any], severity: str = "error") -> list[tuple[str, str]]:
    """Code and place of each finding against the first of the definitions, of those that R4 itself does not have."""
    known = guide(*definitions)
    said = validate(json.from_python(resource), [definitions[0]["url"]], known)
    return [(one.code, one.expression) for one in said if one.severity == severity and one.profile]
