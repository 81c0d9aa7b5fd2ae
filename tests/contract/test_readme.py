"""The README's example: its commands are run, and answer what it says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

from tests.contract.repository import ROOT, run, text

BLOCKS = re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", text("README.md"), re.MULTILINE | re.DOTALL)


def test_the_example_is_true(tmp_path: Path) -> None:
    """Each command, given the files before it, answers the JSON that stands after it, and tells the lines below it."""
    answers: list[Any] = []
    for language, name, block in BLOCKS:
        if name:
            (tmp_path / name).write_text(block)
        elif language == "console":
            *_, command = (line[2:] for line in block.splitlines() if line.startswith("$ "))
            made = run(*shlex.split(command), "--mappings", str(ROOT / "mappings"), cwd=tmp_path)
            assert made.stderr.decode().splitlines() == [line for line in block.splitlines() if not line.startswith("$ ")]
            answers.append(read(made.stdout))
        elif language == "json":
            assert holds(answers[-1], read(block))
    assert len(answers) == 2


def test_the_mapping_is_true() -> None:
    """The lines of YAML stand so in the mapping that the README names."""
    (shown,) = (block for language, _, block in BLOCKS if language == "yaml")
    assert shown in text("mappings/vitals.yaml")


def read(data: str | bytes) -> Any:
    """JSON with the text of its numbers."""
    return json.loads(data, parse_float=str, parse_int=str)


def holds(answer: Any, shown: Any) -> bool:
    """Whether an answer has what is shown of it; lists are shown whole."""
    if isinstance(shown, dict):
        return all(name in answer and holds(answer[name], value) for name, value in shown.items())
    if isinstance(shown, list):
        return len(answer) == len(shown) and all(map(holds, answer, shown))
    return answer == shown
