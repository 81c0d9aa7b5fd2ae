"""What another revision or a clinic's overlay changes, as lines and as resources."""

from __future__ import annotations

from functools import cache

import pytest

from service.diagnostics.diagnostic import Diagnostics
from service.fhir.json import Number
from service.mapping import difference, library
from service.mapping.difference import Effect, LineChange
from service.mapping.library import Texts
from tests.support.mappings import FOLDER, mappings

READING = {
    "reading_id": "v-1",
    "client_id": "c-1",
    "recorded_at": "2025-03-04",
    "status": "final",
    "bp_systolic": Number("120"),
    "bp_diastolic": Number("80"),
}


@cache
def product() -> Texts:
    """The product's texts."""
    return library.read(FOLDER)


def changed(path: str, old: str, new: str) -> Texts:
    """The product's texts with one of them edited."""
    assert old in product().files[path]
    return Texts(product().name, {**product().files, path: product().files[path].replace(old, new, 1)})


def line(path: str, text: str) -> str:
    """Where the first line with a text stands in the product's files."""
    lines = product().files[path].splitlines()
    return f"mappings/{path}:{next(at for at, one in enumerate(lines, 1) if text in one)}"


def test_nothing_differs_from_itself():
    """Equal texts have no changed line, and no example changes."""
    assert difference.lines(product(), product()) == []
    assert difference.effects(mappings(), mappings(), {"reading": ("vitals", READING)}) == []


def test_a_changed_line_shows_both_texts():
    """A changed term is one line, by its keys, with its place in the new file."""
    new = changed("vitals.yaml", "heart_rate:        decimal 0..400", "heart_rate:        decimal 0..300")
    assert difference.lines(product(), new) == [
        LineChange("~", ("vitals", "fields", "heart_rate"), "decimal 0..400", "decimal 0..300", line("vitals.yaml", "heart_rate:"))
    ]


def test_moving_a_line_or_its_comment_is_no_change():
    """Lines are compared by their keys: order, comments and the way of writing say nothing."""
    new = changed("base.yaml", "sex: {M: male, F: female, ", "sex: {F: female, M: 'male', ")
    assert difference.lines(product(), new) == []


def test_an_added_and_a_removed_line_stand_where_they_are_written():
    """What came is placed in the new text, what went in the old one."""
    new = changed("medication.yaml", "    note.text: $note\n", "")
    assert LineChange(
        "-", ("medication", "patterns", "medicine", "note.text"), "$note", "", line("medication.yaml", "note.text")
    ) in difference.lines(product(), new)
    back = difference.lines(new, product())
    assert [(one.sign, one.place) for one in back] == [("+", line("medication.yaml", "note.text"))]


def test_an_overlay_is_compared_as_it_is_merged():
    """Against the product, a clinic's overlay shows the lines that it adds, removes and replaces, and its layout."""
    found = {one.path: one for one in difference.lines(product(), library.read(FOLDER, "bloom"), "", "bloom")}
    assert found["base", "base"].new == "https://fhir.bloom.example"
    assert found["vitals", "fields", "pain_0_10"].sign == "-"
    assert found["vitals", "fields", "sweating"].sign == "+"
    assert found["layout", "vitals", "hr"].place.startswith("mappings/clinics/bloom.yaml:")
    screener = "instruments/c-ssrs-screener-recent"
    assert found[screener, "about", "scores", "total", "bands", "4..6"].new == "high"
    assert not [path for path in found if path[0] not in ("base", "vitals", screener, "forms/spravato-rems-pmf", "layout")]


def test_a_file_that_is_not_yaml_is_refused():
    """Texts that cannot be read have no lines."""
    with pytest.raises(Diagnostics):
        difference.lines(product(), changed("vitals.yaml", "fields:", "fields: ["))


def test_the_effects_name_resource_and_element():
    """A line's change shows at each element that it changes, list elements paired by the line that writes them; all else is equal."""
    new = library.check(
        changed("vitals.yaml", "    bodySite: $cuff_site\n", "    bodySite: $cuff_site\n    interpretation.text: = $note\n")
    )
    assert difference.effects(mappings(), new, {"reading": ("vitals", {**READING, "note": "left"})}) == [
        Effect("reading", "+", "Observation/v-1.bp Observation.interpretation", "", '[{"text":"left"}]')
    ]
    other = library.check(changed("base.yaml", 'mm[Hg]": mmHg | mm Hg', 'mm[Hg]": mm Hg | mmHg'))
    assert [(one.sign, one.at, one.old, one.new) for one in difference.effects(mappings(), other, {"reading": ("vitals", READING)})] == [
        ("~", f"Observation/v-1.bp Observation.component[{at}].valueQuantity.unit", '"mmHg"', '"mm Hg"') for at in (0, 1)
    ]


def test_a_resource_that_comes_or_goes_is_told_whole():
    """A shape that a side lacks is one effect with the resource."""
    with_rate = {**READING, "heart_rate": Number("70")}
    new = library.check(changed("vitals.yaml", "  hr:\n", "  pulse:\n    formerly: hr\n"))
    assert [(one.sign, one.at) for one in difference.effects(mappings(), new, {"reading": ("vitals", with_rate)})] == [
        ("-", "Observation/v-1.hr"),
        ("+", "Observation/v-1.pulse"),
    ]


def test_an_example_that_one_side_refuses_says_why():
    """A record that no longer is valid is told with its field, not left out; a base of its own is no effect."""
    found = difference.effects(
        mappings(), mappings("bloom"), {"one": ("vitals", {**READING, "pain_0_10": Number("1")}), "two": ("vitals", READING)}
    )
    assert [(one.example, one.sign, one.old, one.new) for one in found] == [("one", "-", "", "pain_0_10: there is no field `pain_0_10`")]
