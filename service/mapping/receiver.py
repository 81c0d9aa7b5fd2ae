"""Who receives: how a reference is written so that this server can follow it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.fhir.json import Value
from service.mapping import identity
from service.mapping.identity import Own
from service.mapping.terms.term import Record

Identifier = tuple[str, str]
"""System and value of one of our identifiers."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver of resources, `ours` when it takes our ids (our own base, or a server of which the caller says so).

    `kinds` gives the record kind of a resource type. `in_set` holds the full URLs (in a Bundle) or the ids of what is sent together,
    `known` what this server calls a resource (None: it has no literal). In a `bundle` the references to all others are conditional.
    """

    base: str
    kinds: Mapping[str, str]
    ours: bool = True
    bundle: bool = False
    in_set: Mapping[Identifier, str] = field(default_factory=dict)
    known: Mapping[Identifier, str | None] = field(default_factory=dict)

    def reference(self, type_: str, key: str) -> Value:
        """A Reference to the resource of a type with our key."""
        return self._to(type_, Own(self.kinds.get(type_, type_), key), has_kind=type_ in self.kinds)

    def to(self, type_: str, own: Own) -> Value:
        """A Reference to a resource of ours."""
        return self._to(type_, own, has_kind=True)

    def _to(self, type_: str, own: Own, *, has_kind: bool) -> Value:
        system = identity.system(self.base, own.kind)
        literal = self._literal(type_, (system, own.value), own, has_kind=has_kind)
        return {**({"reference": literal} if literal else {}), "identifier": {"system": system, "value": own.value}}

    def _literal(self, type_: str, identifier: Identifier, own: Own, *, has_kind: bool) -> str | None:
        if identifier in self.known:
            return self.known[identifier]
        if identifier in self.in_set:
            return self.in_set[identifier]
        if self.bundle:
            return f"{type_}?identifier={identifier[0]}|{identifier[1]}" if has_kind else None
        return f"{type_}/{own.id}" if self.ours else None


@dataclass(frozen=True, slots=True)
class Links:
    """What writing one record asks of the receiver: its references, and those among the record's own resources."""

    receiver: Receiver
    kind: str
    key: str
    types: Mapping[str, tuple[str, str]]

    def reference(self, type_: str, key: str) -> Value:
        """A Reference to the resource of a type with our key."""
        return self.receiver.reference(type_, key)

    def link(self, shape: str, record: Record) -> Value:
        """A Reference to another resource of the record; `types` gives type and ending of each shape."""
        type_, ending = self.types[shape]
        return self.receiver.to(type_, Own(self.kind, record[self.key], ending))
