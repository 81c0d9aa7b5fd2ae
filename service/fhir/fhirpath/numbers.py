"""Exact arithmetic: no number is ever a float (N1 §6.6)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

CONTEXT = Context(prec=36, Emax=300, Emin=-300, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero, Overflow])
"""In which results are made. What leaves it raises DecimalException, and the expression then is empty (N1 §6.6, overflow)."""

WIDE = Context(prec=1000)
"""In which numbers of JSON, which are as long as they like, are added and rounded without loss."""
_MAX_INTEGER = 2**31 - 1


def in_range(number: int) -> int | None:
    """An integer, or None for one beyond FHIRPath's 32 bits: an overflow is empty (N1 §6.6)."""
    return number if -_MAX_INTEGER - 1 <= number <= _MAX_INTEGER else None


def rounded(number: Decimal, digits: int, rounding: str = ROUND_HALF_UP) -> Decimal:
    """A number with so many digits after the point."""
    return number.quantize(Decimal(1).scaleb(-digits), rounding, WIDE)


def scale(number: Decimal) -> int:
    """How many digits a number has after the point."""
    return -int(number.as_tuple().exponent)


def text(number: Decimal) -> str:
    """As FHIRPath writes it, without an exponent."""
    return format(number, "f")
