from __future__ import annotations

import os
import pty
import subprocess

from service.cli import terminal
from service.fhir import json
from tests.cli.run import COMMAND, ENVIRON, READING, ROOT, lines

RECORDS = lines(*(READING | {"reading_id": f"v-{number}"} for number in range(50)))


def on_terminal(arguments, *, out=False, **more):
    """What a command writes to a terminal as its standard error, or as its standard output (then both)."""
    main, other = pty.openpty()
    environ = {name: value for name, value in {**os.environ, **ENVIRON, "TERM": "xterm"}.items() if name != "NO_COLOR"}
    command = subprocess.Popen(
        [*COMMAND, *map(str, arguments)], stdout=other if out else subprocess.DEVNULL, stderr=other, cwd=ROOT, env=environ, **more
    )
    os.close(other)
    seen = b""
    try:
        while piece := os.read(main, 4096):
            seen += piece
    except OSError:  # the other end is closed
        pass
    os.close(main)
    command.wait(30)
    return seen.decode()


def test_lines_of_a_file_show_a_bar(tmp_path):
    """On a terminal NDJSON shows how far it has come, as long as the answer does not go there, too."""
    file = tmp_path / "in.ndjson"
    file.write_bytes(RECORDS)
    assert "\u2501" in on_terminal(["convert", "vitals", file])
    shown = on_terminal(["convert", "vitals", file], out=True)
    assert "\u2501" not in shown
    assert shown.count('"resourceType":"Bundle"') == 50


def test_an_answer_on_a_terminal_is_indented(tmp_path):
    """On a terminal one answer is indented by default."""
    file = tmp_path / "in.json"
    file.write_bytes(json.write(READING))
    assert '  "resourceType": "Bundle"' in on_terminal(["convert", "vitals", file], out=True)


def test_messages_are_coloured_on_a_terminal(tmp_path):
    """An error is red on a terminal."""
    file = tmp_path / "in.json"
    file.write_bytes(json.write(READING | {"status": "x"}))
    assert "\x1b[31m\x1b[1merror" in on_terminal(["convert", "vitals", file])


def test_a_terminal_without_a_file_is_not_waited_for():
    """With nothing piped in, `convert` asks for a file instead of waiting."""
    main, other = pty.openpty()
    told = subprocess.run(
        [*COMMAND, "convert", "vitals"], stdin=other, capture_output=True, cwd=ROOT, env={**os.environ, **ENVIRON}, timeout=30, check=False
    )
    os.close(main)
    os.close(other)
    assert told.returncode == 2
    assert b"say a FILE, or pipe JSON in" in told.stderr


def test_counts_are_read_easily():
    """One is singular, thousands have a comma."""
    assert [terminal.count(number, "line") for number in (0, 1, 1200)] == ["0 lines", "1 line", "1,200 lines"]


def test_the_colours_do_not_reach_a_pipe(capsys, monkeypatch):
    """In a pipe a message is plain text."""
    monkeypatch.setenv("NO_COLOR", "")
    terminal.tell("error[KAP100]: x\n = help: y")
    assert capsys.readouterr().err == "error[KAP100]: x\n = help: y\n"
