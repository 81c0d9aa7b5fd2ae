"""Equality, equivalence and order (N1 §§6.1-6.2). Structures are compared value by value, which a budget counts."""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal

from service.fhir.fhirpath import quantities, temporal
from service.fhir.fhirpath.environment import Budget
from service.fhir.fhirpath.errors import EvaluationError
from service.fhir.fhirpath.nodes import Item, Items, Node, quantity, system, type_names
from service.fhir.fhirpath.numbers import rounded, scale
from service.fhir.fhirpath.values import Quantity, SystemValue, Temporal
from service.fhir.json import Number, Value


def equal(left: Item, right: Item, budget: Budget) -> bool | None:
    """Whether two items are equal; None where dates or quantities leave it open."""
    one, other = _comparable(left), _comparable(right)
    if one is None or other is None:
        return one is other and key(left, budget) == key(right, budget)
    if isinstance(one, Temporal) and isinstance(other, Temporal):
        if (one.type == "Time") != (other.type == "Time"):
            return False
        order = temporal.compare(one, other)
        return None if order is None else order == 0
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        order = quantities.compare(one, other)
        return None if order is None else order == 0
    return _same_kind(one, other) and one == other


def equal_all(left: Items, right: Items, budget: Budget) -> bool | None:
    """Whether two collections are equal, item by item; None where one is empty or an item leaves it open."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    verdicts = [equal(one, other, budget) for one, other in zip(left, right, strict=True)]
    return False if False in verdicts else None if None in verdicts else True


def equivalent(left: Item, right: Item, budget: Budget) -> bool:
    """Whether two items say the same: text without case and extra space, numbers to the precision that both have."""
    one, other = _comparable(left), _comparable(right)
    if one is None or other is None:
        return one is other and _loose_key(left, budget) == _loose_key(right, budget)
    if isinstance(one, str) and isinstance(other, str):
        return _folded(one) == _folded(other)
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return quantities.equivalent(one, other)
    if isinstance(one, Decimal | int) and isinstance(other, Decimal | int) and _same_kind(one, other):
        first, second = Decimal(one), Decimal(other)
        digits = min(scale(first), scale(second))
        return rounded(first, digits) == rounded(second, digits)
    return equal(left, right, budget) is True


def equivalent_all(left: Items, right: Items, budget: Budget) -> bool:
    """Whether two collections have equivalent items, in whatever order."""
    if len(left) != len(right):
        return False
    rest = list(right)
    for one in left:
        budget.spend(len(rest))
        at = next((index for index, other in enumerate(rest) if equivalent(one, other, budget)), None)
        if at is None:
            return False
        del rest[at]
    return True


def order(left: Items, right: Items) -> int | None:
    """-1, 0 or 1 as the one item of left is less than, equal to or greater than that of right; None where that is open or one is empty.

    Raises EvaluationError for several items and for types that have no order or not the same.
    """
    if len(left) > 1 or len(right) > 1:
        raise EvaluationError("an order needs one value on each side")
    if not left or not right:
        return None
    one, other = _comparable(left[0]), _comparable(right[0])
    if any(value is None and _lacks_value(item) for value, item in ((one, left[0]), (other, right[0]))):
        return None
    match one, other:
        case Temporal(), Temporal() if (one.type == "Time") == (other.type == "Time"):
            return temporal.compare(one, other)
        case Quantity(), Quantity():
            return quantities.compare(one, other)
        case (str(), str()) | (int() | Decimal(), int() | Decimal()) if not isinstance(one, bool) and not isinstance(other, bool):
            return (one > other) - (one < other)  # type: ignore[operator]
    raise EvaluationError("these values have no order")


def key(item: Item, budget: Budget) -> Hashable:
    """What two items that are equal have in common, and no others: what sets are made by."""
    value = _comparable(item)
    match value:
        case bool() | str():
            return type(value), value
        case Temporal():
            return value.type == "Time", bool(value.zone), temporal.parts_in_utc(value)
        case Quantity():
            return quantities.canonical(value) or (value.unit, value.value)
        case None:
            assert isinstance(item, Node)
            return item.type, _json_key(item.companion if item.value is None else item.value, budget)
    return value


def _comparable(item: Item) -> SystemValue | None:
    """The System value by which an item compares; None for a structure, and for a primitive without a value."""
    return system(item) if type(item) is not Node or not isinstance(item.value, dict) else quantity(item)


def _lacks_value(item: Item) -> bool:
    """Whether an item is of a type that has an order, and yet has no value to order by."""
    return type(item) is Node and (not isinstance(item.value, dict) or "Quantity" in type_names(item))


def _same_kind(one: SystemValue, other: SystemValue) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return isinstance(one, bool) and isinstance(other, bool)
    return isinstance(one, int | Decimal) == isinstance(other, int | Decimal) and isinstance(one, str) == isinstance(other, str)


def _json_key(value: Value, budget: Budget) -> Hashable:
    budget.spend(1)
    match value:
        case dict():
            return frozenset((name, _json_key(item, budget)) for name, item in value.items())
        case list():
            return tuple(_json_key(item, budget) for item in value)
        case Number():
            return value.decimal
        case bool():
            return bool, value
    return value  # type: ignore[no-any-return]


def _loose_key(item: Item, budget: Budget) -> Hashable:
    assert isinstance(item, Node)
    return item.type, _loose_json(item.companion if item.value is None else item.value, budget)


def _loose_json(value: Value, budget: Budget) -> Hashable:
    budget.spend(1)
    match value:
        case dict():
            return tuple(sorted((name, repr(_loose_json(item, budget))) for name, item in value.items()))
        case list():
            return tuple(sorted(repr(_loose_json(item, budget)) for item in value))
        case str():
            budget.spend_text(len(value))
            return _folded(value)
    return _json_key(value, budget)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
