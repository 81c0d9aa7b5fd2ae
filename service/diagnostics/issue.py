"""What is wrong with a record or a resource, or worth knowing of it. It becomes an OperationOutcome issue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

ENOUGH = 100
"""Problems that are told of one set of records: nobody reads more, and a hostile set has millions."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding, without any value of the record or resource.

    `kind` is a code of R4's issue-type, `where` a FHIRPath into the resource or the path of a field,
    `place` the mapping's file:line:column.
    """

    code: str
    kind: str
    message: str
    where: str = ""
    place: str = ""
    severity: str = "error"
    help: str = ""

    def render(self) -> str:
        """The finding on one line, its help on the next."""
        at = f" at {self.where}" if self.where else ""
        line = f" ({self.place})" if self.place else ""
        return f"{self.severity}[{self.code}]{at}: {self.message}{line}" + (f"\n  = help: {self.help}" if self.help else "")

    def inside(self, path: str) -> Issue:
        """The finding seen from outside: `path` is where the record stands."""
        if not path:
            return self
        return replace(self, where=f"{path}.{self.where}" if self.where else path)


class Refused(Exception):  # noqa: N818 - it is an answer with reasons
    """A record or resource that is not converted; `issues` say why."""

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__("\n".join(issue.render() for issue in self.issues))
