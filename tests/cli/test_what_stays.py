"""What `stays` in the clinic, psychotherapy process notes first of all, is in nothing that a command says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service.fhir import json
from tests.cli.run import kap
from tests.support.http import record
from tests.support.mappings import FOLDER, SERVER
from tests.support.staying import SECRET, STAYING, accepted, refused, secretive


def told(*arguments: str | Path) -> tuple[int, str]:
    """The exit status of a command, and all that it says."""
    result = kap(*arguments)
    return result.exit_code, result.stdout + result.stderr


def test_process_notes_stay():
    """The field that matters most is among those that are tried here."""
    assert ("session", "notes") in STAYING


@pytest.mark.parametrize(("kind", "field"), STAYING)
@pytest.mark.parametrize("command", [["convert"], ["convert", "--pretty"], ["convert", "--server", SERVER], ["explain"]], ids=" ".join)
def test_no_conversion_and_no_explanation_tells_it(kind, field, command, tmp_path):
    """Whether the record is taken or refused."""
    file = tmp_path / "record.json"
    for name, data in accepted(secretive(kind, field)).items():
        file.write_bytes(data)
        status, said = told(*command, kind, file)
        assert status == 0 or (command == ["explain"] and name == "in a list"), said
        assert SECRET not in said, name
    for name, data in refused(secretive(kind, field), field).items():
        file.write_bytes(data)
        status, said = told(*command, kind, file)
        assert status, name
        assert SECRET not in said, name


@pytest.mark.parametrize(("kind", "field"), STAYING)
def test_no_lines_and_no_bundle_tell_it(kind, field, tmp_path):
    """Nor NDJSON with taken and refused lines, nor a Bundle in which the record stands beside another."""
    whole = secretive(kind, field)
    lines = tmp_path / "records.ndjson"
    lines.write_bytes(b"".join(one + b"\n" for one in (json.write(whole), *refused(whole, field).values())))
    status, said = told("convert", kind, lines)
    assert status == 1
    assert SECRET not in said
    (tmp_path / "beside.json").write_bytes(json.write(whole))
    (tmp_path / "event.json").write_bytes(json.write(record("adverse_event")))
    status, said = told("convert", "--with", f"{kind}={tmp_path / 'beside.json'}", "adverse_event", tmp_path / "event.json")
    assert status == 0, said
    assert SECRET not in said


def test_no_comparison_and_no_pair_tells_it(tmp_path):
    """`diff` shows what a change does to the examples, `test` how a pair differs: of an example with notes, neither shows them."""
    folder = shutil.copytree(FOLDER, tmp_path / "mappings")
    pair = folder / "examples" / "session" / "ordinary.record.json"
    pair.write_bytes(json.write({**json.read(pair.read_bytes()), "notes": SECRET}))
    file = folder / "session.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("    class: $place\n", "    class: $place\n    priority.text: routine\n"), encoding="utf-8")
    status, said = told("diff", FOLDER, "--mappings", folder)
    assert status == 0, said
    assert "session/ordinary" in said
    assert "routine" in said
    assert SECRET not in said
    status, said = told("test", "--mappings", folder)
    assert status == 1
    assert "session/ordinary" in said
    assert SECRET not in said
