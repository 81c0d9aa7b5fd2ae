"""All errors of all files are told in one run, each once, and none that only follows from another."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.diagnostics.diagnostic import Diagnostics
from service.mapping import library
from service.mapping.library import Texts
from tests.messages import pages

BASE = pages.base()


def errors(**changes: tuple[str, str] | str) -> list[tuple[str, str]]:
    """File and code of each error after changes: a whole text, or a part and what takes its place."""
    files = {**BASE, **{f"{name}.yaml": _changed(f"{name}.yaml", change) for name, change in changes.items()}}
    with pytest.raises(Diagnostics) as raised:
        library.check(Texts("mappings", files))
    return [(Path(one.span.source.name).stem, one.code) for one in raised.value.found]


def _changed(name: str, change: tuple[str, str] | str) -> str:
    if isinstance(change, str):
        return change
    assert BASE[name].count(change[0]) == 1
    return BASE[name].replace(*change)


UNKNOWN_FIELD = ("$weight 'kg'", "$wieght 'kg'")
NO_YAML = ("$birth_date", "{$birth_date")
LOST = ("; together with amount", "")
FEW_LINES = ("    birthDate: $birth_date\n", "")


def test_unknown_names_in_two_files_are_both_told() -> None:
    """The first file with an error does not hide the second."""
    assert errors(reading=UNKNOWN_FIELD, dose=("$substance", "$substnce")) == [("dose", "KAP102"), ("reading", "KAP102")]


def test_a_file_that_is_no_yaml_does_not_hide_the_errors_of_others() -> None:
    """The other record kinds are checked without it, and nobody misses it among their children."""
    assert errors(patient=NO_YAML, reading=UNKNOWN_FIELD) == [("patient", "KAP001"), ("reading", "KAP102")]
    assert errors(patient=NO_YAML, reading=("status: final", "status: 'final")) == [("patient", "KAP001"), ("reading", "KAP001")]
    assert errors(reading=("status: final", "status: 'final")) == [("reading", "KAP001")]


def test_an_unknown_name_in_one_file_does_not_hide_a_lost_value_in_another() -> None:
    """A mapping whose names are all known is proved, whatever is wrong elsewhere."""
    assert errors(reading=UNKNOWN_FIELD, dose=LOST, patient=FEW_LINES) == [
        ("dose", "KAP301"), ("dose", "KAP301"), ("patient", "KAP130"), ("reading", "KAP102"),
    ]  # fmt: skip


def test_yaml_names_and_proofs_are_told_together() -> None:
    """Three files with three kinds of fault give three errors."""
    unused = ("  ended_at:   dateTime\n", "  ended_at:   dateTime\n  remark:     text\n")
    assert errors(patient=NO_YAML, reading=UNKNOWN_FIELD, dose=unused) == [
        ("dose", "KAP130"), ("patient", "KAP001"), ("reading", "KAP102"),
    ]  # fmt: skip


def test_a_key_that_stands_twice_does_not_hide_the_rest_of_its_file() -> None:
    """The file is read with the first of the two, and its other errors are told as well."""
    text = BASE["reading.yaml"].replace("\nrules:", "  weight: decimal\n\nrules:").replace(*UNKNOWN_FIELD)
    assert errors(reading=text) == [("reading", "KAP003"), ("reading", "KAP102")]


def test_a_broken_base_is_told_alone() -> None:
    """Any name may stand in base.yaml, so that without it all others would seem wrong."""
    assert errors(base=("/min: /min", "/min: '/min"), reading=UNKNOWN_FIELD) == [("base", "KAP001")]


def test_a_field_without_a_type_is_told_once() -> None:
    """The lines that use it are not wrong."""
    assert errors(reading=("weight:     decimal 0..500", "weight:     kilograms")) == [("reading", "KAP116")]


def test_a_misspelt_section_is_told_once() -> None:
    """What stands in it is not missing."""
    assert errors(base=("units:", "unit:")) == [("base", "KAP101")]


def test_a_broken_concept_is_told_once_however_often_it_is_used() -> None:
    """The error points to base.yaml, not to the lines."""
    assert errors(base=('loinc#8867-4 "Heart rate"', 'loinc#8867-4 "Heart rat"')) == [("base", "KAP123")]


def test_a_file_that_is_not_utf_8_is_told_with_its_place(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are an error at the line and column where they stand, behind other letters, too."""
    for name, text in BASE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(text.encode())
    (tmp_path / "dose.yaml").write_bytes("# größe\n# ".encode() + b"\xff\n" + BASE["dose.yaml"].encode())
    with pytest.raises(Diagnostics) as raised:
        library.load(tmp_path)
    [one] = raised.value.found
    assert (one.code, one.span.place) == ("KAP002", f"{tmp_path.name}/dose.yaml:2:3")


def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path: Path) -> None:
    """Files that an editor saved with a byte order mark, and with the line ends of Windows, load."""
    for name, text in BASE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert library.load(tmp_path).kinds.keys() == {"dose", "form", "patient", "reading"}


def test_a_missing_folder_or_clinic_is_no_mapping_error(tmp_path: Path) -> None:
    """What is not there is said by its name."""
    with pytest.raises(FileNotFoundError, match=r"base\.yaml"):
        library.load(tmp_path)
    (tmp_path / "base.yaml").write_text("base: https://x.example.org\n")
    with pytest.raises(FileNotFoundError, match=r"clinics/north\.yaml"):
        library.load(tmp_path, "north")
