"""All checks of a set of mappings whose names are resolved, in the order in which their errors help most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.diagnostics.diagnostic import Diagnostic
from service.mapping.check import (
    conformance,
    example,
    forms,
    matches,
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

_EACH = (r1_coverage, matches, forms, r6_slices, r7_alternatives, r11_single, r12_stays)


def check(kinds: Mapping[str, Kind], names: Names) -> list[Diagnostic]:
    """Every error of every kind; R2 and R3 hold of the terms and ids as they were resolved, R9 and R10 by construction."""
    found = alone(kinds, names)
    found += r5_apart.check(kinds.values())
    found += r14_ids.check(kinds.values())
    return found or list(example.check(kinds, names))


def alone(kinds: Mapping[str, Kind], names: Names) -> list[Diagnostic]:
    """The errors of each kind by itself, which can be told when another kind's names are not resolved."""
    r9_excluded.derive(kinds.values(), names.reserved)
    return [one for kind in kinds.values() for one in _of_kind(kind, names)]


def _of_kind(kind: Kind, names: Names) -> Iterator[Diagnostic]:
    found = list(reachable.check(kind))
    for one in _EACH if not found else ():
        found += one.check(kind)
    yield from found or conformance.check(kind, names)
