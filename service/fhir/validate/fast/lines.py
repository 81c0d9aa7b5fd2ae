"""Lines of Python, with the constants that they name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Lines:
    """Lines at the depth of the blocks that they stand in; `constants` are the sources of what they name, by name.

    Without `invariants`, rules are left out.
    """

    invariants: bool = True
    constants: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    depth: int = 0

    def beside(self, depth: int = 0) -> Lines:
        """No lines yet, which share the constants."""
        return Lines(self.invariants, self.constants, depth=depth)

    def add(self, line: str) -> None:
        """Add a line."""
        self.lines.append("    " * self.depth + line)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """A head line whose body is what is added inside; without a body there is no head either."""
        start = len(self.lines)
        self.add(head)
        self.depth += 1
        yield
        self.depth -= 1
        if len(self.lines) == start + 1:
            self.lines.pop()

    @contextmanager
    def function(self, head: str) -> Iterator[None]:
        """A function, which may have no body."""
        start = len(self.lines)
        self.add(head)
        self.depth += 1
        yield
        if len(self.lines) == start + 1:
            self.add("pass")
        self.depth -= 1

    def refuse(self, condition: str) -> None:
        """Leave the decision to the slow path where a condition holds."""
        self.add(f"if {condition}:")
        self.add("    raise Unsure")

    def constant(self, name: str, value: frozenset[str] | None = None) -> str:
        """The name of a set of texts, or of a memo."""
        self.constants[name] = "{}" if value is None else f"frozenset(({', '.join(map(repr, sorted(value)))},))"
        return name

    @property
    def text(self) -> str:
        """The constants and the lines as one text."""
        return "\n".join([*(f"{name} = {value}" for name, value in self.constants.items()), *self.lines, ""])
