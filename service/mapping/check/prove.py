"""All checks of a set of mappings whose names are resolved, in the order in which their errors help most."""

from __future__ import annotations

from collections.abc import Mapping

from service.diagnostics.diagnostic import Diagnostic
from service.mapping import counterpart
from service.mapping.check import (
    also,
    conformance,
    example,
    forms,
    invariants,
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
from service.mapping.plan import Kind, Shape
from service.mapping.receiver import Links, Receiver
from service.mapping.sender import Names

_OF_SHAPE = (matches, also, forms, r6_slices, r7_alternatives, r11_single)


def check(kinds: Mapping[str, Kind], names: Names) -> list[Diagnostic]:
    """Every error of every kind; R2 and R3 hold of the terms and ids as they were resolved, R9 and R10 by construction."""
    found = alone(kinds, names)
    found += r5_apart.check(kinds.values())
    found += r14_ids.check(kinds.values())
    return found or list(example.check(kinds, names))


def alone(kinds: Mapping[str, Kind], names: Names) -> list[Diagnostic]:
    """The errors of each kind by itself, which can be told when another kind's names are not resolved."""
    r9_excluded.derive(kinds.values(), names.reserved)
    return [one for kind in kinds.values() for one in _by_itself(kind, counterpart.links(kind, Receiver(names.base, names.kinds)))]


def _by_itself(kind: Kind, links: Links) -> list[Diagnostic]:
    """What is wrong with a kind; what it writes is tried where nothing else is."""
    found = list(reachable.check(kind))
    found = found or [*_of_kind(kind), *(one for shape in kind.shapes for one in _of_shape(kind, shape))]
    return found or [one for shape in kind.shapes for one in _tried(shape, links)]


def _of_kind(kind: Kind) -> list[Diagnostic]:
    return [*r1_coverage.check(kind), *r12_stays.check(kind)]


def _of_shape(kind: Kind, shape: Shape) -> list[Diagnostic]:
    return [one for rule in _OF_SHAPE for one in rule.check(kind, shape)]


def _tried(shape: Shape, links: Links) -> list[Diagnostic]:
    return list(invariants.check(shape, links)) or list(conformance.check(shape, links))
