"""The emitted text becomes functions: compiled, known to linecache so that a traceback shows its lines, and bound to a record kind."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from service.mapping.emit import module
from service.mapping.plan import Kind
from service.mapping.sender import Names

Texts = list[tuple[int, str, str]]
"""For each resource the number of its shape, the id of its item, its JSON."""


@dataclass(frozen=True)
class Compiled:
    """The emitted code of a record kind, or of its records with one value of a deciding field (`case`), made when it is first used."""

    kind: Kind
    names: Names
    case: str = ""
    writes: bool = True

    @cached_property
    def text(self) -> str:
        """The emitted module."""
        return module.text(self.kind, self.names, writes=self.writes, reads=not self.case)

    @cached_property
    def _module(self) -> dict[str, Any]:
        name = f"<mapping {self.kind.name}{self.case and f' {self.case}'}>"
        linecache.cache[name] = (len(self.text), None, self.text.splitlines(keepends=True), name)
        namespace: dict[str, Any] = {"__name__": f"mapping_{self.kind.name}"}
        exec(compile(self.text, name, "exec", dont_inherit=True), namespace)  # noqa: S102 - the text is our own, made from checked leaves
        return namespace

    @cached_property
    def record(self) -> Any:
        """The msgspec type of a record."""
        return self._module["Record"]

    def item(self, name: str) -> Any:
        """The msgspec type of the items of a list of records."""
        return self._module[f"Item_{name}"]

    @cached_property
    def decode(self) -> Callable[[bytes], Any]:
        """From JSON to a record of that type. Raises msgspec.MsgspecError."""
        return msgspec.json.Decoder(self.record).decode

    @cached_property
    def taken(self) -> Callable[[Any], Any]:
        """From a record of a type with more fields to one of this."""
        function: Callable[[Any], Any] = self._module["taken"]
        return function

    @cached_property
    def times(self) -> Callable[[Any], list[str | None]]:
        """The dates and times of a record, None for those that it lacks."""
        function: Callable[[Any], list[str | None]] = self._module["times"]
        return function

    @cached_property
    def write(self) -> Callable[..., Texts | None]:
        """From a record to its resources with references by id; None for one that is not valid."""
        function: Callable[..., Texts | None] = self._module["write"]
        return function

    @cached_property
    def single(self) -> Callable[[Any], bool]:
        """Whether a record, if it is valid, becomes one resource and has no records of other kinds inside it."""
        function: Callable[[Any], bool] = self._module["single"]
        return function

    @cached_property
    def bundle(self) -> Callable[[Any, dict[str, dict[str, str]], str, list[str], list[str]], object]:
        """Adds the entries of a record's resources to a list, and their full URLs, which begin with a stem, to another.

        None for a record that is not valid.
        """
        function: Callable[[Any, dict[str, dict[str, str]], str, list[str], list[str]], object] = self._module["bundle"]
        return function

    @cached_property
    def readers(self) -> list[Callable[..., None]]:
        """By the number of a shape, the function from its bytes into a record; empty where `walk` reads the kind."""
        readers: list[Callable[..., None]] = self._module["READ"]
        return readers
