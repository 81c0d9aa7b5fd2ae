"""All checks of a set of mappings whose names are resolved, in the order in which their errors help most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.diagnostics.diagnostic import Diagnostic
from service.mapping.check import (
    conformance,
    r1_coverage,
    r5_apart,
    r6_slices,
    r7_alternatives,
    r9_excluded,
    r11_single,
    r12_stays,
    r14_ids,
    reachable,
)
from service.mapping.plan import Kind
from service.mapping.sender import Names

_EACH = (r1_coverage, r6_slices, r7_alternatives, r11_single, r12_stays)


def check(kinds: Mapping[str, Kind], names: Names) -> Iterator[Diagnostic]:
    """Every error of every kind; R2 and R3 hold of the terms and ids as they were resolved, R9 and R10 by construction."""
    r9_excluded.derive(kinds.values())
    for kind in kinds.values():
        found = list(reachable.check(kind))
        for one in _EACH if not found else ():
            found += one.check(kind)
        yield from found
        if not found:
            yield from conformance.check(kind, names)
    yield from r5_apart.check(kinds.values())
    yield from r14_ids.check(kinds.values())
