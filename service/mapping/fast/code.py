"""The emitted code of a library at work: records that are decoded become entries of a Bundle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from service.fhir.json import Number
from service.mapping import identity, transaction
from service.mapping.children import fixed_value
from service.mapping.emit.render import under
from service.mapping.emit.writer import required
from service.mapping.library import Library
from service.mapping.link import Compiled
from service.records.formulas import TRUE


class NotFast(Exception):  # noqa: N818 - no error: `walk` answers
    """Input that is not for the fast path."""


NOT_FAST = (NotFast, msgspec.MsgspecError, IndexError, KeyError, RecursionError)
"""What the fast path raises on input that is not for it."""


class One(NamedTuple):
    """A record by itself, decoded."""

    code: Compiled
    key: str
    record: Any


class Entries(NamedTuple):
    """What a group of records becomes: entries, and their full URLs."""

    texts: list[str]
    urls: list[str]


@dataclass(frozen=True)
class Code:
    """The emitted code of all kinds, with what it needs to know of the library."""

    library: Library

    @cached_property
    def kinds(self) -> Mapping[str, Compiled]:
        """The emitted code by kind."""
        return {name: Compiled(kind, self.library.names) for name, kind in self.library.kinds.items()}

    @cached_property
    def spots(self) -> Mapping[tuple[bytes, bytes | None], tuple[Compiled, int, Callable[..., None]]]:
        """By resource type and ending: whose it is, the number of its shape, and the function that reads it."""
        return {
            (shape.type.encode(), shape.ending.encode() or None): (code, number, code.readers[number])
            for code in self.kinds.values()
            if code.readers
            for number, shape in enumerate(code.kind.written)
        }

    @cached_property
    def fixed(self) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """What a list of records of another kind fixes, by kind and list, as emitted code holds values."""
        kinds = self.library.kinds
        return {
            (kind.name, one.name): {
                name: _held(fixed_value(kinds[one.kind].fields.by_name[name], spelt)) for name, spelt in one.fixed.items()
            }
            for kind in kinds.values()
            for one in kind.children
        }

    @cached_property
    def own_provenance(self) -> Callable[[bytes], object]:
        """A test for entries that are Provenances of ours."""
        return transaction.own_provenance(self.library.names.base)

    def entries(self, groups: Sequence[Sequence[One]]) -> list[Entries]:
        """The entries of groups of records that may refer to each other. Raises NotFast where one is not valid or comes twice."""
        urls = transaction.Urls()
        for group in groups:
            for code, key, _ in group:
                system, main = self._systems[code.kind.name]
                identifier = f"{system}|{key}"
                if identifier in urls:
                    raise NotFast
                urls[identifier] = identity.full_url(identifier) if main else ""
        return [_written(group, urls) for group in groups]

    @cached_property
    def _systems(self) -> Mapping[str, tuple[str, bool]]:
        """The identifier system of each kind whose records write the resource that others refer to always, or never (then False)."""
        made = {}
        for kind in self.library.kinds.values():
            main = [shape for shape in kind.written if not shape.ending]
            if all(under(shape.when, required(kind.fields)) == TRUE for shape in main):
                made[kind.name] = (identity.system(self.library.names.base, kind.name), bool(main))
        return made


def one(code: Compiled, record: Any) -> One:
    """A decoded record with its key."""
    return One(code, getattr(record, f"f_{code.kind.key}"), record)


def _written(group: Sequence[One], urls: transaction.Urls) -> Entries:
    made = Entries([], [])
    for code, _, record in group:
        written = code.bundle(record, urls)
        if written is None:
            raise NotFast
        made.texts.extend(written[0])
        made.urls.extend(written[1])
    return made


def _held(value: Any) -> Any:
    return Raw(value.text.encode()) if isinstance(value, Number) else value
