"""R7, R8: what one alternative or case writes is not read as another, and each can be written."""

from __future__ import annotations

from collections.abc import Iterator

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import reversibility as lost
from service.mapping.check import situation
from service.mapping.check.spots import Spots, Steps, at, by_path, leaves, may_hold, may_read, written_with
from service.mapping.plan import Branch, Choice, Kind, Leaf, Scope, Shape
from service.mapping.satisfy import theory
from service.mapping.terms.constant import Constant
from service.mapping.terms.term import TwoWay
from service.mapping.walk.read import order
from service.records.formulas import TRUE, Formula, any_of, has, is_, negate


def check(_kind: Kind, shape: Shape) -> Iterator[Diagnostic]:
    """Every pair of branches that can be mistaken, and every branch that no record reaches."""
    for scope, when in ((shape.scope, shape.when), *((items.scope, TRUE) for items in shape.scope.items())):
        for choice in scope.choices:
            yield from _cases(scope, choice, when) if choice.field else _alternatives(scope, choice)


def _alternatives(scope: Scope, choice: Choice) -> Iterator[Diagnostic]:
    standing = list(leaves(scope))
    spots = by_path(standing)
    for number, branch in enumerate(choice.branches):
        model = theory(scope.fields).solve(branch.chosen)
        if model is None:
            earlier = str(any_of(one.present for one in choice.branches[:number])) if number else ""
            yield lost.alternative_unreachable(branch.span, branch.label, earlier)
            continue
        for first in choice.branches[:number]:
            mine = [(steps, leaf) for steps, leaf in standing if leaf.branch is first]
            if _readable_in(spots, mine, first, branch):
                yield lost.alternative_readable(branch.span, first.label, branch.label, situation.show(scope.fields, model))


def _cases(scope: Scope, choice: Choice, when: Formula) -> Iterator[Diagnostic]:
    field = choice.field
    assert field is not None
    rules = theory(scope.fields)
    covered = {branch.value for branch in choice.branches}
    rest = [value for value in field.domain if value not in covered]
    if rules.solve(when, any_of(is_(field.name, value) for value in rest)) is not None:
        missing = [value for value in rest if rules.solve(when, is_(field.name, value)) is not None]
        yield lost.case_missing(choice.span, field.name, missing)
    always = choice.parent is None and rules.solve(when, negate(has(field.name))) is None
    matching = [(steps, leaf) for steps, leaf in leaves(scope) if leaf.mode == "match"]
    spots = by_path(leaves(scope))
    ordered = order(choice, scope)
    for number, branch in enumerate(ordered):
        matches = [(steps, leaf) for steps, leaf in matching if leaf.branch is branch]
        if not matches and not always:
            yield lost.case_unmarked(branch.span, field.name, branch.value)
        for later in ordered[number + 1 :]:
            if not _told_apart(spots, matches, later):
                yield lost.case_ambiguous(later.span, field.name, branch.value, later.value)


def _told_apart(spots: Spots, matches: list[tuple[Steps, Leaf]], other: Branch) -> bool:
    """Whether one of the `match` lines cannot hold in what is written while the other branch is taken."""
    return any(not _may_stand(spots, steps, leaf, other) for steps, leaf in matches)


def _may_stand(spots: Spots, steps: Steps, leaf: Leaf, other: Branch) -> bool:
    """Whether something written while another branch is taken can stand where a leaf is read, and hold what it asks."""
    return any(written_with(one, other) and _fits(leaf, one) for one in at(spots, steps) if one is not leaf)


def _fits(asked: Leaf, written: Leaf) -> bool:
    match asked.term:
        case Constant() as constant:
            return may_hold(constant, written)
        case TwoWay() as term:
            return may_read(term, written)
    return True


def _readable_in(spots: Spots, mine: list[tuple[Steps, Leaf]], first: Branch, other: Branch) -> bool:
    """Whether what is written while another branch is taken could be read as the first, in which these leaves stand."""
    matches = [(steps, leaf) for steps, leaf in mine if leaf.mode == "match"]
    if matches:
        return not _told_apart(spots, matches, other)
    two_way = [(steps, leaf) for steps, leaf in mine if leaf.two_way]
    standing = {field.name for steps, leaf in two_way if _may_stand(spots, steps, leaf, other) for field in leaf.term.fields}
    if any(must.name not in standing for must in first.musts):
        return False
    return bool(standing) or not two_way
