"""The image: its Dockerfile is clean, gets what it copies, and the wheel in it is the whole service."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
import zipfile
from pathlib import Path

from tests.contract.repository import BIN, ROOT, run, text


def test_the_dockerfile_is_clean() -> None:
    """hadolint finds nothing, not even advice."""
    linted = run("hadolint", "Dockerfile")
    assert (linted.returncode, linted.stdout.decode()) == (0, "")


def test_the_build_gets_what_it_copies() -> None:
    """Whatever the Dockerfile copies from the repository exists and is let through by `.dockerignore`."""
    copied = {name for line in re.findall(r"^COPY (?!--from)(.*) \S+$", text("Dockerfile"), re.MULTILINE) for name in line.split()}
    let_through = {line[1:] for line in text(".dockerignore").splitlines() if line.startswith("!")}
    assert copied == let_through
    assert all((ROOT / name).exists() for name in copied)


def test_the_wheel_is_whole(tmp_path: Path) -> None:
    """The wheel holds every file of `service`, the packed definitions and `openapi.yaml` included."""
    built = run("pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", f"--wheel-dir={tmp_path}", ".")
    assert built.returncode == 0, built.stderr.decode()
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("service/")}
        assert archive.read("service/http/openapi.yaml") == (ROOT / "openapi.yaml").read_bytes()
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "service").rglob("*") if path.is_file()}
    assert held == {name for name in there if "__pycache__" not in name}


def test_the_image_serves(tmp_path: Path) -> None:
    """The image's command serves and writes no file; its health check passes while it serves, and only then."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    check, serve = (json.loads(one.replace("8080", port)) for one in re.findall(r"^ *CMD (\[.*\])$", text("Dockerfile"), re.MULTILINE))
    assert run(*check).returncode != 0
    environ = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "KAP_MAPPINGS": str(ROOT / "mappings"), "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen([BIN / serve[0], *serve[1:]], cwd=tmp_path, env=environ, stderr=subprocess.DEVNULL) as serving:
        try:
            deadline = time.monotonic() + 60
            while run(*check).returncode and time.monotonic() < deadline:
                assert serving.poll() is None
            assert run(*check).returncode == 0
            assert list(tmp_path.iterdir()) == []
        finally:
            serving.terminate()
    assert serving.returncode == 0
