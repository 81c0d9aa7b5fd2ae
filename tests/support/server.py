"""The service on loopback, as it is run: gunicorn, its threads, its own processes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.support.mappings import FOLDER

COMMAND = [sys.executable, "-m", "gunicorn", "--config=python:service.http.gunicorn"]


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens, and the files that hold its standard output and error."""

    address: tuple[str, int]
    log: Path
    errors: Path

    @property
    def url(self) -> str:
        """Its base URL, without trailing slash."""
        return "http://{}:{}".format(*self.address)

    def raw(self, data: bytes, *, whole: bool = True) -> bytes:
        """What it answers to bytes on a connection of their own; `whole`: they are all that is sent."""
        with socket.create_connection(self.address, timeout=10) as connection:
            connection.sendall(data)
            if whole:
                connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))


@contextmanager
def serving(folder: Path, *options: str, **environ: str) -> Iterator[Server]:
    """A server that is ready; `folder` takes its logs, `options` are gunicorn's."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(listener.getsockname(), folder / "log", folder / "errors")
    command = [*COMMAND, f"--bind=fd://{listener.fileno()}", *options]
    environment = {**os.environ, "KAP_MAPPINGS": str(FOLDER), **environ}
    with listener, server.log.open("wb") as log, server.errors.open("wb") as errors:
        process = subprocess.Popen(
            command, cwd=FOLDER.parent, env=environment, stdout=log, stderr=errors, pass_fds=[listener.fileno()], start_new_session=True
        )
        try:
            _wait(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(20)


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, server.errors.read_text()
        try:
            urlopen(f"{server.url}/readyz", timeout=60).close()
        except (URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(server.errors.read_text())
