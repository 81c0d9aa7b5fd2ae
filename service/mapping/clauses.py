"""Clauses that always hold, and the search for an assignment in which others hold with them (Davis-Putnam-Logemann-Loveland).

A literal is a number, negative where it denies its variable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

Clause = tuple[int, ...]
Index = dict[int, list[Clause]]
_TWO = 2
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


@dataclass(frozen=True, slots=True)
class _Always:
    """What every question concerns, its clauses under each of their literals, and what follows from them; None where they cannot hold.

    Of the clauses, those are `open` that ask for a choice where nothing else says which: one of two literals follows from the other, and a
    literal that denies its variable holds where nothing is said.
    """

    concern: _Concern
    index: Index
    open: list[Clause]
    true: True_ | None


@dataclass(slots=True)
class Clauses:
    """A set of clauses that may grow."""

    _every: list[Clause] = field(default_factory=list)
    _with: Index = field(default_factory=dict)
    _denied: dict[int, list[int]] = field(default_factory=dict)
    _denials: list[int] = field(default_factory=list)
    _known: _Always | None = None

    def add(self, clauses: list[Clause]) -> None:
        """Add clauses that always hold."""
        for clause in clauses:
            denied = [-number for number in clause if number < 0]
            for variable in denied:
                self._denied.setdefault(variable, []).append(len(self._denials))
            self._denials.append(len(denied))
            if self._known and denied and self._known.concern.variables.isdisjoint(denied):
                self._known.concern.left.append(len(denied))
            else:
                self._known = None
        self._every += clauses
        _indexed(clauses, self._with)

    def solve(
        self, asked: list[Clause], prefer: Callable[[], bool] | None, *, whole: bool, about: Clause | None = None
    ) -> dict[int, bool] | None:
        """By variable whether it holds, where all clauses and the asked ones do; None where they cannot.

        It names what the asked ones concern or, for the `whole`, what must be named; the rest is false.

        With `prefer`, which says what is tried first, it names every variable that a clause decides about; others may hold or not. Where
        it is `about` some variables, all but those and what they and the asked ones concern is false.
        """
        if prefer and about is None:
            true = _search(asked, self._every, self._with, {}, prefer)
            return None if true is None else {abs(number): number > 0 for number in true}
        self._known = always = self._known or self._always()
        if always.true is None:
            return None
        around = self._take(always.concern.copy(), [*asked, about or ()])
        more = around.taken[len(always.concern.taken) :]
        if prefer:
            true = _search(asked + more, always.concern.taken, always.index, always.true, prefer)
        else:
            true = _search(asked + more, always.open, always.index, always.true, None)
        if true is None:
            return None
        if prefer:
            return {abs(number): number > 0 for number in true}
        named = around.variables if whole else self._take(_Concern(self._denials.copy()), asked).variables
        return {variable: variable in true for variable in named if variable in true or -variable in true}

    def _always(self) -> _Always:
        positive = [one for one, denials in zip(self._every, self._denials, strict=True) if not denials]
        concern = self._take(_Concern(self._denials.copy(), positive.copy()), positive)
        concern.taken.sort(key=len)
        index = _indexed(concern.taken, {})
        choices = [clause for clause in concern.taken if len(clause) != _TWO or min(clause) > 0]
        return _Always(concern, index, choices, _forced(concern.taken, (index,), {}))

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


def _search(new: list[Clause], old: list[Clause], index: Index, known: True_, prefer: Callable[[], bool] | None) -> True_ | None:
    """Literals with which new clauses hold, and old ones with their index, from which some are known.

    As few positive ones as it takes, or as `prefer` says.
    """
    ordered = sorted(new + old, key=len)
    indexes = (index, _indexed(new, {}))
    true = _forced(ordered if prefer else new, indexes, known.copy())
    if true is None:
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
        while not _settle(number, indexes, true):
            while tried and not tried[-1][2]:
                tried.pop()
            if not tried:
                return None
            at, size, number = tried[-1]
            tried[-1] = (at, size, 0)
            while len(true) > size:
                true.popitem()


def _indexed(clauses: list[Clause], index: Index) -> Index:
    """An index with clauses under each of their literals."""
    for clause in clauses:
        for number in clause:
            index.setdefault(number, []).append(clause)
    return index


def _forced(clauses: list[Clause], indexes: tuple[Index, ...], true: True_) -> True_ | None:
    """What is true, with all that clauses leave no choice about; None where they cannot hold."""
    for clause in clauses:
        if not true.keys().isdisjoint(clause):
            continue
        free = [number for number in clause if -number not in true]
        if not free or (len(free) == 1 and not _settle(free[0], indexes, true)):
            return None
    return true


def _settle(number: int, indexes: tuple[Index, ...], true: True_) -> bool:
    """Whether a literal can hold; it and all that follows from it by single clauses is added to what is true."""
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
                if len(free) == 1:
                    queue.append(free[0])
    return True
