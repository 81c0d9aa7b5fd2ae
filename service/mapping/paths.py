"""The grammar of element paths: `component[systolic].valueQuantity`, `item..[linkId=/44250-9]`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from service.diagnostics.tree import Scalar

_STEP = re.compile(r"([A-Za-z][A-Za-z0-9]*)(\.\.)?(?:\[([^\[\]]*)\])?")


@dataclass(frozen=True, slots=True)
class Step:
    """One element of a path; `deep` (`..`) finds it at any depth, `slice` is the text between the brackets, `key` where it is written."""

    name: str
    deep: bool = False
    slice: str = ""
    key: Scalar | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.name}{'..' if self.deep else ''}{f'[{self.slice}]' if self.slice else ''}"


Path = tuple[Step, ...]


class PathError(ValueError):
    """A path that does not follow the grammar; `rest` is where reading stopped."""

    def __init__(self, rest: str) -> None:
        super().__init__(rest)
        self.rest = rest


def parse(text: str, key: Scalar | None = None) -> Path:
    """The steps of a path, which stands in a key. Raises PathError."""
    return tuple(Step(name, deep, slice_, key) for name, deep, slice_ in _steps(text))


@lru_cache(4096)
def _steps(text: str) -> tuple[tuple[str, bool, str], ...]:
    steps: list[tuple[str, bool, str]] = []
    at = 0
    while True:
        match = _STEP.match(text, at)
        if match is None or match[3] == "":
            raise PathError(text[at:])
        steps.append((match[1], bool(match[2]), (match[3] or "").strip()))
        at = match.end()
        if at == len(text):
            return tuple(steps)
        if text[at] != ".":
            raise PathError(text[at:])
        at += 1


def show(path: Path) -> str:
    """The path as it is written."""
    return ".".join(map(str, path))
