"""How a function is known to the compiler: its name, its parameters, what it takes and gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from service.fhir.fhirpath.nodes import Items

Types = frozenset[str] | None
"""What a collection may hold: types by the names of `model.child_types` and "System.…"; None for anything."""

Criteria = Callable[[Items, int, Items], Items]
"""An argument evaluated for each item: `$this` as a collection, `$index`, `$total`."""

EACH = "each"
ONCE = "once"

BOOLEAN = frozenset({"System.Boolean"})
INTEGER = frozenset({"System.Integer"})
DECIMAL = frozenset({"System.Decimal"})
STRING = frozenset({"System.String"})
QUANTITY = frozenset({"System.Quantity"})


@dataclass(frozen=True, slots=True)
class Gives:
    """The types of a result: fixed ones or those of the input, an argument, or both together, by their position; -1 is the input."""

    types: Types = None
    of: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Function:
    """A function: `run(env, input, *arguments)`.

    `parameters` say for each whether it is evaluated once or for each item; `least` are needed. `takes` are the System types of which the
    input must be, empty for any. `ordered` says that the order of the input matters, `unordered` that the result has none.
    """

    run: Callable[..., Items]
    parameters: tuple[str, ...]
    least: int
    gives: Gives
    takes: frozenset[str] = field(default_factory=frozenset)
    ordered: bool = False
    unordered: bool = False


_Run = TypeVar("_Run", bound=Callable[..., Items])

FUNCTIONS: dict[str, Function] = {}

SAME = Gives(of=(-1,))
UNKNOWN = Gives()


def function(
    name: str, *parameters: str, gives: Gives | frozenset[str] = UNKNOWN, least: int | None = None, **more: Any
) -> Callable[[_Run], _Run]:
    """Make a Python function the FHIRPath function of a name; the rest as `Function` says."""

    def register(run: _Run) -> _Run:
        needed = len(parameters) if least is None else least
        result = gives if isinstance(gives, Gives) else Gives(gives)
        FUNCTIONS[name] = Function(run, parameters, needed, result, **more)
        return run

    return register
