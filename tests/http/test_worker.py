"""What never becomes a request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.http import send
from tests.support.server import Server, serving


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x00\xff\r\n\r\n", 400),
        (b"GET / nothing\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno header\r\n\r\n", 400),
        (b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 1000 + b"\r\n", 431),
    ],
)
def test_bytes_that_are_no_request_are_refused_as_fhir(server: Server, data: bytes, status: int) -> None:
    """What gunicorn would answer with HTML that repeats the input is an OperationOutcome that does not."""
    head, _, body = server.raw(data).partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Content-Type: application/fhir+json" in head
    assert json.loads(body)["resourceType"] == "OperationOutcome"


def test_the_server_lives_on(server: Server) -> None:
    """A connection that is closed without a word, or in the middle of a request, is nobody else's trouble."""
    assert server.raw(b"") == b""
    assert server.raw(b"GET / HT") == b""
    assert send(server, "GET", "/livez").status == 200


def test_a_silent_client_is_given_up(tmp_path: Path) -> None:
    """Who stops in the middle of a request does not keep a thread for good: half a body is refused, half a head is closed."""
    with serving(tmp_path, "--config=python:tests.support.impatient") as impatient:
        head = b"POST /kap/convert HTTP/1.1\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 9\r\n\r\n"
        assert b"the body did not come whole" in impatient.raw(head + b"{", whole=False)
        assert impatient.raw(b"GET / HT", whole=False) == b""
