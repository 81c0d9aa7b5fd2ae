"""Can conditions hold together for a valid record, and when: rules and presence as clauses.

The Davis-Putnam-Logemann-Loveland procedure over the clauses of Plaisted and Greenbaum's translation (1986).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from service.records.fields import Fields
from service.records.formulas import All, Any_, Formula, Literal, has, is_

Clause = tuple[int, ...]


@dataclass(slots=True)
class Theory:
    """What holds for every valid record: the rules, and that a field has one value of its domain.

    `domains` gives the values of each enumerated field; a field that takes other text besides is in `open_domains`.
    """

    rules: tuple[Formula, ...]
    domains: Mapping[str, tuple[str, ...]]
    open_domains: frozenset[str] = frozenset()
    _numbers: dict[Literal, int] = field(default_factory=dict)
    _clauses: list[Clause] = field(default_factory=list)
    _index: dict[int, list[Clause]] = field(default_factory=dict)
    _denied: dict[int, list[int]] = field(default_factory=dict)
    _denials: list[int] = field(default_factory=list)
    _named: set[str] = field(default_factory=set)
    _fresh: int = 0

    def __post_init__(self) -> None:
        for rule in self.rules:
            self._add(self._translate(rule))

    def solve(self, *formulas: Formula, prefer: Callable[[], bool] | None = None) -> dict[Literal, bool] | None:
        """An assignment in which the rules and the formulas hold, or None; it names what the formulas concern: the rest is absent.

        With `prefer`, which says what is tried first, it names all that a rule concerns; what it does not then may be either.
        """
        asked: list[Clause] = []
        for formula in formulas:
            asked += self._translate(formula)
        rules, concerned = (self._clauses, None) if prefer else self._relevant(asked)
        true = self._search(asked, rules, prefer)
        if true is None:
            return None
        named = (*true, *(-number for number in true)) if concerned is None else concerned
        literals = {number: literal for literal, number in self._numbers.items()}
        return {literals[number]: number in true for number in named if number > 0 and (number in true or -number in true)}

    def _add(self, clauses: list[Clause]) -> None:
        """Add clauses that hold for every record, with what `_relevant` needs: which deny a variable, and how many variables each."""
        for clause in clauses:
            denied = [-number for number in clause if number < 0]
            for name in denied:
                self._denied.setdefault(name, []).append(len(self._clauses))
            self._denials.append(len(denied))
            self._clauses.append(clause)
        _indexed(clauses, self._index)

    def _relevant(self, asked: list[Clause]) -> tuple[list[Clause], set[int]]:
        """The clauses that do not hold by themselves where every variable that neither they nor the asked ones name is false.

        With them the variables that the asked ones concern, by themselves and through such clauses.
        """
        left = self._denials.copy()
        taken: list[Clause] = []
        seen: set[int] = set()

        def take(queue: list[Clause]) -> None:
            while queue:
                for name in map(abs, queue.pop()):
                    if name in seen:
                        continue
                    seen.add(name)
                    for index in self._denied.get(name, ()):
                        left[index] -= 1
                        if not left[index]:
                            taken.append(self._clauses[index])
                            queue.append(self._clauses[index])

        take(asked.copy())
        concerned = seen.copy()
        always = [clause for clause, denials in zip(self._clauses, self._denials, strict=True) if not denials]
        take(always.copy())
        return always + taken, concerned

    def _search(self, asked: list[Clause], rules: list[Clause], prefer: Callable[[], bool] | None) -> dict[int, None] | None:
        """Literals with which every clause holds: as few positive ones as it takes, or as `prefer` says; others may hold or not."""
        indexes = (self._index, _indexed(asked, {}))
        true: dict[int, None] = {}
        ordered = sorted(asked + rules, key=len)
        if ordered and not ordered[0]:
            return None
        for clause in ordered:
            if len(clause) == 1 and not _settle(clause[0], indexes, true):
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

    def _translate(self, formula: Formula) -> list[Clause]:
        clauses: list[Clause] = []
        for part in formula.parts if isinstance(formula, All) else (formula,):
            clauses.append(tuple(self._number(one, clauses) for one in (part.parts if isinstance(part, Any_) else (part,))))
        return clauses

    def _number(self, formula: Formula, clauses: list[Clause]) -> int:
        if isinstance(formula, Literal):
            self._declare(formula.field)
            return self._variable(Literal(formula.field, formula.value)) * (1 if formula.positive else -1)
        self._fresh += 1
        name = self._variable(Literal("", str(self._fresh)))
        if isinstance(formula, All):
            clauses += [(-name, self._number(part, clauses)) for part in formula.parts]
        else:
            clauses.append((-name, *(self._number(part, clauses) for part in formula.parts)))
        return name

    def _variable(self, literal: Literal) -> int:
        return self._numbers.setdefault(literal, len(self._numbers) + 1)

    def _declare(self, name: str) -> None:
        if name in self._named:
            return
        self._named.add(name)
        present = self._variable(has(name))
        values = [self._variable(is_(name, value)) for value in self.domains.get(name, ())]
        self._add([(-one, present) for one in values])
        self._add([(-one, -other) for at, one in enumerate(values) for other in values[:at]])
        if values and name not in self.open_domains:
            self._add([(-present, *values)])


@cache
def theory(fields: Fields) -> Theory:
    """What holds for every valid record with these fields (and for an item: of the record around it, too)."""
    required = [has(one.name) for one in fields.by_name.values() if one.required]
    outer = theory(fields.outer).rules if fields.outer else ()
    return Theory(
        (*outer, *required, *(rule.formula for rule in fields.rules)),
        {one.name: one.domain for one in fields.visible.values() if one.enumerated},
        frozenset(one.name for one in fields.visible.values() if one.or_text),
    )


def _indexed(clauses: Iterable[Clause], index: dict[int, list[Clause]]) -> dict[int, list[Clause]]:
    """The clauses by each literal that they have."""
    for clause in clauses:
        for number in clause:
            index.setdefault(number, []).append(clause)
    return index


def _settle(number: int, indexes: tuple[Mapping[int, list[Clause]], ...], true: dict[int, None]) -> bool:
    """Whether a literal can hold; it and all that follows from it by single clauses is added to what is true."""
    queue = [number]
    while queue:
        number = queue.pop()
        if number in true:
            continue
        if -number in true:
            return False
        true[number] = None
        for clause in (*indexes[0].get(-number, ()), *indexes[1].get(-number, ())):
            if not true.keys().isdisjoint(clause):
                continue
            free = [other for other in clause if -other not in true]
            if not free:
                return False
            if len(free) == 1:
                queue.append(free[0])
    return True
