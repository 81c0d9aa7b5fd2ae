"""Existence, filtering, subsetting, combining, aggregates, the tree, and what helps to see them (N1 §§5.1-5.4, 5.8, 5.9, 7)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cmp_to_key

from service.fhir.fhirpath import compare, operators
from service.fhir.fhirpath.environment import Environment
from service.fhir.fhirpath.errors import EvaluationError
from service.fhir.fhirpath.nodes import TYPE_INFO, Item, Items, Node, namespace_and_name, steps, system
from service.fhir.fhirpath.operators import FALSE, NONE, TRUE, boolean, truth
from service.fhir.fhirpath.registry import BOOLEAN, EACH, INTEGER, ONCE, SAME, Criteria, Gives, function

CALL = 4
"""What the evaluation of an argument for one item counts."""


@function("empty", gives=BOOLEAN)
def empty(_: Environment, items: Items) -> Items:
    """Whether there is nothing."""
    return FALSE if items else TRUE


@function("exists", EACH, gives=BOOLEAN, least=0)
def exists(env: Environment, items: Items, criteria: Criteria | None = None) -> Items:
    """Whether there is an item, or one that meets the criteria."""
    if criteria is None:
        return TRUE if items else FALSE
    env.budget.spend(CALL * len(items))
    return boolean(any(truth(criteria([item], index, NONE)) for index, item in enumerate(items)))


@function("all", EACH, gives=BOOLEAN)
def all_of(env: Environment, items: Items, criteria: Criteria) -> Items:
    """Whether every item meets the criteria."""
    env.budget.spend(CALL * len(items))
    return boolean(all(truth(criteria([item], index, NONE)) for index, item in enumerate(items)))


@function("not", gives=BOOLEAN)
def not_(_: Environment, items: Items) -> Items:
    """The contrary of a truth."""
    found = truth(items)
    return boolean(None if found is None else not found)


def _booleans(items: Items) -> Iterator[bool]:
    for item in items:
        found = system(item)
        if not isinstance(found, bool):
            raise EvaluationError("a value that is not true or false")
        yield found


@function("allTrue", gives=BOOLEAN)
def all_true(_: Environment, items: Items) -> Items:
    """Whether all are true."""
    return boolean(all(list(_booleans(items))))


@function("anyTrue", gives=BOOLEAN)
def any_true(_: Environment, items: Items) -> Items:
    """Whether one is true."""
    return boolean(any(list(_booleans(items))))


@function("allFalse", gives=BOOLEAN)
def all_false(_: Environment, items: Items) -> Items:
    """Whether all are false."""
    return boolean(not any(list(_booleans(items))))


@function("anyFalse", gives=BOOLEAN)
def any_false(_: Environment, items: Items) -> Items:
    """Whether one is false."""
    return boolean(not all(list(_booleans(items))))


@function("subsetOf", ONCE, gives=BOOLEAN)
def subset_of(env: Environment, items: Items, other: Items) -> Items:
    """Whether all items are in another collection."""
    return boolean(operators.keys(env, items) <= operators.keys(env, other))


@function("supersetOf", ONCE, gives=BOOLEAN)
def superset_of(env: Environment, items: Items, other: Items) -> Items:
    """Whether all items of another collection are here."""
    return subset_of(env, other, items)


@function("count", gives=INTEGER)
def count(_: Environment, items: Items) -> Items:
    """How many there are."""
    return [len(items)]


@function("distinct", gives=SAME)
def distinct(env: Environment, items: Items) -> Items:
    """Each item once."""
    return operators.distinct(env, items)


@function("isDistinct", gives=BOOLEAN)
def is_distinct(env: Environment, items: Items) -> Items:
    """Whether no item stands twice."""
    return boolean(len(operators.keys(env, items)) == len(items))


@function("where", EACH, gives=SAME)
def where(env: Environment, items: Items, criteria: Criteria) -> Items:
    """The items that meet the criteria."""
    env.budget.spend(CALL * len(items))
    return [item for index, item in enumerate(items) if truth(criteria([item], index, NONE))]


@function("select", EACH, gives=Gives(of=(0,)))
def select(env: Environment, items: Items, projection: Criteria) -> Items:
    """What the projection gives for each item."""
    found: Items = []
    for index, item in enumerate(items):
        reached = projection([item], index, NONE)
        env.budget.spend(CALL + len(reached))
        found += reached
    return found


@function("repeat", EACH)
def repeat(env: Environment, items: Items, projection: Criteria) -> Items:
    """What the projection gives for the items, for what it gave, and so on, each once."""
    found: dict[object, Item] = {}
    new = items
    while new:
        known = len(found)
        for item in select(env, new, projection):
            found.setdefault(compare.key(item, env.budget), item)
        new = list(found.values())[known:]
    return list(found.values())


@function("repeatAll", EACH)
def repeat_all(env: Environment, items: Items, projection: Criteria) -> Items:
    """As `repeat`, and equal ones stay."""
    found: Items = []
    new = items
    while new:
        new = select(env, new, projection)
        found += new
    return found


@function("single", gives=SAME)
def single(_: Environment, items: Items) -> Items:
    """The one item."""
    operators.one(items)
    return items


@function("first", gives=SAME, ordered=True)
def first(_: Environment, items: Items) -> Items:
    """The first item."""
    return items[:1]


@function("last", gives=SAME, ordered=True)
def last(_: Environment, items: Items) -> Items:
    """The last item."""
    return items[-1:]


@function("tail", gives=SAME, ordered=True)
def tail(_: Environment, items: Items) -> Items:
    """All but the first."""
    return items[1:]


@function("skip", ONCE, gives=SAME, ordered=True)
def skip(_: Environment, items: Items, number: Items) -> Items:
    """All but so many first ones."""
    return items[max(_integer(number), 0) :]


@function("take", ONCE, gives=SAME, ordered=True)
def take(_: Environment, items: Items, number: Items) -> Items:
    """So many first ones."""
    return items[: max(_integer(number), 0)]


def _integer(number: Items) -> int:
    found = operators.value(number)
    if type(found) is not int:
        raise EvaluationError("an argument that must be an integer")
    return found


@function("intersect", ONCE, gives=SAME)
def intersect(env: Environment, items: Items, other: Items) -> Items:
    """The items that are in both, each once."""
    theirs = operators.keys(env, other)
    return [item for item in operators.distinct(env, items) if compare.key(item, env.budget) in theirs]


@function("exclude", ONCE, gives=SAME)
def exclude(env: Environment, items: Items, other: Items) -> Items:
    """The items that are not in another collection."""
    theirs = operators.keys(env, other)
    return [item for item in items if compare.key(item, env.budget) not in theirs]


@function("union", ONCE, gives=Gives(of=(-1, 0)))
def union(env: Environment, items: Items, other: Items) -> Items:
    """The items of both, each once."""
    return operators.union(env, items, other)


@function("combine", ONCE, ONCE, gives=Gives(of=(-1, 0)), least=1)
def combine(env: Environment, items: Items, other: Items, _: Items = NONE) -> Items:
    """The items of both."""
    env.budget.spend(len(items) + len(other))
    return [*items, *other]


@function("aggregate", EACH, ONCE, least=1)
def aggregate(env: Environment, items: Items, aggregator: Criteria, start: Items = NONE) -> Items:
    """What the aggregator gives for the last item, from what it gave for those before."""
    env.budget.spend(CALL * len(items))
    total = start
    for index, item in enumerate(items):
        total = aggregator([item], index, total)
    return total


@function("children", unordered=True)
def children(env: Environment, items: Items) -> Items:
    """The elements in each item."""
    found: Items = [inner for item in items if type(item) is Node for inner in steps(item)]
    env.budget.spend(len(items) + len(found))
    return found


@function("descendants", unordered=True)
def descendants(env: Environment, items: Items) -> Items:
    """The elements in each item, those in them, and so on."""
    found: Items = []
    new = items
    while new:
        new = children(env, new)
        found += new
    return found


@function("sort", EACH, EACH, EACH, EACH, least=0, gives=SAME)
def sort(env: Environment, items: Items, *by: Criteria) -> Items:
    """The items in order: by themselves, or by the keys that each argument gives, backwards after "-"; no key comes first."""
    env.budget.spend(len(items) * 20)
    named = [[one([item], index, NONE) for one in by] or [[item]] for index, item in enumerate(items)]
    backwards = [getattr(one, "backwards", False) for one in by] or [False]

    def order(left: int, right: int) -> int:
        for one, other, back in zip(named[left], named[right], backwards, strict=True):
            both = bool(one and other)
            found = (compare.order(one, other) or 0) * (-1 if back else 1) if both else len(one) - len(other)
            if found:
                return found
        return 0

    return [items[index] for index in sorted(range(len(items)), key=cmp_to_key(order))]


@function("trace", ONCE, EACH, gives=SAME, least=1)
def trace(env: Environment, items: Items, name: Items, projection: Criteria | None = None) -> Items:
    """The items as they are, shown to whoever listens."""
    shown = items if projection is None else select(env, items, projection)
    env.trace(str(operators.value(name)), shown)
    return items


@function("type", gives=frozenset({TYPE_INFO}))
def type_of(_: Environment, items: Items) -> Items:
    """The type of each item."""
    return [Node(dict(zip(("namespace", "name"), namespace_and_name(item), strict=True)), None, TYPE_INFO, TYPE_INFO) for item in items]
