"""Conversions (N1 §5.5): `toX()` is empty for what does not convert, `convertsToX()` says whether it does."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from service.fhir.fhirpath import quantities, temporal
from service.fhir.fhirpath.environment import Environment
from service.fhir.fhirpath.nodes import Item, Items, is_moderate, quantity, system
from service.fhir.fhirpath.numbers import in_range, text
from service.fhir.fhirpath.operators import NONE, boolean, one, value
from service.fhir.fhirpath.registry import BOOLEAN, ONCE, function
from service.fhir.fhirpath.values import UNITS, Quantity, SystemValue, Temporal
from service.fhir.fhirpath.values import temporal as read_temporal

_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,64}(\.[0-9]{1,64})?")
_QUANTITY = re.compile(r"(?P<value>[+-]?[0-9]{1,64}(\.[0-9]{1,64})?)\s*('(?P<unit>[^']+)'|(?P<word>[a-z]+))?")
_TRUE = ("true", "t", "yes", "y", "1", "1.0")
_FALSE = ("false", "f", "no", "n", "0", "0.0")


def _conversion(type_name: str) -> Callable[[Callable[[Item], SystemValue | None]], object]:
    """Make a function of one item both `toX` and `convertsToX`."""
    gives = frozenset({f"System.{type_name}"})

    def register(convert: Callable[[Item], SystemValue | None]) -> object:
        def to(_: Environment, items: Items, unit: Items = NONE) -> Items:
            item = one(items)
            found = None if item is None else convert(item)
            if isinstance(found, Quantity) and unit:
                found = quantities.plus(Quantity(Decimal(0), str(value(unit))), found, 1)
            return NONE if found is None else [found]

        def converts(env: Environment, items: Items, unit: Items = NONE) -> Items:
            return boolean(bool(to(env, items, unit))) if items else NONE

        unit = (ONCE,) if type_name == "Quantity" else ()
        function(f"to{type_name}", *unit, gives=gives, least=0)(to)
        function(f"convertsTo{type_name}", *unit, gives=BOOLEAN, least=0)(converts)
        return convert

    return register


@_conversion("Boolean")
def _boolean(item: Item) -> bool | None:
    found = system(item)
    if isinstance(found, bool):
        return found
    if isinstance(found, int | Decimal):
        return {Decimal(1): True, Decimal(0): False}.get(Decimal(found))
    word = found.lower() if isinstance(found, str) else ""
    return True if word in _TRUE else False if word in _FALSE else None


@_conversion("Integer")
def _integer(item: Item) -> int | None:
    found = system(item)
    if isinstance(found, bool | int):
        return int(found)
    return in_range(int(found)) if isinstance(found, str) and _INTEGER.fullmatch(found) else None


@_conversion("Decimal")
def _decimal(item: Item) -> Decimal | None:
    found = system(item)
    if isinstance(found, bool | int | Decimal):
        return Decimal(found)
    return Decimal(found) if isinstance(found, str) and _DECIMAL.fullmatch(found) else None


@_conversion("Quantity")
def _quantity(item: Item) -> Quantity | None:
    found, measured = system(item), quantity(item)
    if measured:
        return measured
    if isinstance(found, bool | int | Decimal):
        return Quantity(Decimal(found), "1")
    match = _QUANTITY.fullmatch(found) if isinstance(found, str) else None
    if not match or (match["word"] and match["word"] not in UNITS):
        return None
    number = Decimal(match["value"])
    return Quantity(number, UNITS[match["word"]], calendar=True) if match["word"] else Quantity(number, match["unit"] or "1")


@_conversion("String")
def _string(item: Item) -> str | None:
    found = system(item)
    match found if found is not None else quantity(item):
        case bool() as truth:
            return "true" if truth else "false"
        case str() | int() as plain:
            return str(plain)
        case Decimal() as number if is_moderate(number):
            return text(number)
        case Temporal() as moment:
            return temporal.text(moment)
        case Quantity() as measured if is_moderate(measured.value):
            plural = "s" if measured.calendar and measured.value != 1 else ""
            return f"{text(measured.value)} {measured.unit + plural if measured.calendar else repr(measured.unit)}"
    return None


def _temporal(type_name: str) -> Callable[[Item], Temporal | None]:
    def convert(item: Item) -> Temporal | None:
        found = system(item)
        if isinstance(found, str):
            return read_temporal(type_name, found.removeprefix("T") if type_name == "Time" else found)
        if not isinstance(found, Temporal):
            return None
        if found.type == type_name:
            return found
        if "Time" in (found.type, type_name):
            return None
        return Temporal("Date", found.parts[:3]) if type_name == "Date" else Temporal("DateTime", found.parts)

    return convert


for _name in ("Date", "DateTime", "Time"):
    _conversion(_name)(_temporal(_name))
