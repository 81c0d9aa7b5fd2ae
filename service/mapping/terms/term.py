"""What every kind of term can do. A term that a record is read from is a TwoWay; the others are only written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.spans import Span
from service.diagnostics.tree import Scalar
from service.fhir.definitions import Member
from service.fhir.json import Value
from service.mapping.vocabulary import Vocabulary
from service.records.fields import Field, Fields

Record = Mapping[str, Value]


class Misfit(Exception):  # noqa: N818 - it is an answer, not an error
    """A value that is there and cannot be the field's; `reason` says why without naming it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Outgoing(Protocol):
    """What writing asks of the receiver (identity.py)."""

    def reference(self, type_: str, key: str) -> Value:
        """A Reference to the resource of that type with our key."""

    def link(self, shape: str, record: Record) -> Value:
        """A Reference to another resource of this record."""


class Incoming(Protocol):
    """What reading asks of the sender (identity.py)."""

    def key(self, type_: str, reference: Value) -> str:
        """Our key of what a Reference names. Raises Misfit."""

    def follow(self, literal: Value) -> Value:
        """The resource of the set that a literal reference names; None where there is none."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A Python expression whose text goes into the output."""

    code: str


Pieces = list[str | Hole]


class Constants(Protocol):
    """The constants of an emitted module."""

    def constant(self, value: Any, hint: str) -> str:
        """The name under which the emitted module has a value."""


class Emitter(Constants, Protocol):
    """What a term may ask of the emitter of its record kind (emit/). A field that it asks for has a value."""

    def token(self, field: Field) -> Pieces:
        """The JSON token of a field."""

    def inner(self, field: Field) -> Pieces:
        """The text of a field as it stands between the quotes of its token."""

    def value(self, field: Field) -> str:
        """An expression for the value of a field: text, or the name of a table."""

    def reference(self, type_: str, field: Field) -> Pieces:
        """A Reference to the resource of a type whose key the field holds."""

    def link(self, shape: str) -> Pieces:
        """A Reference to another resource of this record."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """How the fast path takes fields out of what was written: a msgspec type, and for each field an expression over `{}`.

    The expressions need not be careful: what they give is written again and compared.
    """

    type: str
    values: tuple[tuple[Field, str], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a term stands: the member of the element tree, its path in the file, the fields in sight, what has a name.

    `kinds` gives the record kind of a resource type, `shapes` the resource type of each shape of this kind.
    """

    member: Member
    path: str
    fields: Fields
    names: Vocabulary
    text: Scalar
    kinds: Mapping[str, str]
    shapes: Mapping[str, str]

    def say(self, diagnostic: Diagnostic) -> None:
        """Add an error."""
        self.names.found.append(diagnostic)


@dataclass(frozen=True, eq=False)
class Term(ABC):
    """A term at a path. `fields` are those that must have a value for it to be written."""

    span: Span
    fields: tuple[Field, ...]

    @abstractmethod
    def write(self, record: Record, out: Outgoing) -> Value:
        """The JSON at the path, for a record in which all its fields have a value."""

    @abstractmethod
    def emit(self, to: Emitter) -> Pieces:
        """What `write` writes, as pieces of text."""


@dataclass(frozen=True, eq=False)
class TwoWay(Term):
    """A term that gives its fields their values on the way back."""

    @abstractmethod
    def read(self, value: Value, source: Incoming) -> dict[str, Value]:
        """The fields that the JSON at the path gives. Raises Misfit."""

    @abstractmethod
    def decode(self, to: Constants) -> Decoded:
        """How to take the fields out of what `write` wrote."""
