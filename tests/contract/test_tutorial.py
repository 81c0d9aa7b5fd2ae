"""The tutorial in mappings/README.md: its files are written, its changes made, its commands run, and all it shows is so."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.contract.repository import ROOT, text
from tests.contract.test_readme import holds, read

BLOCKS = re.findall(r"^```(\w+) ?(.*?)\n(.*?)^```$", text("mappings/README.md"), re.MULTILINE | re.DOTALL)
CHANGE = re.compile(r"(below|instead of) `(.+)` in (\S+)")
COMMANDS = 9


def test_the_tutorial_is_true(tmp_path: Path) -> None:
    """A reader who does what the page says sees what it shows, in a copy of the mappings as they are."""
    shutil.copytree(ROOT / "mappings", tmp_path / "mappings")
    answer, commands = "", 0
    for language, what, block in BLOCKS:
        if language == "console":
            commands += block.count("$ ")
            answer = shell(block, tmp_path)
        elif language == "json" and what:
            (tmp_path / what).write_text(block)
        elif language == "json":
            assert holds(read(answer), read(block))
        elif change := CHANGE.fullmatch(what):
            edit(tmp_path / "mappings" / change[3], change[1], change[2], block)
        elif what.startswith("in "):
            assert block in (tmp_path / "mappings" / what[3:]).read_text()
        else:
            (tmp_path / "mappings" / what).write_text(block)
    assert commands == COMMANDS


def edit(path: Path, how: str, line: str, block: str) -> None:
    """Put a block below the only line that reads so, or instead of it."""
    lines = path.read_text().splitlines(keepends=True)
    (place,) = (number for number, one in enumerate(lines) if one.strip() == line)
    lines[place : place + 1] = [lines[place], block] if how == "below" else [block]
    path.write_text("".join(lines))


def shell(block: str, folder: Path) -> str:
    """Run the commands of a block as a shell would; what they print must be the lines below them, where `…` stands for anything."""
    given = "\n".join(line[2:] for line in block.splitlines() if line.startswith("$ "))
    shown = "\n".join(line for line in block.splitlines() if not line.startswith("$ "))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(["bash", "-c", given], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)
    printed = done.stdout + done.stderr
    if shown:
        assert re.fullmatch(re.escape(shown).replace("…", ".*"), printed.strip(), re.DOTALL), printed
    return done.stdout
