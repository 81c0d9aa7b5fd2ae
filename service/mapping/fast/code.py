"""The emitted code of a library at work: records that are decoded become entries of a Bundle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from service.fhir.json import Number
from service.mapping import identity, transaction
from service.mapping.children import fixed_value
from service.mapping.emit.simplify import simplest
from service.mapping.library import Library
from service.mapping.link import Compiled
from service.mapping.plan import ChildList, Kind, Shape
from service.records.formulas import TRUE


class NotFast(Exception):  # noqa: N818 - no error: `walk` answers
    """Input that is not for the fast path."""


NOT_FAST = (NotFast, msgspec.MsgspecError, UnicodeDecodeError, IndexError, KeyError, RecursionError)
"""What the fast path raises on input that is not for it."""


class Inside(NamedTuple):
    """A list of records of another kind: its attribute, their code, the attributes shared with them, and those that it fixes."""

    name: str
    code: Ready
    shared: tuple[str, ...]
    fixed: tuple[tuple[str, Any], ...]


@dataclass(slots=True, eq=False)
class Ready:
    """The emitted code of a kind, with what it takes to write its records into one set.

    `key` is the attribute of the key, `system` what identifiers begin with. References from elsewhere begin with `conditional` and name the
    shape of this `number` (three digits; empty where there is none); `steady`: every record writes that.
    """

    kind: Kind
    code: Compiled
    key: str
    system: str
    conditional: str
    number: str
    steady: bool
    lists: tuple[Inside, ...] = ()


class Set:
    """Records that are written together, decoded, each with the stem of its full URLs."""

    __slots__ = ("_stems", "records", "references")

    def __init__(self) -> None:
        self.records: list[tuple[Ready, Any, str]] = []
        self.references: dict[str, str] = {}
        self._stems: set[str] = set()

    def add(self, ready: Ready, record: Any) -> None:
        """Add a record. Raises NotFast where it is there already, or what references to it would name is uncertain."""
        key = getattr(record, ready.key)
        stem = identity.stem(f"{ready.system}{key}")
        if stem in self._stems or not ready.steady:
            raise NotFast
        self._stems.add(stem)
        self.records.append((ready, record, stem))
        if ready.number:
            self.references[f"{ready.conditional}{key}"] = stem + ready.number

    def write(self, first: int, last: int, times: list[str | None] | None = None) -> tuple[list[str], list[str]]:
        """The entries of some records and their full URLs; their times are added to `times`. Raises NotFast where one is not valid."""
        texts: list[str] = []
        urls: list[str] = []
        for ready, record, stem in self.records[first:last]:
            if ready.code.bundle(record, self.references, stem, texts, urls) is None:
                raise NotFast
            if times is not None:
                times += ready.code.times(record)
        return texts, urls


@dataclass(frozen=True)
class Code:
    """The emitted code of all kinds."""

    library: Library

    @cached_property
    def kinds(self) -> Mapping[str, Ready]:
        """The emitted code by kind."""
        base, names = self.library.names.base, self.library.names
        made: dict[str, Ready] = {}
        for kind in self.library.kinds.values():
            system = f"{identity.system(base, kind.name)}|"
            main = next((shape for shape in kind.written if not shape.ending), None)
            conditional = f"{main.type}?identifier={system}" if main else ""
            number = f"{kind.written.index(main):03x}" if main else ""
            steady = main is None or simplest(main.when, frozenset(), kind.fields) == TRUE
            made[kind.name] = Ready(kind, Compiled(kind, names), f"f_{kind.key}", system, conditional, number, steady)
        for one in made.values():
            one.lists = tuple(_inside(listing, made[listing.kind]) for listing in one.kind.children)
        return made

    @cached_property
    def spots(self) -> Mapping[tuple[bytes, bytes | None], tuple[Ready, Shape, int, Callable[..., None]]]:
        """By resource type and ending: whose it is, its shape with the number, and the function that reads it."""
        return {
            (shape.type.encode(), shape.ending.encode() or None): (one, shape, number, one.code.readers[number])
            for one in self.kinds.values()
            if one.code.readers
            for number, shape in enumerate(one.kind.written)
        }

    @cached_property
    def own_provenance(self) -> Callable[[bytes], object]:
        """A test for entries that are Provenances of ours."""
        return transaction.own_provenance(self.library.names.base)


def _inside(listing: ChildList, ready: Ready) -> Inside:
    by_name = ready.kind.fields.by_name
    fixed = tuple((f"f_{name}", _held(fixed_value(by_name[name], spelt))) for name, spelt in listing.fixed.items())
    return Inside(f"c_{listing.name}", ready, tuple(f"f_{name}" for name in listing.shared), fixed)


def _held(value: Any) -> Any:
    """A value as emitted code holds it."""
    return Raw(value.text.encode()) if isinstance(value, Number) else value
