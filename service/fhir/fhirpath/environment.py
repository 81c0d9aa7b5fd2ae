"""What an expression is evaluated in: the resource, what references name, which definitions count, how much work it may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from service.fhir.fhirpath.errors import EvaluationError
from service.fhir.fhirpath.nodes import Item, Items, Node
from service.fhir.guide import PACKED, Guide
from service.fhir.json import Value

MAX_STEPS = 5_000_000
"""What all evaluations with one budget may visit together: some seconds of work, and more than a resource of the largest size asks for."""


MAX_TEXT = 4 * 1024 * 1024
"""How long a string may be that an expression makes."""

_LETTERS = 64
"""How many letters of a string count as an item."""


class TooCostlyError(EvaluationError):
    """The budget is spent."""


@dataclass(slots=True)
class Budget:
    """How many items may still be visited. One is shared by all evaluations of a validation."""

    left: int = MAX_STEPS

    def spend(self, steps: int) -> None:
        """Count work. Raises TooCostlyError."""
        self.left -= steps
        if self.left < 0:
            raise TooCostlyError("the evaluation takes too many steps")

    def spend_text(self, length: int) -> None:
        """Count a string that is read or made. Raises TooCostlyError, also for one longer than MAX_TEXT."""
        if length > MAX_TEXT:
            raise TooCostlyError("the evaluation makes too long a string")
        self.spend(length // _LETTERS)


@dataclass(frozen=True, slots=True)
class Environment:
    """`%resource`, `%rootResource` and what else evaluations about one resource share.

    `resolve` gives the resource that a reference or canonical names, None for an unknown one. `conforms` says whether a resource conforms
    to a profile by its url, None for an unknown one. `fixed` keeps what depends on the two resources alone, by their id. `now` is the
    moment of `now()`, `today()` and `timeOfDay()`.
    """

    resource: Node
    root: Node
    guide: Guide = PACKED
    budget: Budget = field(default_factory=Budget)
    resolve: Callable[[str], Value | None] = lambda _: None
    conforms: Callable[[Node, str], bool | None] = lambda _, __: None
    fixed: dict[object, Fixed] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    trace: Callable[[str, Items], None] = lambda _, __: None


class Fixed(list[Item]):
    """A result that is used again, with the keys of its items once they were asked for."""

    keys: frozenset[object] | None = None
