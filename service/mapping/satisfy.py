"""Can conditions hold together for a valid record, and when: rules and presence as clauses.

The Davis-Putnam-Logemann-Loveland procedure over the clauses of Plaisted and Greenbaum's translation (1986).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    _named: set[str] = field(default_factory=set)
    _fresh: int = 0

    def __post_init__(self) -> None:
        for rule in self.rules:
            self._clauses += self._translate(rule)

    def solve(self, *formulas: Formula, prefer: Callable[[], bool] = bool) -> dict[Literal, bool] | None:
        """An assignment in which the rules and the formulas hold, or None; first tried is what `prefer` says, or that a field is absent."""
        asked: list[Clause] = []
        for formula in formulas:
            asked += self._translate(formula)
        model = _search(_relevant(asked, self._clauses), {}, prefer)
        if model is None:
            return None
        return {literal: model[number] for literal, number in self._numbers.items() if number in model}

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
        self._clauses += [(-one, present) for one in values]
        self._clauses += [(-one, -other) for at, one in enumerate(values) for other in values[:at]]
        if values and name not in self.open_domains:
            self._clauses.append((-present, *values))


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


def _relevant(asked: list[Clause], rules: list[Clause]) -> list[Clause]:
    """The asked clauses and those rules that share a variable with them, directly or through others."""
    by_variable: dict[int, list[int]] = {}
    for index, clause in enumerate(rules):
        for number in clause:
            by_variable.setdefault(abs(number), []).append(index)
    taken: dict[int, None] = {}
    queue = [abs(number) for clause in asked for number in clause]
    seen = set(queue)
    while queue:
        for index in by_variable.get(queue.pop(), ()):
            if index not in taken:
                taken[index] = None
                fresh = {abs(number) for number in rules[index]} - seen
                seen |= fresh
                queue += fresh
    return asked + [rules[index] for index in taken]


def _search(clauses: list[Clause], model: dict[int, bool], prefer: Callable[[], bool]) -> dict[int, bool] | None:
    left = _settled(clauses, model)
    if not left:
        return None if left is None else model
    variable = abs(min(left, key=len)[0])
    first = prefer()
    for truth in (first, not first):
        found = _search(left, {**model, variable: truth}, prefer)
        if found is not None:
            return found
    return None


def _settled(clauses: list[Clause], model: dict[int, bool]) -> list[Clause] | None:
    """The clauses that are still open when those with one way out have taken it in the model; None where one has no way out."""
    while True:
        left: list[Clause] = []
        unit = 0
        for clause in clauses:
            free = []
            for number in clause:
                truth = model.get(abs(number))
                if truth is None:
                    free.append(number)
                elif truth == (number > 0):
                    break
            else:
                if not free:
                    return None
                if len(free) == 1:
                    unit = free[0]
                    model[abs(unit)] = unit > 0
                else:
                    left.append(tuple(free))
        if not unit:
            return left
        clauses = left
