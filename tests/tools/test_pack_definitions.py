"""The tables are what tools/pack_definitions.py makes of HL7's packages."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from tests.support.shared import shared

SCRIPT = Path(__file__).parents[2] / "tools" / "pack_definitions.py"


def packer() -> Any:
    """The script as a module."""
    spec = spec_from_file_location("pack_definitions", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_packing_again_gives_the_same_bytes() -> None:
    """Packing the packages again writes the tables that are in the repository, byte for byte."""
    pack = packer()
    made = pack.tables(shared("definitions"))
    assert set(made) == {path.name for path in pack.TABLES.glob("*.ndjson")}
    for name, data in made.items():
        assert data == (pack.TABLES / name).read_bytes(), name


def test_the_directory_must_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a directory the script says how it is called and writes nothing."""
    assert packer().main([]) == 2
    assert "usage:" in capsys.readouterr().err
