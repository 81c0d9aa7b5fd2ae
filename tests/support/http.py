"""What tests send over HTTP, and how they read what comes back. The data is synthetic."""

from __future__ import annotations

from http.client import HTTPConnection
from typing import Any, NamedTuple

from service.fhir import json
from service.mapping.check import example
from tests.support.mappings import mappings
from tests.support.server import Server

JSON = {"Content-Type": "application/json"}
FHIR = {"Content-Type": "application/fhir+json"}
LINES = {"Content-Type": "application/x-ndjson"}
FHIR_LINES = {"Content-Type": "application/fhir+ndjson"}

KINDS = sorted(mappings().kinds)


class Answer(NamedTuple):
    """What came back."""

    status: int
    type: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.read(self.body)

    @property
    def lines(self) -> list[Any]:
        """The body as NDJSON."""
        assert self.body.endswith(b"\n")
        return [json.read(line) for line in self.body.split(b"\n")[:-1]]

    @property
    def issues(self) -> list[dict[str, Any]]:
        """The issues of an OperationOutcome."""
        assert self.type == "application/fhir+json"
        assert self.json["resourceType"] == "OperationOutcome"
        return list(self.json["issue"])


def record(kind: str) -> dict[str, Any]:
    """The record of a mapping's example."""
    return dict(example.spelt(mappings().kinds, mappings().kinds[kind]))


def body(kind: str) -> bytes:
    """The same as JSON."""
    return json.write(record(kind))


def send(server: Server, method: str, path: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
    """A request to a server, on a connection of its own."""
    connection = HTTPConnection(*server.address, timeout=30)
    try:
        connection.request(method, path, data, headers or {})
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, told.get("content-type", ""), told, answer.read())
    finally:
        connection.close()
