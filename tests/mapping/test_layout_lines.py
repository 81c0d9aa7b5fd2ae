"""The lines of a layout: which are refused at load, and where."""

from __future__ import annotations

import pytest

from service.diagnostics.diagnostic import Diagnostics
from service.fhir.json import Number
from tests.support.laid_out import layouts


@pytest.mark.parametrize(
    ("line", "code", "marked"),
    [
        ("hr: heart_rat", "KAP131", "heart_rat"),
        ("hr: heart rate", "KAP251", "heart rate"),
        ("hr: [heart_rate]", "KAP251", "[heart_rate]"),
        ("at: recorded_at as MM/YYYY", "KAP251", "recorded_at as MM/YYYY"),
        ("at: recorded_at as MM/DD/YYYY", "KAP254", "recorded_at"),
        ("at: heart_rate in America/Denver", "KAP254", "heart_rate"),
        ("at: recorded_at in America/Dever", "KAP257", "America/Dever"),
        ("at: recorded_at in ../../etc/passwd", "KAP257", "../../etc/passwd"),
        ("bp: $bp_systolic.$bp_diastolic", "KAP341", "$bp_systolic.$bp_diastolic"),
        ("bp: $cuff_site/$bp_metod", "KAP131", "bp_metod"),
        ("bp: $reading_id-$client_id", "KAP341", "$reading_id-$client_id"),
        ("bp: $bp_systolic/$bp_systolic", "KAP253", "bp_systolic"),
        ("bp: $", "KAP251", "$"),
        ("o: $other/$client_id", "KAP254", "other"),
        ("p: {field: phase, A: pre}", "KAP252", "phase"),
        ("p: {field: heart_rate, A: pre}", "KAP254", "heart_rate"),
        ("p: {A: pre}", "KAP131", "pre"),
        ("p: {A: [pre]}", "KAP251", "[pre]"),
        ("p: {field: temperature_unit, A: C, B: C, X: F}", "KAP253", "C"),
        ("p: {field: temperature_unit, A: K, B: C, X: F}", "KAP103", "K"),
        ("heart_rate: respiratory_rate", "KAP256", "heart_rate"),
        ("_fhir: respiratory_rate", "KAP256", "_fhir"),
        ("note: {text: heart_rate}", "KAP256", "text"),
        ("at: recorded_at as MM/DD/YYYY HH:mm AM in America/Denver", "KAP251", "recorded_at as MM/DD/YYYY HH:mm AM in America/Denver"),
        ("t: temperature with temperature_unit=K", "KAP103", "K"),
        ("t: temperature with weight=F", "KAP254", "weight"),
        ("t: temperature with temperature_unit=F in America/Denver", "KAP103", "F in America/Denver"),
        ("p: heart_rate[1]", "KAP131", "heart_rate[1]"),
        ("p: other[1]", "KAP254", "other[1]"),
        ("p: {a: 'other[1].unit', b: 'other[1].unit'}", "KAP253", "other[1].unit"),
        ("p: {a: 'other[1].unit', b: other}", "KAP253", "other"),
        ("case what: {A: {v: reading_id}}", "KAP259", "case what"),
        ("case what: {A: {v: heart_rate}, B: {v: heart_rate}}", "KAP253", "heart_rate"),
        ("case phase: {A: {v: heart_rate}}", "KAP256", "case phase"),
        ("case what: {A: {what: heart_rate}}", "KAP256", "what"),
        ("case what: heart_rate", "KAP251", "case what"),
    ],
)
def test_a_line_that_is_not_reversible_is_refused_at_its_place(line, code, marked):
    """Each way in which a line could lose or mix values is an error at load, at the word that causes it."""
    with pytest.raises(Diagnostics) as error:
        layouts(f"layout:\n  vitals:\n    {line}\n")
    assert [(one.code, one.span.text) for one in error.value.found] == [(code, marked)]


def test_a_layout_of_no_kind_and_one_that_is_no_block_are_refused():
    """The sections of a layout are record kinds, their lines stand in blocks."""
    for text, code in (("layout:\n  vital:\n    a: b\n", "KAP115"), ("layout:\n  vitals: hr\n", "KAP011"), ("layout: hr\n", "KAP011")):
        with pytest.raises(Diagnostics) as error:
            layouts(text)
        assert [one.code for one in error.value.found] == [code]


def test_fields_may_change_their_names_with_each_other():
    """A name that is taken is free when its own field has another."""
    swapped = layouts("layout:\n  vitals:\n    heart_rate: respiratory_rate\n    respiratory_rate: heart_rate\n")["vitals"]
    assert swapped.ours({"heart_rate": Number("14")}) == {"respiratory_rate": Number("14")}
