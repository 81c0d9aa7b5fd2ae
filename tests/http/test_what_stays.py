"""What `stays` in the clinic is in no answer and in no log."""

from __future__ import annotations

import time

import pytest

from service.fhir import json
from tests.support.http import JSON, LINES, send
from tests.support.mappings import SERVER
from tests.support.server import Server
from tests.support.staying import SECRET, STAYING, accepted, refused, secretive


@pytest.mark.parametrize(("kind", "field"), STAYING)
@pytest.mark.parametrize("query", ["", f"?server={SERVER}"])
def test_no_answer_and_no_log_tells_it(kind: str, field: str, query: str, server: Server) -> None:
    """In JSON and NDJSON, taken or refused, for our server and for another: not in body or headers, not in the log."""
    whole = secretive(kind, field)
    good, bad = accepted(whole), refused(whole, field)
    for name, data in {**good, **bad}.items():
        answer = send(server, "POST", f"/kap/convert/{kind}{query}", data, JSON)
        assert (answer.status == 200) == (name in good), name
        assert SECRET not in f"{answer.headers}{answer.body!r}", name
    lines = b"".join(one + b"\n" for one in (json.write(whole), *bad.values()))
    answer = send(server, "POST", f"/kap/convert/{kind}{query}", lines, LINES)
    assert answer.status == 200
    assert SECRET not in f"{answer.headers}{answer.body!r}"
    send(server, "POST", f"/kap/convert/{SECRET}?{SECRET}={SECRET}", json.write(SECRET), {**JSON, "X-Request-Id": "the-last"})
    for _ in range(50):
        if "the-last" in server.log.read_text():
            break
        time.sleep(0.05)
    assert "the-last" in server.log.read_text()
    assert SECRET not in server.log.read_text() + server.errors.read_text()
