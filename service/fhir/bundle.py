"""Which resources of a Bundle a reference names (R4 bundle.html#references, references.html#regex)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from service.fhir import definitions, primitives
from service.fhir.json import Value

_RESTFUL = re.compile(r"(https?://[A-Za-z0-9\-\\.:%$_~/]*/)?([A-Za-z]{2,64})/([A-Za-z0-9\-.]{1,64})(/_history/[A-Za-z0-9\-.]{1,64})?")
_HISTORY = "/_history/"


@dataclass(frozen=True, slots=True)
class Restful:
    """What the URL of a resource says: `root` ends in a slash, or is empty in a relative URL; `version` is empty for none."""

    root: str
    type: str
    id: str
    version: str


@dataclass(frozen=True, slots=True)
class Entries:
    """The resources of a Bundle by their fullUrl, and the Bundle's type; empty outside of a Bundle."""

    by_url: Mapping[str, list[dict[str, Value]]] = field(default_factory=dict)
    kind: str = ""

    def named(self, reference: str, base: str) -> list[dict[str, Value]]:
        """The resources that a reference names in an entry whose fullUrl is `base`: more than one for an ambiguous reference."""
        version = reference.partition("#")[0].partition(_HISTORY)[2]
        found = self.by_url.get(self.url(reference, base), [])
        return [one for one in found if _version(one) == version] if version else found

    def url(self, reference: str, base: str) -> str:
        """The fullUrl that a reference asks for in an entry whose own is `base`; "" for one that can be none."""
        url = reference.partition("#")[0].partition(_HISTORY)[0]
        if primitives.is_absolute(url):
            return url
        home = restful(base)
        return home.root + url if home and restful(url) else ""


def restful(url: str) -> Restful | None:
    """What the URL of a resource says, absolute or relative, if it has the form that R4 gives such URLs."""
    found = _RESTFUL.fullmatch(url)
    if found is None or not definitions.is_resource(found[2]):
        return None
    return Restful(found[1] or "", found[2], found[3], (found[4] or "").removeprefix(_HISTORY))


def entries(bundle: Mapping[str, Value]) -> Entries:
    """The resources of a Bundle, whatever else is wrong with it."""
    by_url: dict[str, list[dict[str, Value]]] = {}
    for url, resource in _with_url(bundle):
        by_url.setdefault(url, []).append(resource)
    kind = bundle.get("type")
    return Entries(by_url, kind if isinstance(kind, str) else "")


def _with_url(bundle: Mapping[str, Value]) -> Iterator[tuple[str, dict[str, Value]]]:
    listed = bundle.get("entry")
    for entry in listed if isinstance(listed, list) else []:
        match entry:
            case {"fullUrl": str(url), "resource": dict(resource)}:
                yield url, resource


def _version(resource: Mapping[str, Value]) -> Value:
    match resource:
        case {"meta": {"versionId": version}}:
            return version
    return None
