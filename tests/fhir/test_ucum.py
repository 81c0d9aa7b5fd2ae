"""UCUM codes are told from other words, and their values compared exactly."""

from __future__ import annotations

import time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from service.fhir import ucum

BASE = Path(__file__).parents[2] / "mappings" / "base.yaml"

UNITS = """
1 % {score} {tot'score} %{vol} kg{total} mm[Hg] m[H2O] cm[H2O] [in_i] [in_i'H2O] [lb_av] [degF] Cel mCel K [pH] dB B[SPL] B[10.nV]
10*3/uL 10^3/uL 10*-6 10*3{cells}/uL /100{WBC} /min {beats}/min ug/kg/min mg/kg/h mL/min/{1.73_m2} kg/m2 kg.m-2 m+2 m/s2
g/(8.h){shift} 10.uN.s/(cm5.m2) [iU] [IU] k[IU]/L u[IU]/mL U/L U{25Cel}/L mmol/L meq/L mosm/kg ug/dL ng/mL pg dar cd Pa kPa
[drp] [m/s2/Hz^(1/2)] a mo wk d h min s ms 2.5 (m) ((m))
"""

OTHERS = """
mmHg MM[HG] mmhg IU mcg cc bpm degC lb lbs in inch Kg KPA kKat ml/Min mgs / . m/ m//s .m m. m..s (m m) () (m)2 m(s) (m)(s) m{x}2
{a}{b} {{a}} {a [ m[ ] Å µg m² 0 0.m m/0 2+10 +2 -2 m- m+ k[degF] k% Torr mm[Hg mm(Hg) /(/m)
"""


@pytest.mark.parametrize("code", [*UNITS.split(), "{wine glasses}/d"])
def test_a_unit_is_known(code: str) -> None:
    """What UCUM's table and syntax allow is a unit: annotations, prefixes, special and arbitrary units included."""
    assert ucum.unit(code)


@pytest.mark.parametrize("code", [*OTHERS.split(), "", " ", "m ", "m s", "mm [Hg]", "m\n", "{a\n}"])
def test_another_word_is_no_unit(code: str) -> None:
    """Other spellings, wrong case and broken syntax are no units."""
    assert ucum.unit(code) is None


def test_every_unit_of_the_mappings_is_one() -> None:
    """The units that mappings may name are UCUM codes."""
    named = yaml.safe_load(BASE.read_text())["units"]
    assert len(named) > 30
    assert [code for code in named if not ucum.unit(code)] == []


@pytest.mark.parametrize(
    ("value", "code", "other", "other_code"),
    [
        ("98.6", "[degF]", "37", "Cel"),
        ("37", "Cel", "310.15", "K"),
        ("37000", "mCel", "37", "Cel"),
        ("133.322", "Pa", "1", "mm[Hg]"),
        ("1", "kg/m2", "1000", "g.m-2"),
        ("2.54", "cm", "1", "[in_i]"),
        ("453.59237", "g", "1", "[lb_av]"),
        ("1", "10*3/uL", "1", "10*9/L"),
        ("1", "ug/kg/min", "0.06", "mg/kg/h"),
        ("50", "%", "0.5", "1"),
        ("1", "cm3", "1", "mL"),
        ("1", "wk", "168", "h"),
        ("1", "k[IU]/L", "1", "[iU]/mL"),
        ("3", "{score}", "3", "1"),
        ("10", "m/(2.s)", "5", "m.s-1"),
    ],
)
def test_the_same_amount_is_the_same_in_base_units(value: str, code: str, other: str, other_code: str) -> None:
    """Equal amounts in units of one dimension are exactly equal in base units."""
    assert ucum.canonical(Decimal(value), code) == ucum.canonical(Decimal(other), other_code) is not None


def test_units_of_other_kinds_differ_in_dimension() -> None:
    """Pressure, mass, temperature and arbitrary units are not comparable with each other."""
    dimensions = [ucum.unit(code) and ucum.unit(code).dimension for code in ("kPa", "kg", "Cel", "[iU]", "[CFU]", "1", "/min")]
    assert len({*dimensions}) == 7
    assert ucum.unit("kPa").dimension == ucum.unit("mm[Hg]").dimension == (("g", 1), ("m", -1), ("s", -2))


@pytest.mark.parametrize("code", ["[pH]", "dB", "Cel/min", "mmHg"])
def test_what_is_on_no_linear_scale_has_no_base_units(code: str) -> None:
    """A value whose unit is not so many base units is not converted."""
    assert ucum.canonical(Decimal(7), code) is None


def test_decimals_are_exact() -> None:
    """No digit is lost on the way: a tenth is a tenth."""
    assert ucum.canonical(Decimal("0.1"), "mg") == (Fraction(1, 10000), (("g", 1),))


@pytest.mark.parametrize("value", ["1e401", "1e999999", "-1e-999999"])
def test_hostile_values_are_not_converted(value: str) -> None:
    """A value of a million digits is nobody's amount of anything."""
    assert ucum.canonical(Decimal(value), "kg") is None


@pytest.mark.parametrize("code", ["(" * 10**6, "10*99" * 10**5, "10*999", "9" * 10**5, "m.10*99" * 36, "{" + "a" * 10**6, "1" * 250])
def test_hostile_codes_are_refused_at_once(code: str) -> None:
    """Depth, length and powers are bounded."""
    start = time.perf_counter()
    ucum.unit(code)
    assert time.perf_counter() - start < 0.1
