"""gunicorn's entry point: it starts, or says why not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.mappings import FOLDER
from tests.support.server import COMMAND


def start(*command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """A start that is meant to fail."""
    told = {**os.environ, "KAP_MAPPINGS": str(FOLDER), **environ}
    return subprocess.run(command, cwd=FOLDER.parent, env=told, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def misspelt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mappings folder with a misspelt element."""
    folder = tmp_path_factory.mktemp("kap") / "mappings"
    shutil.copytree(FOLDER, folder)
    vitals = folder / "vitals.yaml"
    vitals.write_text(vitals.read_text().replace("valueQuantity: $heart_rate", "valueQuantty: $heart_rate"))
    return folder


@pytest.mark.parametrize(
    "command", [(sys.executable, "-c", "import service.wsgi"), (*COMMAND, "--bind=127.0.0.1:0")], ids=["import", "gunicorn"]
)
def test_wrong_mappings_are_told_and_nothing_is_served(command: tuple[str, ...], misspelt: Path) -> None:
    """A mappings folder with an error ends the start with its diagnostics, an exit code that is not 0, and no stack trace."""
    ended = start(*command, KAP_MAPPINGS=str(misspelt))
    assert ended.returncode != 0
    assert "error[KAP104]: `valueQuantty` is not an element of Observation" in ended.stderr
    assert "--> mappings/vitals.yaml:" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_missing_folder_is_told() -> None:
    """A folder that is not there is named by what is missing in it."""
    ended = start(sys.executable, "-c", "import service.wsgi", KAP_MAPPINGS="nowhere")
    assert (ended.returncode, ended.stderr) == (1, "the mappings cannot be read: nowhere/base.yaml\n")


def test_wrong_settings_are_told() -> None:
    """A setting that has not its form is told by its variable."""
    ended = start(sys.executable, "-c", "import service.wsgi", KAP_MAX_BODY="much")
    assert (ended.returncode, ended.stderr) == (1, "KAP_MAX_BODY is `much`, but must be a number of bytes above 0\n")
