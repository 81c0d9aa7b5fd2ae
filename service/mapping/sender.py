"""Who sends: what identifies a resource of a set, and what its references name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from service.diagnostics.issue import Issue
from service.fhir import json
from service.fhir.json import Value
from service.mapping import identity
from service.mapping.identity import Own
from service.mapping.terms.term import Misfit
from service.records.leaves import ID

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_RELATIVE = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?")
_CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+)\?identifier=([^|&]+)\|([^|&]+)")


@dataclass(frozen=True, slots=True)
class Names:
    """What is ours: the base (and former ones) and the kinds with their former names.

    By resource type, `kinds` is the kind that has it without ending, `endings` the kind and shape of each ending (former ones, too).
    """

    base: str
    bases: tuple[str, ...]
    kind_names: Mapping[str, str]
    kinds: Mapping[str, str]
    endings: Mapping[tuple[str, str], tuple[str, str]]

    @property
    def reserved(self) -> tuple[str, ...]:
        """How the systems of our identifiers begin."""
        return tuple(f"{base}/id/" for base in self.bases)

    def parse(self, system: Value, value: Value) -> Own | None:
        """The resource of ours that an identifier names."""
        if not isinstance(system, str) or not isinstance(value, str) or not system.startswith(self.reserved):
            return None
        name = system.rpartition("/id/")[2]
        parts = value.split("/")
        if name not in self.kind_names or len(parts) > 3 or not all(ID.fullmatch(part) for part in parts):
            return None
        return Own(self.kind_names[name], *parts)

    def by_id(self, type_: str, id_: Value) -> Own | None:
        """The resource of ours that an id at our own base names."""
        parts = id_.split(".") if isinstance(id_, str) else []
        if not parts or len(parts) > 3 or not all(ID.fullmatch(part) for part in parts):
            return None
        if len(parts) == 1:
            return Own(self.kinds[type_], parts[0]) if type_ in self.kinds else None
        spot = self.endings.get((type_, parts[1]))
        return Own(spot[0], *parts) if spot else None


@dataclass(slots=True, eq=False)
class Resource:
    """A resource of the set: its server (a base without trailing slash), full URL, and who it is when it is ours.

    `path` is where it stands in what the caller sent (`Bundle.entry[2].resource`), empty for one that stands alone. `refused`: before any
    shape saw it. `faults`: how it breaks R4.
    """

    value: dict[str, Value]
    server: str
    full_url: str = ""
    own: Own | None = None
    key: str = ""
    path: str = ""
    refused: bool = False
    faults: tuple[Issue, ...] = ()

    @property
    def where(self) -> str:
        """How a FHIRPath into it begins."""
        return self.path or self.type

    @property
    def type(self) -> str:
        """Its resource type."""
        type_ = self.value.get("resourceType")
        return type_ if isinstance(type_, str) else ""

    @property
    def id(self) -> str:
        """Its id; empty without one, or where it is none by R4."""
        id_ = self.value.get("id")
        return id_ if isinstance(id_, str) and _ID.fullmatch(id_) else ""

    @property
    def reference(self) -> str:
        """`Type/id`, empty without an id."""
        return f"{self.type}/{self.id}" if self.id else ""

    @property
    def called(self) -> str:
        """What it is called at its server; without an id its full URL, else its content."""
        return self.reference or self.full_url or json.write(self.value).decode()


@dataclass(frozen=True, slots=True)
class Followed:
    """A reference that was read: the type and our key of what it names, and how the server wrote it (None: by identifier alone)."""

    type: str
    key: str
    literal: str | None


@dataclass(slots=True)
class Sender:
    """What reading one resource asks of its set.

    `remembered` gives for references as written the type and key that an earlier reading found, `kept` the resource that it read;
    `followed` and `linked` collect what this one finds.
    """

    names: Names
    resource: Resource
    index: Mapping[str, Resource]
    links: Mapping[str, Mapping[str, str]]
    remembered: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, Value] = field(default_factory=dict)
    followed: list[Followed] = field(default_factory=list)
    linked: dict[str, Value] = field(default_factory=dict)

    def key(self, type_: str, reference: Value) -> str:
        """Our key of what a Reference names. Raises Misfit."""
        if not isinstance(reference, dict):
            raise Misfit("is not a reference")
        literal = reference.get("reference")
        key = self._by_identifier(type_, reference.get("identifier")) or self._by_literal(type_, literal)
        self.followed.append(Followed(type_, key, literal if isinstance(literal, str) else None))
        return key

    def follow(self, literal: Value) -> Value:
        """The resource of the set that a reference names, to be read in place of a contained one; None where there is none."""
        if not isinstance(literal, str):
            return None
        named = self.index.get(self._url(literal))
        found = (None if named.refused else named.value) if named else self.kept.get(literal)
        if found is not None:
            self.linked[literal] = found
        return found

    def _by_identifier(self, type_: str, identifier: Value) -> str | None:
        if not isinstance(identifier, dict):
            return None
        system, value = identifier.get("system"), identifier.get("value")
        if type_ not in self.names.kinds:
            ours = system in {f"{base}/id/{type_}" for base in self.names.bases}
            return value if ours and isinstance(value, str) and ID.fullmatch(value) else None
        own = self.names.parse(system, value)
        return own.key if own and own.kind == self.names.kinds[type_] and not own.ending else None

    def _by_literal(self, type_: str, literal: Value) -> str:
        if not isinstance(literal, str):
            raise Misfit("names no resource that can be followed")
        if literal in self.remembered:
            type_found, _, key_found = self.remembered[literal].partition("/")
            if type_found != type_:
                raise Misfit("names a resource of another type")
            return key_found
        if literal.startswith("#"):
            raise Misfit("names a contained resource")
        if match := _CONDITIONAL.fullmatch(literal):
            key = self._by_identifier(type_, {"system": unquote(match[2]), "value": unquote(match[3])})
            if match[1] != type_ or key is None:
                raise Misfit("is conditional on an identifier that is not ours")
            return key
        url = self._url(literal)
        named = self.index.get(url)
        if named is not None:
            if named.type != type_:
                raise Misfit("names a resource of another type")
            return named.key
        return self._by_url(type_, url, still_ours=url != literal and self._still_ours())

    def _url(self, literal: str) -> str:
        match = _RELATIVE.fullmatch(literal)
        return f"{self.resource.server}/{match[1]}/{match[2]}" if match else literal

    def _by_url(self, type_: str, url: str, *, still_ours: bool) -> str:
        """The key of a resource that is not in the set, by its absolute URL."""
        server, wanted, id_ = _split(url)
        if wanted != type_:
            raise Misfit("names a resource of another type" if wanted else "names a resource that is not in the set")
        if server in self.names.bases or still_ours:
            if type_ not in self.names.kinds and ID.fullmatch(id_):
                return id_
            own = self.names.by_id(type_, id_)
            if own and not own.ending:
                return own.key
        return self.links.get(server, {}).get(f"{wanted}/{id_}") or identity.foreign_id(server, f"{wanted}/{id_}")

    def _still_ours(self) -> bool:
        own = self.resource.own
        return own is not None and self.resource.id == own.id


def _split(url: str) -> tuple[str, str, str]:
    """Server, type and id of an absolute URL; empty where it is not one of a resource."""
    server, _, rest = url.rpartition("/")
    server, _, type_ = server.rpartition("/")
    if type_ == "_history":
        return _split(server)
    return (server, type_, rest) if server and re.fullmatch(r"[A-Z][A-Za-z]+", type_) and "://" in server else ("", "", "")
