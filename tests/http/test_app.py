"""The application as a whole: what every answer has, and what no input can make of it."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.fhir import json
from service.http import app as application
from service.http.app import create_app
from service.http.message import Request, Response
from service.http.routes import ROUTES, Route
from service.mapping.wire import Gateway
from service.settings import Settings
from tests.support.http import FHIR, JSON, KINDS, LINES, body, send
from tests.support.mappings import FOLDER
from tests.support.server import Server, serving

BODIES = {
    "empty": b"",
    "space": b" \n",
    "null": b"null",
    "number": b"1",
    "text": b'"x"',
    "not UTF-8": b'{"family": "\xff\xfe"}',
    "UTF-16": '{"family": "x"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "NUL": b'{"a": "\x00"}',
    "half a surrogate": b'{"a": "\\ud800"}',
    "name twice": b'{"client_id": "a", "client_id": "b"}',
    "not a number": b'{"a": NaN}',
    "half an object": b'{"a": ',
    "two values": b"{} {}",
    "gzip": gzip.compress(b"{}"),
    "list of lists": b"[[[]]]",
    "list of nothing": b"[null, 1, true]",
    "names of nothing": b'{"": {"": [{"": null}]}}',
    "own memory": b'{"_fhir": [{"server": 1}]}',
    "Python": b'{"__class__": "x", "__proto__": {}}',
    "Bundle of itself": b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Bundle", "entry": [{"resource": null}]}}]}',
    "entries of nothing": b'{"resourceType": "Bundle", "entry": [null]}',
    "type of nothing": b'{"resourceType": {}}',
}
ADDRESSES = ["/kap/convert", *(f"/kap/convert/{kind}" for kind in KINDS)]


@pytest.mark.parametrize("headers", [JSON, FHIR, LINES], ids=["JSON", "FHIR", "NDJSON"])
@pytest.mark.parametrize("data", BODIES.values(), ids=BODIES.keys())
def test_no_body_is_a_defect(client: FlaskClient, data: bytes, headers: dict[str, str]) -> None:
    """Whatever is sent, the answer is not a 500, and a refusal is an OperationOutcome."""
    for address in ADDRESSES:
        answer = client.post(address, data=data, headers=headers)
        assert answer.status_code in (200, 400, 415, 422)
        if answer.status_code != 200:
            assert answer.content_type == "application/fhir+json"
            assert json.read(answer.data)["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/kap/convert/../../etc/passwd", 404),
        ("GET", "/kap/schema/%2e%2e/%2e%2e/etc/passwd", 404),
        ("GET", "//kap//schema/vitals", 404),
        ("GET", "/kap/schema/vitals/", 404),
        ("POST", "/kap/convert/", 404),
        ("POST", "/", 405),
        ("GET", "/kap/convert", 405),
        ("DELETE", "/kap/convert/vitals", 405),
        ("OPTIONS", "/kap/convert/vitals", 405),
        ("GET", "/livez?verbose", 400),
        ("GET", "/readyz?x=1", 400),
        ("POST", "/kap/convert?takes_ids=true", 400),
        ("POST", "/kap/convert/vitals", 415),
    ],
)
def test_what_is_not_here_is_told_as_fhir(server: Server, method: str, path: str, status: int) -> None:
    """An address, a method, a parameter or a body that is not served is an OperationOutcome: never HTML, never a redirect."""
    answer = send(server, method, path)
    assert (answer.status, answer.issues[0]["severity"]) == (status, "error")
    assert status != 405 or answer.headers["allow"]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_no_answer_is_in_a_type_that_was_not_asked_for(client: FlaskClient, route: Route) -> None:
    """A client that accepts nothing of an answer gets a 406 from every route."""
    sent = next(iter(route.media))
    answer = client.open(
        route.path.format(kind="vitals", type="Patient", id="1"),
        method=route.method,
        data=b"{}",
        headers={"Accept": "image/png", **({"Content-Type": sent} if sent else {})},
    )
    assert answer.status_code == 406


@pytest.mark.parametrize("path", ["/", "/nothing", "/kap/schema/vitals", "/openapi.yaml"])
def test_every_answer_has_its_headers(client: FlaskClient, path: str) -> None:
    """Every answer names the mappings and the request, is not sniffed and not stored."""
    headers = client.get(path).headers
    version, _, digest = headers["Kap-Mapping"].partition("+")
    assert version
    assert digest
    assert headers["X-Request-Id"]
    assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")


def test_a_head_is_a_get_without_body(server: Server) -> None:
    """A HEAD has the headers of the GET, its length included."""
    head, get = send(server, "HEAD", "/openapi.yaml"), send(server, "GET", "/openapi.yaml")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(get.body)))


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """An application two of whose handlers have a defect, whose message holds what it should not."""

    def whole(_: Gateway, request: Request) -> Response:
        raise ValueError(request.body.decode())

    def lines(_: Gateway, request: Request) -> Response:
        def pieces() -> Any:
            yield b"{}\n"
            raise ValueError(request.body.decode())

        return Response(pieces(), request.answer)

    media = {"application/json": ("application/json",)}
    table = (Route("POST", "/whole", "whole", whole, media), Route("POST", "/lines", "lines", lines, media))
    monkeypatch.setattr(application, "ROUTES", table)
    return create_app(Settings(mappings=FOLDER)).test_client()


def test_a_defect_is_a_500_that_tells_nothing(broken: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever we got wrong, the client learns the request id, and neither it nor the log learns the message."""
    answer = broken.post("/whole", data=b'"Okafor"', headers={**JSON, "X-Request-Id": "r-1"})
    assert (answer.status_code, answer.content_type, answer.headers["X-Request-Id"]) == (500, "application/fhir+json", "r-1")
    assert json.read(answer.data)["issue"][0]["code"] == "exception"
    assert "Okafor" not in answer.get_data(as_text=True) + caplog.text


def test_a_defect_in_the_middle_is_the_last_line(broken: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    """When the status has been sent, the lines before the defect stand, and the last one says that the rest is missing."""
    answer = broken.post("/lines", data=b'"Okafor"', headers=JSON)
    first, last = answer.data.splitlines()
    assert (first, json.read(last)["issue"][0]["code"]) == (b"{}", "exception")
    assert "Okafor" not in answer.get_data(as_text=True) + caplog.text


def test_two_processes_give_the_same_bytes(server: Server, tmp_path: Path) -> None:
    """The same request gets the same bytes from another server, whatever either did before."""
    with serving(tmp_path) as other:
        for kind in reversed(KINDS):
            there = [send(one, "POST", f"/kap/convert/{kind}", body(kind), JSON) for one in (server, other, server)]
            assert len({one.body for one in there}) == 1
            back = [send(one, "POST", "/kap/convert?leftovers=keep", there[0].body, FHIR) for one in (server, other)]
            assert len({one.body for one in back}) == 1
        assert send(server, "GET", "/").body.replace(server.url.encode(), b"") == send(other, "GET", "/").body.replace(
            other.url.encode(), b""
        )


def test_the_routes_are_those_of_the_table(client: FlaskClient) -> None:
    """Every rule of the application is a line of the route table, and the other way round."""
    rules = {(rule.endpoint, rule.rule.replace("<", "{").replace(">", "}")) for rule in client.application.url_map.iter_rules()}
    assert rules == {(route.operation, route.path) for route in ROUTES}


def test_a_second_start_takes_the_mappings_from_the_cache(tmp_path: Path) -> None:
    """With `KAP_CACHE` the mappings are kept, and an application that finds them there answers the same."""
    settings = Settings(FOLDER, cache=tmp_path)
    pages = [create_app(settings).test_client().get("/") for _ in range(2)]
    assert pages[0].headers["Kap-Mapping"] == pages[1].headers["Kap-Mapping"]
    assert list(tmp_path.glob("*.mappings"))
