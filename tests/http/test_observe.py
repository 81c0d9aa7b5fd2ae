"""Request ids, and a log without patient data."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from service.http import observe
from tests.http.conftest import MAX_BODY
from tests.support.http import FHIR, JSON, LINES, body, record, send
from tests.support.server import Server


def log(server: Server, request: str) -> list[dict[str, Any]]:
    """The lines about a request; they are written when the answer has been sent."""
    for _ in range(50):
        lines = [json.loads(line) for line in server.log.read_text().splitlines()]
        if found := [line for line in lines if line.get("request") == request]:
            return found
        time.sleep(0.05)
    return []


def test_every_answer_is_one_line(server: Server) -> None:
    """The log tells method, route, status, time, bytes and request id of an answer, as one line of JSON."""
    answer = send(
        server, "POST", "/kap/convert/vitals?server=https://ehr.example.org", body("vitals"), {**JSON, "X-Request-Id": "one-line"}
    )
    (line,) = log(server, "one-line")
    assert line.pop("time").endswith("+00:00")
    assert 0 <= line.pop("ms") < 10_000
    assert line == {
        "level": "info",
        "event": "answered",
        "method": "POST",
        "route": "/kap/convert/{kind}",
        "status": 200,
        "bytes": len(answer.body),
        "request": "one-line",
    }


def test_a_probe_that_is_well_is_no_news(server: Server) -> None:
    """An orchestrator's probes leave no line; the request after them does."""
    send(server, "GET", "/livez", headers={"X-Request-Id": "probe"})
    send(server, "GET", "/", headers={"X-Request-Id": "after-the-probe"})
    assert log(server, "after-the-probe")
    assert "probe" not in {json.loads(line).get("request") for line in server.log.read_text().splitlines()}


def test_an_answer_in_pieces_is_counted_whole(server: Server) -> None:
    """The bytes of NDJSON are those of all lines."""
    line = body("vitals") + b"\n"
    answer = send(server, "POST", "/kap/convert/vitals", line * (MAX_BODY // len(line)), {**LINES, "X-Request-Id": "pieces"})
    assert answer.status == 200
    assert log(server, "pieces")[0]["bytes"] == len(answer.body) > 65536


def test_the_log_has_no_patient_data(server: Server) -> None:
    """Nothing that a request holds is in the log or among the server's messages, be it in body, path, query, method or headers."""
    secret = "Okafor-1986"
    data = json.dumps({"client_id": secret, secret: secret, "family": secret}).encode()
    send(server, "POST", "/kap/convert/patient", data, JSON)
    send(server, "POST", "/kap/convert/patient", b'{"family": "' + secret.encode(), JSON)
    send(server, "POST", "/kap/convert/patient", data + b"\n" + data, LINES)
    send(server, "POST", "/kap/convert", json.dumps({"resourceType": "Patient", "id": secret, "name": [{"family": secret}]}).encode(), FHIR)
    send(server, "GET", f"/{secret}")
    send(server, "GET", f"/kap/schema/{secret}?{secret}={secret}")
    send(server, "POST", f"/kap/convert?key={secret}", b"{}", {**FHIR, "X-Request-Id": f"<{secret}>", "Accept": secret})
    send(server, secret.upper(), "/")
    server.raw(f"GET /{secret} now HTTP/1.1\r\n\r\n".encode())
    server.raw(f"POST /{secret} HTTP/1.1\r\n{secret}: \x01\r\nContent-Length: {secret}\r\n\r\n".encode())
    send(server, "GET", "/", headers={"X-Request-Id": "after-all"})
    assert log(server, "after-all")
    written = (server.log.read_text() + server.errors.read_text()).lower()
    assert secret.lower() not in written
    assert "traceback" not in written
    assert '"event": "refused"' in written


@pytest.mark.parametrize("sent", ["a", "3f0c-7d.E_1", "x" * 64])
def test_a_plain_request_id_is_kept(server: Server, sent: str) -> None:
    """The client's id comes back in the answer."""
    assert send(server, "GET", "/livez", headers={"X-Request-Id": sent}).headers["x-request-id"] == sent


@pytest.mark.parametrize("sent", ["", "x" * 65, "a b", 'a"b', "{}", "é"])
def test_any_other_request_id_is_replaced(sent: str) -> None:
    """What could be read as something else in a log, or is long, gets a new id."""
    made = observe.request_id(sent)
    assert made != sent
    assert observe.request_id(made) == made


def test_a_defect_is_logged_by_its_place_alone(caplog: pytest.LogCaptureFixture) -> None:
    """Of an exception the log tells the class and the lines of our code, not the message, in which a record may stand."""
    try:
        observe.request_id(record)  # type: ignore[arg-type]
    except TypeError as error:
        failure = error
    observe.LOG.propagate = True
    observe.failed(failure, "r-1")
    (entry,) = caplog.records
    line = json.loads(observe.JsonLines().format(entry))
    assert (line["level"], line["event"], line["error"], line["request"]) == ("error", "failed", "TypeError", "r-1")
    assert [place.rpartition(":")[0] for place in line["at"]] == ["service/http/observe.py"]
    assert "function" not in str(line)
