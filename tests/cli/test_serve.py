from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from service.fhir import json
from tests.cli.run import COMMAND, ENVIRON, READING_OF_BLOOM, ROOT, kap

DEADLINE = 30


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_the_api_is_served_where_it_says(command, tmp_path):
    """`serve`, and `demo` after its conversion, answer at the address they were given, by the clinic they were given."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    out = tmp_path / "out"
    arguments = [*COMMAND, command, "--bind", address, "--clinic", "bloom"]
    environ = {**os.environ, **ENVIRON}
    with out.open("wb") as file, subprocess.Popen(arguments, cwd=ROOT, env=environ, stdout=file, stderr=file) as server:
        try:
            _wait(f"http://{address}/livez")
            request = urllib.request.Request(
                f"http://{address}/kap/convert/vitals",
                json.write(READING_OF_BLOOM),
                {"Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
                assert json.read(answer.read())["resourceType"] == "Bundle"
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(DEADLINE)
        assert server.returncode == 0
    if command == "demo":
        assert f"http://{address}/openapi.yaml" in out.read_text(encoding="utf-8")


def test_broken_mappings_are_told_before_anything_is_served(tmp_path):
    """`serve` refuses what `check` refuses, with the same words."""
    (tmp_path / "base.yaml").write_text("base: x\n", encoding="utf-8")
    served, checked = (kap(command, "--mappings", tmp_path) for command in ("serve", "check"))
    assert served.exit_code == checked.exit_code == 1
    assert served.stderr == checked.stderr


def _wait(url):
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    pytest.fail(f"nobody answers at {url}")
