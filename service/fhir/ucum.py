"""Units of the Unified Code for Units of Measure (UCUM), case sensitive: which codes are units, of what dimension, and how large.

The atoms and prefixes are those of tables/ucum-essence.xml, UCUM's own file, unchanged; the syntax is that of UCUM §§1-12.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from xml.parsers import expat

Dimension = tuple[tuple[str, int], ...]

SYSTEM = "http://unitsofmeasure.org"

MAX_CODE = 256
MAX_EXPONENT = 99
MAX_MAGNITUDE = 400

_ESSENCE = Path(__file__).parent / "tables" / "ucum-essence.xml"
_TOKEN = re.compile(r"(?P<annotation>\{[ -z|~]*\})|(?P<sign>[./()])|(?P<symbol>(?:\[[^\[\]]*\]|[^\[\](){}./])+)|(?P<other>.)", re.DOTALL)
_POWER = re.compile(r"(?P<atom>.*?)(?P<exponent>[+-]?[0-9]{1,3})?")
_NUMBER = re.compile(r"[0-9]{1,32}")
_ZEROS = {"Cel": Fraction("273.15"), "degF": Fraction("459.67")}
"""How far the zero of a scale lies above the absolute one, in its own degrees."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as so many of its base units: `factor` times the product of the (base unit, exponent) pairs in `dimension`.

    A value x in it is `factor` * x + `offset` of the base units; `offset` is None where that does not hold (pH, B, `Cel/min`).
    Arbitrary units ([iU]) are base units of their own, since UCUM makes them commensurable with nothing else (§24).
    """

    factor: Fraction
    dimension: Dimension = ()
    offset: Fraction | None = Fraction()

    def times(self, other: Unit, power: int = 1) -> Unit:
        """The product with a power of another unit."""
        exponents = dict(self.dimension)
        for base, exponent in other.dimension:
            exponents[base] = exponents.get(base, 0) + power * exponent
        dimension = tuple(sorted((base, exponent) for base, exponent in exponents.items() if exponent))
        offset = Fraction() if self.offset == other.offset == 0 else None
        return Unit(self.factor * other.factor**power, dimension, offset)


@dataclass(frozen=True, slots=True)
class _Atom:
    """An atom's line of the table: so many of a unit, on a scale of its own if `function` is not "". A base unit has no `unit`."""

    metric: bool
    value: str = ""
    unit: str = ""
    function: str = ""


ONE = Unit(Fraction(1))


@lru_cache(maxsize=1024)
def unit(code: str) -> Unit | None:
    """The unit that a code stands for; None for what is not a UCUM code, or one beyond MAX_CODE characters or MAX_EXPONENT."""
    if len(code) > MAX_CODE:
        return None
    total, power = ONE, 1
    outside: list[tuple[Unit, int]] = []
    after = ""  # what the last token was: "" for nothing yet
    for token in _TOKEN.finditer(code):
        kind, text = token.lastgroup, token[0]
        if text in (".", "/"):
            if after not in ("unit", "annotation") and not (after == "" and text == "/"):
                return None
            power, after = (1 if text == "." else -1), "operator"
        elif text == ")":
            if after not in ("unit", "annotation") or not outside:
                return None
            before, power = outside.pop()
            total, after = before.times(total, power), "unit"
        elif kind == "annotation" and after != "annotation":
            after = "annotation"
        elif after in ("unit", "annotation") or kind == "other":
            return None
        elif text == "(":
            outside.append((total, power))
            total, power, after = ONE, 1, "open"
        else:
            found = _simple(text)
            if found is None:
                return None
            total, after = (found if total == ONE and power == 1 else total.times(found, power)), "unit"
    return total if after in ("unit", "annotation") and not outside else None


def canonical(value: Decimal, code: str) -> tuple[Fraction, Dimension] | None:
    """A value in a unit as a number of base units, and which these are: two are comparable when their dimensions are equal.

    None for what is no unit, for scales that are not linear (such values compare only in the same unit), and beyond 1e±MAX_MAGNITUDE.
    """
    found = unit(code)
    if found is None or found.offset is None or abs(value.adjusted()) > MAX_MAGNITUDE:
        return None
    return found.factor * Fraction(value) + found.offset, found.dimension


def _simple(symbol: str) -> Unit | None:
    """A number, or an atom with its prefix and exponent."""
    if _NUMBER.fullmatch(symbol):
        return Unit(Fraction(symbol)) if int(symbol) else None
    found = _POWER.fullmatch(symbol)
    base = _prefixed(found["atom"]) if found else None
    if found is None or base is None or not found["exponent"]:
        return base
    exponent = int(found["exponent"])
    return ONE.times(base, exponent) if abs(exponent) <= MAX_EXPONENT else None


def _prefixed(symbol: str) -> Unit | None:
    atoms, prefixes = _table()
    if symbol in atoms:
        return _atom(symbol)
    for length in (2, 1):
        prefix, name = symbol[:length], symbol[length:]
        if prefix in prefixes and name in atoms and atoms[name].metric:
            scaled = _atom(name)
            return Unit(scaled.factor * prefixes[prefix], scaled.dimension, scaled.offset)
    return None


@cache
def _atom(name: str) -> Unit:
    atom = _table()[0][name]
    if not atom.unit:
        return Unit(Fraction(1), ((name, 1),))
    defined = unit(atom.unit)
    assert defined
    factor = defined.factor * Fraction(atom.value)
    if not atom.function:
        return Unit(factor, defined.dimension)
    zero = _ZEROS.get(atom.function)
    return Unit(factor, defined.dimension, None if zero is None else factor * zero)


@cache
def _table() -> tuple[Mapping[str, _Atom], Mapping[str, Fraction]]:
    """The atoms and the prefixes by their case sensitive codes."""
    atoms: dict[str, _Atom] = {}
    prefixes: dict[str, Fraction] = {}
    within: dict[str, str] = {}

    def start(name: str, has: dict[str, str]) -> None:
        match name:
            case "prefix" | "unit":
                within.clear()
                within.update(has, element=name)
            case "base-unit":
                atoms[has["Code"]] = _Atom(metric=True)
            case "value" if within["element"] == "prefix":
                prefixes[within["Code"]] = Fraction(has["value"])
            case "value" if "value" in has:
                own = within.get("isArbitrary") == "yes" and has["Unit"] == "1"
                atoms[within["Code"]] = _Atom(within["isMetric"] == "yes", has["value"], "" if own else has["Unit"])
            case "function":
                atoms[within["Code"]] = _Atom(within["isMetric"] == "yes", has["value"], has["Unit"], has["name"])

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.Parse(_ESSENCE.read_bytes(), True)  # noqa: FBT003 - expat takes it by position
    return atoms, prefixes
