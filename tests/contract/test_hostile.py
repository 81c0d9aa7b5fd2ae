"""Whatever comes through a front door, command or HTTP, to be validated or converted, is answered: by findings, in bounded time."""

from __future__ import annotations

import json as stdlib
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.http.app import create_app
from service.mapping import library
from service.settings import Settings
from tests.cli.run import kap
from tests.support.mappings import FOLDER

SECONDS = 10
"""Of processor time, for any of them."""


def observation(value: bytes) -> bytes:
    """An Observation with a value as a quantity's."""
    return b'{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":%b}}' % value


CYCLE = stdlib.dumps(
    {
        "resourceType": "Condition",
        "subject": {"reference": "Patient/1"},
        "evidence": [{"detail": [{"reference": "#a"}]}],
        "contained": [
            {
                "resourceType": "Condition",
                "id": name,
                "subject": {"reference": "Patient/1"},
                "evidence": [{"detail": [{"reference": other}]}],
            }
            for name, other in (("a", "#b"), ("b", "#a"), ("c", "#c"), ("d", "#"))
        ],
    }
).encode()
HOSTILE = {
    "depth": b'{"resourceType":"Patient","extension":[' + b'{"extension":[' * 10_000,
    "closed depth": b"[" * 10_000 + b"]" * 10_000,
    "an integer of a million digits": observation(b"9" * 1_000_000),
    "a decimal of a million digits": observation(b"0." + b"9" * 1_000_000),
    "1e400": observation(b"1e400"),
    "1e-400": observation(b"-1e-400"),
    "1e999999999": observation(b"1e999999999"),
    "an exponent of sixty digits": observation(b"1e" + b"9" * 60),
    "a small exponent of sixty digits": observation(b"1e-" + b"9" * 60),
    "half a pair": b'{"resourceType":"Patient","id":"\\ud800"}',
    "half a pair as a name": b'{"resourceType":"Patient","\\udfff":1}',
    "a NUL": b'{"resourceType":"Patient","id":"a\x00"}',
    "an escaped NUL": b'{"resourceType":"Patient","gender":"\\u0000"}',
    "a byte order mark": b'\xef\xbb\xbf{"resourceType":"Patient"}',
    "UTF-16": '{"resourceType":"Patient"}'.encode("utf-16"),
    "a name twice": b'{"resourceType":"Patient","gender":"male","gender":"female"}',
    "the type twice": b'{"resourceType":"Patient","resourceType":"Observation"}',
    "a cycle of contained resources": CYCLE,
    "NaN": observation(b"NaN"),
    "nothing": b" ",
    "many names": b'{"resourceType":"Patient"' + b"".join(b',"k%d":1' % number for number in range(100_000)) + b"}",
    "many empty objects": b'{"resourceType":"Patient","name":[' + b"{}," * 100_000 + b"{}]}",
    "deep narrative": stdlib.dumps(
        {"resourceType": "Patient", "text": {"status": "generated", "div": "<div xmlns='http://www.w3.org/1999/xhtml'>" + "<b>" * 100_000}}
    ).encode(),
    "an entity that grows": stdlib.dumps(
        {
            "resourceType": "Patient",
            "text": {"status": "generated", "div": '<!DOCTYPE d [<!ENTITY a "a"><!ENTITY b "&a;&a;">]><div>&b;</div>'},
        }
    ).encode(),
}


@pytest.fixture(scope="module", autouse=True)
def _loaded_once() -> Iterator[None]:
    """The mappings are loaded once for all commands."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "load", cache(library.load))
        yield


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """A client of the application in this process."""
    return create_app(Settings(mappings=FOLDER)).test_client()


def over_http(path: str) -> Callable[[FlaskClient, bytes], list[Any]]:
    """What an address says of a body."""

    def ask(client: FlaskClient, data: bytes) -> list[Any]:
        media = "application/json" if path.startswith("/kap/convert/") else "application/fhir+json"
        answer = client.post(path, data=data, headers={"Content-Type": media})
        assert answer.status_code in (200, 400, 413, 422)
        said = stdlib.loads(answer.data)
        return list((said if said.get("resourceType") == "OperationOutcome" else said["outcome"])["issue"])

    return ask


def by_command(*words: str) -> Callable[[FlaskClient, bytes], list[Any]]:
    """What a command says of its standard input."""

    def ask(_: FlaskClient, data: bytes) -> list[Any]:
        told = kap(*words, given=data)
        assert told.exit_code in (0, 1, 2)
        assert told.exception is None or isinstance(told.exception, SystemExit)
        return told.output.splitlines()

    return ask


DOORS = {
    "validate": over_http("/fhir/$validate"),
    "from_fhir": over_http("/kap/convert"),
    "to_fhir": over_http("/kap/convert/vitals"),
    "kap-fhir validate": by_command("validate", "-"),
    "kap-fhir convert": by_command("convert", "-"),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", HOSTILE)
def test_anything_is_answered(client: FlaskClient, door: str, name: str) -> None:
    """There is something said, never a stack trace, and it does not take long."""
    start = time.process_time()
    assert DOORS[door](client, HOSTILE[name])
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_r4_is_an_error(client: FlaskClient, name: str) -> None:
    """Each has an error or cannot be read; but R4 has no largest number, which is a warning, and lets references go round."""
    worst = {one["severity"] for one in DOORS["validate"](client, HOSTILE[name]) if not one["details"]["text"].startswith("dom-6")}
    wanted = {"warning"} if name.startswith("1e") or "exponent" in name else set() if "cycle" in name else {"fatal", "error"}
    assert worst & wanted or worst == wanted
