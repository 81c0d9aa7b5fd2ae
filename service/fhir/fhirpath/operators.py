"""The operators, over collections (N1 §6). What they give and take is never changed in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, DecimalException
from functools import partial

from service.fhir.fhirpath import compare, quantities, temporal
from service.fhir.fhirpath.environment import Environment, Fixed
from service.fhir.fhirpath.errors import EvaluationError
from service.fhir.fhirpath.nodes import Item, Items, Node, quantity, step, system, type_names
from service.fhir.fhirpath.numbers import CONTEXT, in_range
from service.fhir.fhirpath.values import Quantity, SystemValue, Temporal

NONE: Items = []
TRUE: Items = [True]
FALSE: Items = [False]


def boolean(verdict: bool | None) -> Items:  # noqa: FBT001 - the value itself
    """A collection of a verdict; None is empty."""
    return NONE if verdict is None else TRUE if verdict else FALSE


def truth(items: Items) -> bool | None:
    """A collection as an operand of logic: a Boolean itself, true for any other single item, None for none (N1 §4.5).

    Raises EvaluationError for several items.
    """
    if not items:
        return None
    if len(items) > 1:
        raise EvaluationError("several items where true or false must be")
    item = items[0]
    if type(item) is Node and item.type == "boolean":
        item = item.value
    return item if isinstance(item, bool) else True


def one(items: Items) -> Item | None:
    """The item of a collection that has one at most. Raises EvaluationError."""
    if len(items) > 1:
        raise EvaluationError("several items where one must be")
    return items[0] if items else None


def value(items: Items) -> SystemValue | None:
    """The System value of a collection of one item at most; None for none, and for a primitive without one.

    Raises EvaluationError for several, and for a structure.
    """
    item = one(items)
    if item is None:
        return None
    found = system(item)
    if found is None and type(item) is Node and isinstance(item.value, dict):
        found = quantity(item)
        if found is None:
            raise EvaluationError("a structure where a value must be")
    return found


def member(env: Environment, items: Items, name: str) -> Items:
    """The values of an element in each item."""
    found = [inner for item in items if type(item) is Node for inner in step(item, name)]
    env.budget.spend(len(items) + len(found))
    return found


def of_own_type(items: Items, name: str) -> Items:
    """The items that are of the type that a path begins with: those of Patient for "Patient.name"."""
    return [item for item in items if name in type_names(item)]


def item_at(items: Items, position: Items) -> Items:
    """The item at a position."""
    at = value(position)
    if at is None:
        return NONE
    if type(at) is not int:
        raise EvaluationError("a position must be an integer")
    return items[at : at + 1] if at >= 0 else NONE


def is_type(items: Items, names: frozenset[str]) -> Items:
    """Whether the one item is of one of the types."""
    item = one(items)
    return NONE if item is None else boolean(not names.isdisjoint(type_names(item)))


def as_type(items: Items, names: frozenset[str]) -> Items:
    """The one item, if it is of one of the types."""
    one(items)
    return of_type(items, names)


def of_type(items: Items, names: frozenset[str]) -> Items:
    """The items of one of the types."""
    return [item for item in items if not names.isdisjoint(type_names(item))]


def equal(env: Environment, left: Items, right: Items) -> Items:
    """`=`."""
    return boolean(compare.equal_all(left, right, env.budget))


def unequal(env: Environment, left: Items, right: Items) -> Items:
    """`!=`."""
    verdict = compare.equal_all(left, right, env.budget)
    return boolean(None if verdict is None else not verdict)


def equivalent(env: Environment, left: Items, right: Items) -> Items:
    """`~`."""
    return boolean(compare.equivalent_all(left, right, env.budget))


def not_equivalent(env: Environment, left: Items, right: Items) -> Items:
    """`!~`."""
    return boolean(not compare.equivalent_all(left, right, env.budget))


def less(left: Items, right: Items) -> Items:
    """`<`."""
    found = compare.order(left, right)
    return boolean(None if found is None else found < 0)


def at_most(left: Items, right: Items) -> Items:
    """`<=`."""
    found = compare.order(left, right)
    return boolean(None if found is None else found <= 0)


def greater(left: Items, right: Items) -> Items:
    """`>`."""
    return less(right, left)


def at_least(left: Items, right: Items) -> Items:
    """`>=`."""
    return at_most(right, left)


def keys(env: Environment, items: Items) -> frozenset[object]:
    """The keys of items, kept with a collection that is used again."""
    if isinstance(items, Fixed):
        if items.keys is None:
            items.keys = _keys(env, items)
        return items.keys
    return _keys(env, items)


def _keys(env: Environment, items: Items) -> frozenset[object]:
    env.budget.spend(len(items))
    return frozenset(compare.key(item, env.budget) for item in items)


def contained(env: Environment, left: Items, right: Items) -> Items:
    """`in`."""
    item = one(left)
    if item is None:
        return NONE
    return boolean(compare.key(item, env.budget) in keys(env, right)) if right else FALSE


def contains(env: Environment, left: Items, right: Items) -> Items:
    """`contains`."""
    return contained(env, right, left)


def union(env: Environment, left: Items, right: Items) -> Items:
    """`|`: the items of both, each once."""
    return distinct(env, [*left, *right])


def distinct(env: Environment, items: Items) -> Items:
    """The items, each once."""
    env.budget.spend(len(items))
    found: dict[object, Item] = {}
    for item in items:
        found.setdefault(compare.key(item, env.budget), item)
    return list(found.values())


def joined(env: Environment, left: Items, right: Items) -> Items:
    """`&`: two strings as one, none as the empty string."""
    first, second = value(left), value(right)
    if not isinstance(first, str | None) or not isinstance(second, str | None):
        raise EvaluationError("`&` joins strings only")
    return [_concatenated(env, first or "", second or "")]


def _concatenated(env: Environment, left: str, right: str) -> str:
    env.budget.spend_text(len(left) + len(right))
    return left + right


def _arithmetic(left: Items, right: Items, what: Callable[[SystemValue, SystemValue], SystemValue | None]) -> Items:
    first, second = value(left), value(right)
    if first is None or second is None:
        return NONE
    try:
        found = what(first, second)
    except DecimalException:
        return NONE
    except TypeError:
        raise EvaluationError("operands that do not go together") from None
    if type(found) is int:
        found = in_range(found)
    return NONE if found is None else [found]


def plus(env: Environment, left: Items, right: Items) -> Items:
    """`+`."""
    return _arithmetic(left, right, partial(_plus, env))


def minus(left: Items, right: Items) -> Items:
    """`-`."""
    return _arithmetic(left, right, _minus)


def times(left: Items, right: Items) -> Items:
    """`*`."""
    return _arithmetic(left, right, _times)


def divided(left: Items, right: Items) -> Items:
    """`/`: always a Decimal, empty for a division by zero."""
    return _arithmetic(left, right, _divided)


def whole(left: Items, right: Items) -> Items:
    """`div`."""
    return _arithmetic(left, right, _whole)


def rest(left: Items, right: Items) -> Items:
    """`mod`."""
    return _arithmetic(left, right, _rest)


def _plus(env: Environment, left: SystemValue, right: SystemValue) -> SystemValue | None:
    match left, right:
        case str(), str():
            return _concatenated(env, left, right)
        case Temporal(), Quantity():
            return temporal.add(left, right, 1)
        case Quantity(), Quantity():
            return quantities.plus(left, right, 1)
    return _numbers(left, right, int.__add__, CONTEXT.add)


def _minus(left: SystemValue, right: SystemValue) -> SystemValue | None:
    match left, right:
        case Temporal(), Quantity():
            return temporal.add(left, right, -1)
        case Quantity(), Quantity():
            return quantities.plus(left, right, -1)
    return _numbers(left, right, int.__sub__, CONTEXT.subtract)


def _times(left: SystemValue, right: SystemValue) -> SystemValue | None:
    if isinstance(left, Quantity) or isinstance(right, Quantity):
        return quantities.times(_scalar(left), _scalar(right))
    return _numbers(left, right, int.__mul__, CONTEXT.multiply)


def _divided(left: SystemValue, right: SystemValue) -> SystemValue | None:
    if isinstance(left, Quantity) or isinstance(right, Quantity):
        return quantities.divided(_scalar(left), _scalar(right))
    first, second = _number(left), _number(right)
    return CONTEXT.divide(first, second) if second else None


def _whole(left: SystemValue, right: SystemValue) -> SystemValue | None:
    first, second = _number(left), _number(right)
    return int(CONTEXT.divide_int(first, second)) if second else None


def _rest(left: SystemValue, right: SystemValue) -> SystemValue | None:
    first, second = _number(left), _number(right)
    if not second:
        return None
    found = CONTEXT.remainder(first, second)
    return int(found) if isinstance(left, int) and isinstance(right, int) else found


def _numbers(
    left: SystemValue,
    right: SystemValue,
    integers: Callable[[int, int], int],
    decimals: Callable[[Decimal, Decimal], Decimal],
) -> int | Decimal:
    if type(left) is int and type(right) is int:
        return integers(left, right)
    return decimals(_number(left), _number(right))


def _number(found: SystemValue) -> Decimal:
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        raise TypeError
    return Decimal(found)


def _scalar(found: SystemValue) -> Quantity:
    return found if isinstance(found, Quantity) else Quantity(_number(found), "1")


def negative(items: Items) -> Items:
    """`-` before a number or quantity."""
    match value(items):
        case None:
            return NONE
        case Quantity() as found:
            return [replace(found, value=-found.value)]
        case (int() | Decimal()) as found if not isinstance(found, bool):
            return [-found]
    raise EvaluationError("only a number has a sign")


def positive(items: Items) -> Items:
    """`+` before a number or quantity."""
    negative(items)
    return items
