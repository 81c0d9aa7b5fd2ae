"""The emitted code of a library at work: records that are decoded become entries of a Bundle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from service.fhir.json import Number, quote
from service.mapping import identity, transaction
from service.mapping.children import fixed_value
from service.mapping.emit.render import under
from service.mapping.emit.writer import required
from service.mapping.identity import Own
from service.mapping.library import Library
from service.mapping.link import Compiled
from service.mapping.plan import Kind
from service.records.formulas import TRUE


class NotFast(Exception):  # noqa: N818 - no error: `walk` answers
    """Input that is not for the fast path."""


NOT_FAST = (NotFast, msgspec.MsgspecError, IndexError, RecursionError)
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

    @cached_property
    def _steady(self) -> frozenset[str]:
        """The kinds of which every record writes the resource that others refer to."""
        return frozenset(
            kind.name
            for kind in self.library.kinds.values()
            if all(under(shape.when, required(kind.fields)) == TRUE for shape in kind.written if not shape.ending)
        )

    def entries(self, groups: Sequence[Sequence[One]]) -> list[Entries]:
        """The entries of groups of records that may refer to each other. Raises NotFast where one is not valid or comes twice."""
        present = {(one.code.kind.name, one.key) for group in groups for one in group}
        if len(present) < sum(map(len, groups)) or not self._steady.issuperset(name for name, _ in present):
            raise NotFast
        base, kinds = self.library.names.base, self.library.names.kinds

        def reference(type_: str, kind: str, key: str, ending: str) -> str:
            system, value = identity.system(base, kind), f"{key}/{ending}" if ending else key
            if (kind, key) in present:
                return f'"reference":"{identity.full_url(system, value)}",'
            return f'"reference":{quote(f"{type_}?identifier={system}|{value}")},' if type_ in kinds else ""

        return [self._group(group, reference) for group in groups]

    def _group(self, group: Sequence[One], reference: Callable[[str, str, str, str], str]) -> Entries:
        made = Entries([], [])
        base = self.library.names.base
        for one in group:
            written = one.code.bundle(one.record, reference)
            if written is None:
                raise NotFast
            kind = one.code.kind
            for number, item, text in written:
                shape = kind.written[number]
                made.texts.append(transaction.entry(base, shape.type, Own(kind.name, one.key, shape.ending, item), text))
                made.urls.append(transaction.url_of(made.texts[-1]))
        return made


def one(code: Compiled, record: Any) -> One:
    """A decoded record with its key."""
    return One(code, getattr(record, f"f_{code.kind.key}"), record)


def alone(kind: Kind) -> bool:
    """Whether a record of the kind becomes a single resource."""
    return len(kind.written) == 1 and not kind.written[0].each and not kind.children


def _held(value: Any) -> Any:
    return Raw(value.text.encode()) if isinstance(value, Number) else value
