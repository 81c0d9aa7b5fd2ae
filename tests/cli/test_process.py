from __future__ import annotations

import os
import subprocess

from service.fhir import json
from tests.cli.run import COMMAND, ENVIRON, READING, ROOT, lines, process

RECORDS = lines(*(READING | {"reading_id": f"v-{number}"} for number in range(300)))


def test_two_commands_in_a_pipe_give_back_what_went_in():
    """Records to FHIR to records, through a pipe of two processes."""
    environ = {**os.environ, **ENVIRON}
    there = subprocess.Popen([*COMMAND, "convert", "vitals"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=environ)
    back = subprocess.Popen([*COMMAND, "convert"], stdin=there.stdout, stdout=subprocess.PIPE, cwd=ROOT, env=environ)
    there.stdout.close()
    there.stdin.write(RECORDS)
    there.stdin.close()
    came = [json.read(line)["records"][0]["record"] for line in back.stdout]
    back.stdout.close()
    assert lines(*came) == RECORDS
    assert (there.wait(30), back.wait(30)) == (0, 0)


def test_a_reader_that_goes_away_is_no_stack_trace():
    """`kap-fhir convert … | head -1` ends quietly."""
    with subprocess.Popen(
        [*COMMAND, "convert", "vitals"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, **ENVIRON},
    ) as one:
        one.stdout.close()
        try:
            one.stdin.write(RECORDS * 5)
            one.stdin.close()
        except BrokenPipeError:
            pass
        assert one.wait(30) == 1
        assert one.stderr.read() == b""


def test_messages_go_to_standard_error_and_the_status_is_told():
    """A process refuses with exit 1, its reasons on standard error, nothing on standard output."""
    told = process("convert", "vitals", input=json.write(READING | {"status": "x"}))
    assert (told.returncode, told.stdout) == (1, b"")
    assert b"error[KAP403] at status" in told.stderr
    assert b"\x1b[" not in told.stderr


def test_it_starts_from_any_folder(tmp_path):
    """Away from the mappings the command says what is missing, exit 2."""
    environ = {name: value for name, value in {**os.environ, "PYTHONPATH": str(ROOT)}.items() if not name.startswith("KAP_")}
    told = subprocess.run([*COMMAND, "check"], capture_output=True, cwd=tmp_path, env=environ, check=False)
    assert told.returncode == 2
    assert b"there are no mappings in `mappings`" in told.stderr
