"""The page of a record kind says what the mapping does, and leaves nothing out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

import pytest

from service.fhir.json import Value
from service.mapping.pages.folder import pages
from service.records.fields import Fields
from tests.support import generate
from tests.support.mappings import KINDS, mappings, written

PROFILE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-heart-rate"
PAGES = pages(mappings())


def row(page: str, first: str) -> list[str]:
    """The cells of the row whose first cell is this one."""
    line = next(line for line in PAGES[f"records/{page}"].splitlines() if line.startswith(f"| {first} |"))
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[2:-1]]


def looped(kind: str) -> set[str]:
    """The fields that a loop wrote."""
    return {one.name for one in mappings().kinds[kind].fields.by_name.values() if "<" in one.span.text}


def test_a_field_stands_with_its_element_and_unit() -> None:
    """A value's row has its type and range, its element with the unit and the shape, where others have it, and its rules."""
    kind, places, _ = row("vitals.md", "`bp_systolic`")
    assert kind == "decimal 20..350"
    assert places.split("; ") == [
        "`Observation.component[systolic].valueQuantity` in `mm[Hg]` (bp)",
        "read as well at `Observation.valueQuantity` in `mm[Hg]` (systolic-alone)",
    ]
    assert row("vitals.md", "`temperature_unit`") == [
        "`C`, `F`",
        "`Observation.valueQuantity`, its unit (temp)",
        "together with `temperature`",
    ]


def test_a_field_means_what_its_line_says() -> None:
    """Without a `means` clause the comment on the line is the meaning, also that of a list."""
    assert row("session.md", "`others`") == ["list of records", "one `Encounter.participant` each", "who else took part"]


def test_an_element_of_every_resource_of_its_type_is_named_once() -> None:
    """The subject of all Observations of a reading is one place, with what it refers to."""
    assert row("vitals.md", "`client_id`") == ["id", "`Observation.subject` → Patient", "required"]


def test_what_stays_in_the_clinic_says_so() -> None:
    """A field that never leaves has no element, and its reason."""
    assert row("session.md", "`notes`") == ["text", "", "stays: psychotherapy process notes never leave the clinic"]


def test_a_value_of_an_item_is_named_behind_its_list() -> None:
    """What a code stands for names the list, since several lists have fields of one name."""
    assert "`screening.answer = no`" in row("session.md", "loinc#LA32-8")[1]


def test_an_echo_is_where_the_value_is_repeated() -> None:
    """A value that stands again elsewhere names both, each with its words."""
    assert row("patient.md", "`sex`")[1] == "`Patient.gender` (`M` as `male`, `F` as `female`, `X` as `other`, `U` as `unknown`)"
    assert "repeated at `Procedure.performedPeriod.start`" in row("session.md", "`started_at`")[1]


def test_a_resource_has_type_profile_condition_and_mark() -> None:
    """A resource's row links its type and profile, says when it is written, and by what it is known."""
    assert row("vitals.md", "`hr`") == [
        f"[Observation](http://hl7.org/fhir/R4/observation.html), [us-core-heart-rate]({PROFILE})",
        "when `heart_rate`",
        "`code` `loinc#8867-4`",
        "`category` `obs-category#vital-signs`",
    ]
    assert row("vitals.md", "`systolic-alone`")[1] == "never first: it is another form of `bp`"


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_a_row(kind: str) -> None:
    """Each field, and each field of a list, begins a row or lies between the ends of one that a loop wrote."""
    rows = set(re.findall(r"^\| (`\S+`) \|", PAGES[f"records/{kind}.md"], re.MULTILINE))
    assert {f"`{name}`" for name in names(mappings().kinds[kind].fields) if name not in looped(kind)} <= rows


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not looped(kind)])
def test_every_code_that_is_written_has_its_evidence(kind: str) -> None:
    """Each code in the resources of generated records has a row with its line of `codes.tsv`; what a loop writes has pages of its own."""
    mapped = mappings()
    systems = {url: name for name, url in mapped.vocabulary.systems.items()}
    for number in range(20):
        for system, code in codings(written(mapped, kind, generate.record(mapped.kinds[kind], Random(number)))):
            if evidence := mapped.vocabulary.evidence.get((system, code)):
                cells = row(f"{kind}.md", f"{systems[system]}#{code}")
                assert (cells[0], cells[2]) == (evidence.display.replace("|", "\\|"), f"{evidence.confidence}: {evidence.seen}".strip())


def names(fields: Fields) -> Iterator[str]:
    """The names of fields, those of items behind their list's."""
    for name, field in fields.by_name.items():
        yield name
        yield from (f"{name}.{inner}" for inner in (field.items.by_name if field.items else ()))


def codings(value: Value) -> Iterator[tuple[str, str]]:
    """Every coding in a JSON value."""
    if isinstance(value, dict):
        if {"system", "code"} <= value.keys():
            yield value["system"], value["code"]
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from codings(inner)
