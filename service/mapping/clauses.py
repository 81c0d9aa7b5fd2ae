"""Clauses that always hold, and the search for an assignment in which others hold with them (Davis-Putnam-Logemann-Loveland).

A literal is a number, negative where it denies its variable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import takewhile

Clause = tuple[int, ...]
True_ = dict[int, None]
"""The literals that hold, in the order in which they were found."""


@dataclass(slots=True)
class _Concern:
    """What a question concerns: variables, and the clauses that do not hold by themselves where all other variables are false.

    `left` counts, by clause, the denied variables that are not among these.
    """

    left: list[int]
    taken: list[Clause] = field(default_factory=list)
    variables: set[int] = field(default_factory=set)

    def copy(self) -> _Concern:
        return _Concern(self.left.copy(), self.taken.copy(), self.variables.copy())


@dataclass(slots=True)
class Clauses:
    """A set of clauses that may grow."""

    _every: list[Clause] = field(default_factory=list)
    _with: dict[int, list[Clause]] = field(default_factory=dict)
    _denied: dict[int, list[int]] = field(default_factory=dict)
    _denials: list[int] = field(default_factory=list)
    _always: _Concern | None = None

    def add(self, clauses: list[Clause]) -> None:
        """Add clauses that always hold."""
        for clause in clauses:
            denied = [-number for number in clause if number < 0]
            for variable in denied:
                self._denied.setdefault(variable, []).append(len(self._denials))
            self._denials.append(len(denied))
        self._every += clauses
        _indexed(clauses, self._with)
        self._always = None

    def solve(self, asked: list[Clause], prefer: Callable[[], bool] | None, *, whole: bool) -> dict[int, bool] | None:
        """By variable whether it holds, where all clauses and the asked ones do; None where they cannot.

        It names what the asked ones concern or, for the `whole`, what must be named; the rest is false.

        With `prefer`, which says what is tried first, it names every variable that a clause decides about; others may hold or not.
        """
        if prefer:
            true = self._search(asked, self._every, None, prefer)
            return None if true is None else {abs(number): number > 0 for number in true}
        if self._always is None:
            positive = [one for one, denials in zip(self._every, self._denials, strict=True) if not denials]
            self._always = self._take(_Concern(self._denials.copy(), positive.copy()), positive)
        around = self._take(self._always.copy(), asked)
        true = self._search(asked, around.taken, around.variables, None)
        if true is None:
            return None
        about = around.variables if whole else self._take(_Concern(self._denials.copy()), asked).variables
        return {variable: variable in true for variable in about if variable in true or -variable in true}

    def _take(self, concern: _Concern, clauses: list[Clause]) -> _Concern:
        """Add what clauses concern, by themselves and through others."""
        queue = clauses.copy()
        while queue:
            for variable in map(abs, queue.pop()):
                if variable in concern.variables:
                    continue
                concern.variables.add(variable)
                for index in self._denied.get(variable, ()):
                    concern.left[index] -= 1
                    if not concern.left[index]:
                        concern.taken.append(self._every[index])
                        queue.append(self._every[index])
        return concern

    def _search(
        self, asked: list[Clause], clauses: list[Clause], among: set[int] | None, prefer: Callable[[], bool] | None
    ) -> True_ | None:
        """Literals with which the clauses hold, `among` these variables: as few positive ones as it takes, or as `prefer` says."""
        indexes = (self._with, _indexed(asked, {}))
        true: True_ = {}
        ordered = sorted(asked + clauses, key=len)
        if not all(clause and _settle(clause[0], indexes, among, true) for clause in takewhile(lambda one: len(one) <= 1, ordered)):
            return None
        tried: list[tuple[int, int, int]] = []
        at = 0
        while True:
            while at < len(ordered) and not true.keys().isdisjoint(ordered[at]):
                at += 1
            if at == len(ordered):
                return true
            free = [number for number in ordered[at] if -number not in true]
            number = next((number for number in free if number < 0), free[0])
            if prefer:
                number = abs(number) if prefer() else -abs(number)
            tried.append((at, len(true), -number))
            while not _settle(number, indexes, among, true):
                while tried and not tried[-1][2]:
                    tried.pop()
                if not tried:
                    return None
                at, size, number = tried[-1]
                tried[-1] = (at, size, 0)
                while len(true) > size:
                    true.popitem()


def _indexed(clauses: list[Clause], index: dict[int, list[Clause]]) -> dict[int, list[Clause]]:
    """An index with clauses under each of their literals."""
    for clause in clauses:
        for number in clause:
            index.setdefault(number, []).append(clause)
    return index


def _settle(number: int, indexes: tuple[Mapping[int, list[Clause]], ...], among: set[int] | None, true: True_) -> bool:
    """Whether a literal can hold; it and all that follows from it by single clauses, among these variables, is added to what is true."""
    queue = [number]
    while queue:
        number = queue.pop()
        if number in true:
            continue
        if -number in true:
            return False
        true[number] = None
        for index in indexes:
            for clause in index.get(-number, ()):
                if not true.keys().isdisjoint(clause):
                    continue
                free = [other for other in clause if -other not in true]
                if not free:
                    return False
                if len(free) == 1 and (among is None or abs(free[0]) in among):
                    queue.append(free[0])
    return True
