"""`= term`: written, and not read. It must agree with what stands at the path, else that is a leftover."""

from __future__ import annotations

from dataclasses import dataclass

from service.fhir.json import Value
from service.mapping.terms.term import Emitter, Outgoing, Pieces, Record, Term


@dataclass(frozen=True, eq=False)
class Echo(Term):
    """A term of fields that are placed elsewhere, or a constant that is never asked for."""

    term: Term

    def write(self, record: Record, out: Outgoing) -> Value:
        """What the term writes."""
        return self.term.write(record, out)

    def emit(self, to: Emitter) -> Pieces:
        """What the term emits."""
        return self.term.emit(to)
