"""The emitted text becomes a function, known to linecache so that a traceback shows its lines."""

from __future__ import annotations

import builtins
import linecache
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

from service.fhir.fhirpath import operators
from service.fhir.fhirpath.emit import emit
from service.fhir.fhirpath.environment import Environment, Fixed
from service.fhir.fhirpath.errors import EvaluationError
from service.fhir.fhirpath.nodes import Items, Node
from service.fhir.fhirpath.parser import parse

_NAMES = {**{name: thing for name, thing in vars(operators).items() if not name.startswith("_")}, "Fixed": Fixed}
_number = count(1)


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Path:
    """A compiled expression."""

    text: str
    starts: tuple[int, ...]
    function: Callable[[Environment, Items], Items]

    def evaluate(self, env: Environment, node: Node) -> Items:
        """What the expression gives for a node, its `%context`.

        Raises EvaluationError, with the offset in the text that it is about.
        """
        try:
            return self.function(env, [node])
        except EvaluationError as error:
            error.start = self._start(error)
            raise
        except RecursionError:
            raise EvaluationError("the evaluation goes too deep") from None

    def holds(self, env: Environment, node: Node) -> bool | None:
        """Whether the expression is true for a node; None where it is empty. Raises EvaluationError."""
        return operators.truth(self.evaluate(env, node))

    def _start(self, error: EvaluationError) -> int:
        """The offset of the innermost step that the error came out of."""
        start, trace = 0, error.__traceback__
        while trace:
            if trace.tb_frame.f_code.co_filename == self.function.__code__.co_filename:
                start = self.starts[trace.tb_lineno - 1]
            trace = trace.tb_next
        return start


@lru_cache(maxsize=4096)
def compile(text: str, at: str | None = None) -> Path:  # noqa: A001 - what it does
    """The function of an expression for contexts of a type, by the names that `definitions.children` takes; None for any type.

    Raises ParseError, StaticError.
    """
    emitted = emit(parse(text), at)
    name = f"<fhirpath {next(_number)}>"
    linecache.cache[name] = (len(emitted.text), None, emitted.text.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {**_NAMES, **emitted.constants}
    exec(builtins.compile(emitted.text, name, "exec", dont_inherit=True), namespace)  # noqa: S102 - the text is our own
    path = Path(text, tuple(emitted.starts), namespace["evaluate"])
    weakref.finalize(path, linecache.cache.pop, name, None)
    return path
