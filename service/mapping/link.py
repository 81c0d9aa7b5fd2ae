"""The emitted text becomes functions: compiled, known to linecache so that a traceback shows its lines, and bound to a record kind."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from service.mapping.emit import module
from service.mapping.plan import ChildList, Kind
from service.mapping.sender import Names

Texts = list[tuple[int, str, str]]
"""For each resource the number of its shape, the id of its item, its JSON."""


@dataclass(frozen=True)
class Compiled:
    """The fast path of a record kind. `text` is the emitted module."""

    kind: Kind
    names: Names
    text: str

    @cached_property
    def _module(self) -> dict[str, Any]:
        name = f"<mapping {self.kind.name}>"
        linecache.cache[name] = (len(self.text), None, self.text.splitlines(keepends=True), name)
        namespace: dict[str, Any] = {"__name__": f"mapping_{self.kind.name}"}
        exec(compile(self.text, name, "exec", dont_inherit=True), namespace)  # noqa: S102 - the text is our own, made from checked leaves
        return namespace

    @cached_property
    def record(self) -> Any:
        """The msgspec type of a record."""
        return self._module["Record"]

    @cached_property
    def decode(self) -> Callable[[bytes], Any]:
        """From JSON to a record of that type. Raises msgspec.MsgspecError."""
        return msgspec.json.Decoder(self.record).decode

    @cached_property
    def write(self) -> Callable[..., Texts | None]:
        """From a record to its resources with references by id; None for one that is not valid."""
        function: Callable[..., Texts | None] = self._module["write"]
        return function

    @cached_property
    def bundle(self) -> Callable[..., Texts | None]:
        """As `write`, with references as a function of type, kind, key and ending gives them."""
        function: Callable[..., Texts | None] = self._module["bundle"]
        return function

    @cached_property
    def readers(self) -> list[Callable[..., None]]:
        """By the number of a shape, the function from its bytes into a record; empty where `walk` reads the kind."""
        readers: list[Callable[..., None]] = self._module["READ"]
        return readers


def compiled(kinds: Mapping[str, Kind], names: Names) -> dict[str, Compiled]:
    """The fast paths of all kinds; each is compiled when it is first used."""
    return {name: Compiled(kind, names, module.text(kind, names)) for name, kind in kinds.items()}


def taken(parent: Any, child: Any, listing: ChildList, fixed: Mapping[str, Any]) -> bool:
    """Give a child what it takes from its parent; False where it brings that itself."""
    for name in listing.shared:
        if getattr(child, f"f_{name}") is not None:
            return False
        setattr(child, f"f_{name}", getattr(parent, f"f_{name}"))
    for name, value in fixed.items():
        if getattr(child, f"f_{name}") is not None:
            return False
        setattr(child, f"f_{name}", value)
    return True
