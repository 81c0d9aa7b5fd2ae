"""The emitted code of a library at work: records that are decoded become entries of a Bundle."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from service.fhir.json import Number
from service.mapping import identity, transaction
from service.mapping.children import fixed_value
from service.mapping.emit import cases
from service.mapping.emit.simplify import simplest
from service.mapping.library import Library
from service.mapping.link import Compiled
from service.mapping.plan import ChildList, Kind, Shape
from service.mapping.sender import Names
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


@dataclass(frozen=True, slots=True)
class Cases:
    """The code that writes the records with each value of the field that decides about most others, which is this attribute."""

    attribute: str
    find: Callable[[bytes], re.Match[bytes] | None]
    emitted: Mapping[bytes, Compiled]

    @classmethod
    def among(cls, kind: Kind, names: Names) -> Cases | None:
        """The cases of a kind; None for one that has none."""
        decides = cases.deciding(kind)
        if decides is None:
            return None
        emitted = {one.encode(): Compiled(cases.narrowed(kind, decides, one), names, case=one) for one in decides.values}
        return cls(f"f_{decides.name}", re.compile(rb'"%b":"([^"\\]+)"' % decides.name.encode()).search, emitted)

    def of(self, data: bytes) -> Compiled:
        """The code for the record in a text. Raises NotFast."""
        found = self.find(data)
        code = self.emitted.get(found[1]) if found else None
        if code is None:
            raise NotFast
        return code

    def narrowed(self, record: Any) -> tuple[Compiled, Any]:
        """A record that was read, as the code that writes it takes it. Raises NotFast."""
        code = self.emitted.get((getattr(record, self.attribute) or "").encode())
        if code is None:
            raise NotFast
        return code, code.taken(record)


@dataclass(slots=True, eq=False)
class Ready:
    """The emitted code of a kind, with what it takes to write its records into one set; where there are `cases`, they write them.

    `key` is the attribute of the key, `system` what identifiers begin with. References from elsewhere name the shape of this `number`
    (three digits; empty where there is none); `steady`: every record writes that.
    """

    kind: Kind
    code: Compiled
    cases: Cases | None
    key: str
    system: str
    number: str
    steady: bool
    lists: tuple[Inside, ...] = ()

    def narrowed(self, record: Any) -> tuple[Compiled, Any]:
        """A record that was read, as the code that writes it takes it. Raises NotFast."""
        return self.cases.narrowed(record) if self.cases else (self.code, record)


class Set:
    """Records that are written together, decoded, each with the code that writes it and the stem of its full URLs."""

    __slots__ = ("_stems", "records", "references")

    def __init__(self) -> None:
        self.records: list[tuple[Ready, Compiled, Any, str]] = []
        self.references: dict[str, dict[str, str]] = {}
        self._stems: set[str] = set()

    def add(self, ready: Ready, code: Compiled, record: Any) -> None:
        """Add a record. Raises NotFast where it is there already, or what references to it would name is uncertain."""
        key = getattr(record, ready.key)
        stem = identity.stem(f"{ready.system}{key}")
        if stem in self._stems or not ready.steady:
            raise NotFast
        self._stems.add(stem)
        self.records.append((ready, code, record, stem))
        if ready.number:
            self.references.setdefault(ready.kind.name, {})[key] = stem + ready.number

    def write(self, first: int, last: int, times: list[str | None] | None = None) -> tuple[list[str], list[str]]:
        """The entries of some records and their full URLs; their times are added to `times`. Raises NotFast where one is not valid."""
        texts: list[str] = []
        urls: list[str] = []
        for _, code, record, stem in self.records[first:last]:
            if code.bundle(record, self.references, stem, texts, urls) is None:
                raise NotFast
            if times is not None:
                times += code.times(record)
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
            number = f"{kind.written.index(main):03x}" if main else ""
            steady = main is None or simplest(main.when, frozenset(), kind.fields) == TRUE
            apart = Cases.among(kind, names)
            emitted = Compiled(kind, names, writes=apart is None)
            made[kind.name] = Ready(kind, emitted, apart, f"f_{kind.key}", system, number, steady)
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
