"""Can conditions hold together for a valid record, and when: rules and presence as clauses (Plaisted and Greenbaum's translation, 1986)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from service.mapping.clauses import Clause, Clauses
from service.records.fields import Fields
from service.records.formulas import All, Any_, Formula, Literal, has, is_


@dataclass(slots=True)
class Theory:
    """What holds for every valid record: the rules, and that a field has one value of its domain.

    `domains` gives the values of each enumerated field; a field that takes other text besides is in `open_domains`.
    """

    rules: tuple[Formula, ...]
    domains: Mapping[str, tuple[str, ...]]
    open_domains: frozenset[str] = frozenset()
    _numbers: dict[Literal, int] = field(default_factory=dict)
    _literals: list[Literal] = field(default_factory=list)
    _clauses: Clauses = field(default_factory=Clauses)
    _named: set[str] = field(default_factory=set)
    _fresh: int = 0

    def __post_init__(self) -> None:
        for rule in self.rules:
            self._clauses.add(self._translate(rule))

    def solve(
        self,
        *formulas: Formula,
        whole: bool = False,
        prefer: Callable[[], bool] | None = None,
        about: Iterable[str] | None = None,
    ) -> dict[Literal, bool] | None:
        """An assignment in which the rules and the formulas hold, or None; it names what the formulas concern: the rest is absent.

        Of a `whole` record it names what every record has, too. With `prefer`, which says what is tried first, it names all that a rule
        concerns; what it does not then may be either. Where it is `about` some fields, those alone and what they concern.
        """
        asked = [clause for formula in formulas for clause in self._translate(formula)]
        fields = None if about is None else tuple(self._number(has(name), []) for name in about)
        model = self._clauses.solve(asked, prefer, whole=whole, about=fields)
        if model is None:
            return None
        return {self._literals[number - 1]: truth for number, truth in model.items()}

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
        if literal not in self._numbers:
            self._literals.append(literal)
            self._numbers[literal] = len(self._literals)
        return self._numbers[literal]

    def _declare(self, name: str) -> None:
        if name in self._named:
            return
        self._named.add(name)
        present = self._variable(has(name))
        values = [self._variable(is_(name, value)) for value in self.domains.get(name, ())]
        self._clauses.add([(-one, present) for one in values])
        self._clauses.add([(-one, -other) for at, one in enumerate(values) for other in values[:at]])
        if values and name not in self.open_domains:
            self._clauses.add([(-present, *values)])


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
