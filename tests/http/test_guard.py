"""Limits of a body, on a real server."""

from __future__ import annotations

import socket
import time

import pytest

from service.http.guard import BYTES_PER_VALUE
from service.http.worker import SILENCE
from tests.http.conftest import MAX_BODY, MAX_LINE
from tests.support.http import FHIR, JSON, LINES, body, send
from tests.support.server import Server

MOST = MAX_BODY // BYTES_PER_VALUE
TO_FHIR = "/kap/convert/vitals"
HEAD = b"POST /kap/convert/vitals HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"


def test_a_long_body_is_refused_before_it_is_sent(server: Server) -> None:
    """A Content-Length above the limit is a 413 at once: nothing of the body has been sent yet."""
    answer = server.raw(HEAD + b"Content-Length: %d\r\n\r\n" % (MAX_BODY + 1), whole=False)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert f"more than {MAX_BODY} bytes".encode() in answer


@pytest.mark.parametrize("length", [MAX_BODY - 1, MAX_BODY])
def test_a_body_within_the_limit_is_read(server: Server, length: int) -> None:
    """The limit itself is still allowed."""
    assert send(server, "POST", TO_FHIR, b"[" + b" " * (length - 2) + b"]", JSON).status == 200


def test_a_long_body_in_chunks_is_refused_while_it_is_read(server: Server) -> None:
    """A body without a length is a 413 as soon as it has passed the limit: this one never ends."""
    chunk = b"%x\r\n%b\r\n" % (MAX_BODY, b" " * MAX_BODY)
    answer = server.raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk, whole=False)
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_short_body_in_chunks_is_read(server: Server) -> None:
    """Chunks make no difference to what is converted."""
    whole, data = send(server, "POST", TO_FHIR, body("vitals"), JSON), body("vitals")
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in data) + b"0\r\n\r\n"
    answer = server.raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks, whole=False)
    assert answer.endswith(whole.body)
    assert whole.status == 200


def test_a_long_line_is_refused_by_its_number(server: Server) -> None:
    """A line of NDJSON above the limit is a 413 that names it; nothing is converted."""
    answer = send(server, "POST", TO_FHIR, body("vitals") + b"\n" + b" " * MAX_LINE + b"\n{}\n", LINES)
    assert answer.status == 413
    assert answer.issues[0]["details"]["text"] == f"line 2 has more than {MAX_LINE} bytes"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[" * 3_000, "nested deeper than 64 levels"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "nested deeper than 64 levels"),
        (b"[" + b"9" * 65 + b"]", "a number has more than 64 characters"),
        (b'{"record_id": 1e' + b"0" * 30_000 + b"}", "a number has more than 64 characters"),
    ],
    ids=["open brackets", "objects", "digits", "exponent"],
)
@pytest.mark.parametrize(("path", "headers"), [(TO_FHIR, JSON), ("/kap/convert", FHIR)])
def test_depth_and_digits_are_limited(server: Server, path: str, headers: dict[str, str], data: bytes, message: str) -> None:
    """What would cost a parser its stack or its time is a 400 before anything is parsed."""
    answer = send(server, "POST", path, data, headers)
    assert (answer.status, answer.issues[0]["details"]["text"]) == (400, message)


@pytest.mark.parametrize(
    ("data", "headers"),
    [(b"[" + b"{}," * MOST + b"{}]", JSON), (b'{"a": [' + b"1," * MOST + b"1]}", JSON), (b"\n" * (MOST + 1), LINES)],
    ids=["objects", "numbers", "lines"],
)
def test_more_values_than_a_body_needs_are_refused(server: Server, data: bytes, headers: dict[str, str]) -> None:
    """A body made of next to nothing, of which much would be made, is a 413, be it short enough or not."""
    assert len(data) < MAX_BODY
    answer = send(server, "POST", TO_FHIR, data, headers)
    assert (answer.status, answer.issues[0]["details"]["text"]) == (413, f"the body has more than {MOST} values")


def test_a_line_that_is_too_deep_fails_alone(server: Server) -> None:
    """Depth and digits of NDJSON are those of the line: the others are converted."""
    answer = send(server, "POST", TO_FHIR, b"\n".join([body("vitals"), b"[" * 500, b"9" * 500, body("vitals")]), LINES)
    assert [one["resourceType"] for one in answer.lines] == ["Bundle", "OperationOutcome", "OperationOutcome", "Bundle"]
    assert [one["issue"][0]["details"]["text"].split(":")[0] for one in answer.lines[1:3]] == ["line 2", "line 3"]


@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Length: 500\r\n\r\n[]",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n[]\r\n0\r\n\r\n",
    ],
    ids=["length", "no last chunk", "no number"],
)
def test_a_body_that_is_cut_off_is_refused(server: Server, rest: bytes) -> None:
    """Half a body is never taken for a whole one, even where it is JSON."""
    answer = server.raw(HEAD + rest)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"the body did not come whole" in answer


def test_slow_clients_do_not_stop_others(server: Server) -> None:
    """While fifty clients, more than one process has threads for, keep their bodies to themselves, others do not wait for them."""
    slow = [socket.create_connection(server.address, timeout=10) for _ in range(50)]
    try:
        for one in slow:
            one.sendall(HEAD + b"Content-Length: 100\r\n\r\n[")
        time.sleep(0.3)
        started = time.monotonic()
        assert send(server, "POST", TO_FHIR, body("vitals"), JSON).status == 200
        assert time.monotonic() - started < SILENCE / 3
    finally:
        for one in slow:
            one.close()
