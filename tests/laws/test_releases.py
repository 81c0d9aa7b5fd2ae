"""R15 and law 6: what was released may be renamed, never forgotten, and what an earlier version wrote is still read."""

from __future__ import annotations

import re
from random import Random

import pytest

from service.diagnostics.diagnostic import Diagnostics
from service.mapping import library, release
from service.mapping.library import Library, Texts
from tests.laws.conftest import SEED
from tests.support import generate
from tests.support.mappings import CLINICS, FOLDER, mappings, plain, read, shown, written

RENAMED = "anew"
NOT_FREE = ("", "ae-severity", "ae-outcome")
"""Systems of words and of codes that R4 prescribes: no other code may stand there."""

OLD = mappings()
LOCK = release.lock(OLD)
FILES = {**library.read(FOLDER).files, "released.lock": LOCK}
RANDOM = Random(SEED)
SHAPES = RANDOM.sample(
    [
        (kind.name, shape.name)
        for kind in OLD.kinds.values()
        for shape in kind.written
        if shape.ending and f"\n  {shape.name}:" in FILES[f"{kind.name}.yaml"]
    ],
    5,
)
CODES = RANDOM.sample(
    [
        (table.name, name)
        for table in OLD.vocabulary.tables.values()
        for name, constant in table.entries.items()
        if "/" not in table.name and all(item.system not in NOT_FREE for alternative in constant.alternatives for item in alternative)
    ],
    5,
)
"""What this run renames."""


def changed(edits: dict[str, list[tuple[str, str]]], lock: str = LOCK) -> Library:
    """The product's mappings with texts of its files replaced, held against the lock of the unchanged ones."""
    files = {**FILES, "released.lock": lock}
    for path, replaced in edits.items():
        for old, new in replaced:
            assert old in files[path], old
            files[path] = files[path].replace(old, new)
    return library.check(Texts("mappings", files))


def codes(error: pytest.ExceptionInfo[Diagnostics]) -> set[str]:
    """The codes of the errors."""
    return {one.code for one in error.value.found}


def comes_home(new: Library, kind: str) -> None:
    """Law 6: what the unchanged mappings write of a record, the changed ones read as that record."""
    record = generate.record(OLD.kinds[kind], RANDOM, OLD.kinds)
    back = read(new, written(OLD, kind, record))
    assert ([one.issues for one in back.orphans], [plain(new, new.kinds[kind], one) for one in shown(back)]) == (
        [],
        [plain(OLD, OLD.kinds[kind], record)],
    )


@pytest.mark.parametrize(("kind", "name"), SHAPES)
def test_a_renamed_shape_names_its_former_name(kind, name):
    """A released shape under another name is refused, unless that shape says `formerly`; then it reads what it wrote before."""
    resources = FILES[f"{kind}.yaml"].partition("\nresources:\n")[2].partition("\nexample:\n")[0]
    renamed = re.sub(rf"(^  |=> |other form of: ){name}\b", rf"\1{RENAMED}", resources, flags=re.MULTILINE)
    with pytest.raises(Diagnostics) as error:
        changed({f"{kind}.yaml": [(resources, renamed)]})
    assert codes(error) == {"KAP335"}
    new = changed({f"{kind}.yaml": [(resources, f"\n{renamed}".replace(f"\n  {RENAMED}:", f"\n  {RENAMED}:\n    formerly: {name}"))]})
    for _ in range(10):
        comes_home(new, kind)


@pytest.mark.parametrize(("table", "name"), CODES)
def test_a_replaced_code_stays_behind_a_bar(table, name):
    """Another code for a released name is refused, unless the old one stands behind a bar; then it is still read."""
    constant = OLD.vocabulary.tables[table].entries[name]
    old, line = str(constant.alternatives[0][0]), FILES["base.yaml"].splitlines()[constant.at.span.line - 1]
    new_code = "kap#left-arm"
    with pytest.raises(Diagnostics) as error:
        changed({"base.yaml": [(line, line.replace(old, new_code))]})
    assert codes(error) == {"KAP336"}
    new = changed({"base.yaml": [(line, line.replace(old, f"{new_code} | {old}"))]})
    for kind in [*OLD.kinds] * 3:
        comes_home(new, kind)


def test_a_new_base_names_its_former_one():
    """Another base url is refused, unless the old one stands under `formerly`; then its ids, codes and extensions are still ours."""
    old = f"base: {OLD.names.base}\n"
    with pytest.raises(Diagnostics) as error:
        changed({"base.yaml": [(old, "base: https://new.example.org/r4\n")]})
    assert codes(error) == {"KAP324"}
    new = changed({"base.yaml": [(old, f"base: https://new.example.org/r4\nformerly: {OLD.names.base}\n")]})
    for kind in [*OLD.kinds] * 3:
        comes_home(new, kind)


def test_a_renamed_kind_names_its_former_name():
    """A record kind under another name is refused, unless it says `formerly`; then it reads what it wrote before."""
    renamed = {"session.yaml": [("adverse_event with", "side_effect with")]}
    shape = [("\n  adverse_event:\n", "\n  side_effect:\n"), ("other form of: adverse_event", "other form of: side_effect")]
    with pytest.raises(Diagnostics) as error:
        changed({**renamed, "adverse_event.yaml": [("record: adverse_event\n", "record: side_effect\n"), *shape]})
    assert codes(error) == {"KAP334"}
    former = ("record: adverse_event\n", "record: side_effect\nformerly: adverse_event\n")
    new = changed({**renamed, "adverse_event.yaml": [former, *shape]})
    record = generate.record(OLD.kinds["adverse_event"], RANDOM)
    back = read(new, written(OLD, "adverse_event", record))
    assert [(one.kind.name, one.values) for one in back.records] == [("side_effect", record)]
    comes_home(new, "session")


def test_a_code_does_not_change_its_meaning():
    """Two names of a table that swap their codes are refused: what was written as one would be read as the other."""
    with pytest.raises(Diagnostics) as error:
        changed(
            {
                "base.yaml": [
                    ("IV: snomed#47625008", "IV: swap"),
                    ("IM: snomed#78421000", "IM: snomed#47625008"),
                    ("IV: swap", "IV: snomed#78421000"),
                ]
            }
        )
    assert codes(error) == {"KAP337"}
    assert any("`IV`" in one.message and "`IM`" in one.message for one in error.value.found)


def test_a_unit_does_not_vanish():
    """Another unit is refused: values that were written would be lost."""
    with pytest.raises(Diagnostics) as error:
        changed({"administration.yaml": [("$weight_kg 'kg'", "$weight_kg '[lb_av]'")]})
    assert codes(error) == {"KAP336"}


def test_a_slice_may_become_the_rest_of_its_list():
    """A released code stays readable where an unsliced line takes the place of its slice, and still writes it."""
    sliced, rest = (
        "doseAndRate[type=ordered].doseQuantity: $dose_mg_per_kg 'mg/kg'",
        "doseAndRate: {type: ordered, doseQuantity: $dose_mg_per_kg 'mg/kg'}",
    )
    new = changed({"administration.yaml": [(sliced, rest)]})
    for _ in range(10):
        comes_home(new, "administration")


def test_a_lock_with_the_marks_of_a_merge_is_refused():
    """A line of a lock that is no fact is an error at that line."""
    with pytest.raises(Diagnostics) as error:
        changed({}, LOCK.replace("kind patient\n", "<<<<<<< ours\nkind patient\nkind\n"))
    assert [(one.code, one.span.source.text[one.span.start : one.span.end]) for one in error.value.found] == [
        ("KAP038", "<<<<<<< ours"),
        ("KAP038", "kind"),
    ]


def test_a_lock_keeps_what_was_ever_written():
    """Releasing changed mappings adds to the lock and forgets nothing; lines in any order, twice or commented say the same."""
    moved = changed({"base.yaml": [("IV: snomed#47625008", "IV: kap#left-arm | snomed#47625008")]})
    lines = set(release.lock(moved).splitlines())
    assert lines > set(LOCK.splitlines())
    assert changed({}, "\n".join([*reversed(LOCK.splitlines()), "", "# a note", "kind patient"])).released == OLD.released | frozenset(
        line for line in LOCK.splitlines() if not line.startswith("#")
    )
    assert release.lock(changed({})) == LOCK


@pytest.mark.parametrize(("clinic", "path"), [("", "released.lock"), *((clinic, f"clinics/{clinic}.lock") for clinic in CLINICS)])
def test_the_locks_are_as_released(clinic, path):
    """The product and each clinic have a lock; every line of it is in the next one, and lines stand sorted."""
    lines = (FOLDER / path).read_text(encoding="utf-8").splitlines()
    assert lines[1:] == sorted(mappings(clinic).released)
    assert set(lines) <= set(release.lock(mappings(clinic)).splitlines())
