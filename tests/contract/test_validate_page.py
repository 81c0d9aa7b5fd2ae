"""docs/validate.md: its commands are run and its bodies are sent, and the answers are what it says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

from service.http.app import create_app
from service.http.parameters import MODES
from service.settings import Settings
from tests.cli.run import kap
from tests.contract.repository import text
from tests.support.mappings import FOLDER

BLOCKS = re.findall(r"^```(\w+) ?(.*?)\n(.*?)^```$", text("docs/validate.md"), re.MULTILINE | re.DOTALL)


def test_its_examples_are_true(tmp_path: Path, monkeypatch) -> None:
    """Each command, given the files before it, prints the text after it; each body gets the answer after it."""
    monkeypatch.chdir(tmp_path)
    client = create_app(Settings(mappings=FOLDER)).test_client()
    said = ""
    checked = 0
    for language, name, block in BLOCKS:
        if name.startswith("POST "):
            said = client.post(name[5:], data=block, headers={"Content-Type": "application/fhir+json"}).get_data(as_text=True)
        elif name:
            Path(name).write_text(block)
        elif language == "console":
            words = shlex.split(block.removeprefix("$ kap-fhir "))
            said = kap(*words).stdout
        else:
            assert (json.loads(said) if language == "json" else said) == (json.loads(block) if language == "json" else block)
            checked += 1
    assert checked == 3


def test_it_names_every_mode() -> None:
    """No mode of the operation is without a word."""
    assert all(f"`{mode}`" in text("docs/validate.md") for mode in MODES)
