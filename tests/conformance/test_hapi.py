"""A real server takes what we write, once, and gives it back as the same records."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from service.fhir import json
from service.fhir.json import Number, Value
from service.mapping import children
from service.mapping.wire import Gateway, Terms
from tests.conformance import hapi
from tests.conformance.hapi import Server
from tests.support.mappings import FOLDER, mappings

pytestmark = pytest.mark.conformance
ORDER = ("practitioner", "patient", "session", "administration", "vitals", "questionnaire_response", "adverse_event", "medication")
"""Those to whom others refer come first."""

EXAMPLES = [(kind, path) for kind in ORDER for path in sorted(FOLDER.glob(f"examples/{kind}/*.record.json"))]


@pytest.fixture(scope="module")
def started() -> Iterator[Server]:
    """One server for all tests."""
    with hapi.running() as server:
        yield server


@pytest.fixture
def server(started: Server) -> Server:
    """The server, empty."""
    started.empty()
    return started


def send(server: Server) -> list[str]:
    """Send every example, each in a transaction of its own; the status of every entry."""
    gateway = Gateway.of(mappings())
    terms = Terms(server=server.base)
    bundles = [gateway.to_fhir(kind, b"[%b]" % path.read_bytes(), terms).data for kind, path in EXAMPLES]
    return [status for bundle in bundles for status in server.transaction(bundle)]


def records(kind: str, record: Value) -> dict[tuple[str, str], Value]:
    """A record and those inside it, by kind and key; without what stays in the clinic and what is remembered of a server."""
    problems: list[Value] = []
    made = {
        (one.kind.name, one.record[one.kind.key]): {
            name: _spelt(value)
            for name, value in one.record.items()
            if name in one.kind.fields.by_name and not one.kind.fields.by_name[name].stays
        }
        for one in children.spread(mappings().kinds, mappings().kinds[kind], record, problems)
    }
    assert problems == []
    return made


def _spelt(value: Value) -> Value:
    """A value as HAPI spells it: `1.0e0` as `1.0`."""
    match value:
        case Number(text=text) if "e" in text.lower():
            return Number(format(Decimal(text), "f"))
        case list():
            return [_spelt(one) for one in value]
        case dict():
            return {name: _spelt(one) for name, one in value.items()}
    return value


def test_every_kind_is_sent() -> None:
    """No record kind and no example is left out of this test."""
    assert set(ORDER) == set(mappings().kinds)
    assert len(EXAMPLES) == len(list(FOLDER.glob("examples/*/*.record.json")))


def test_sent_twice_it_is_there_once(server: Server) -> None:
    """Every example is accepted, each resource in one version, also where two examples have it; sent again it makes no other."""
    assert send(server).count("201 Created") == server.versions()
    before = server.versions()
    assert set(send(server)) == {"200 OK"}
    assert server.versions() == before


def test_what_is_read_back_is_the_same_records(server: Server) -> None:
    """All that the server has, read with its base, is the records that were sent: nothing lacks, nothing differs, nothing is an orphan."""
    send(server)
    gateway = Gateway.of(mappings())
    types = {shape.type for kind in mappings().kinds.values() for shape in kind.shapes} | {"Provenance"}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": server.everything(types)}
    answer = json.read(gateway.from_fhir(json.write(bundle), Terms(server=server.base)).data)
    read = {who: one for made in answer["records"] for who, one in records(made["kind"], made["record"]).items()}
    sent = {who: one for kind, path in EXAMPLES for who, one in records(kind, json.read(path.read_bytes())).items()}
    assert answer["orphans"] == []
    assert read == sent


def test_patients_and_practitioners_may_come_along(server: Server) -> None:
    """A session handed over with its patients and practitioners is accepted by an empty server, in one transaction."""
    along = {kind: [json.read(path.read_bytes()) for one, path in EXAMPLES if one == kind] for kind in ("patient", "practitioner")}
    gateway = Gateway.of(mappings())
    for path in (path for kind, path in EXAMPLES if kind == "session"):
        server.empty()
        together = json.write({"record": json.read(path.read_bytes()), "with": along})
        assert set(server.transaction(gateway.to_fhir("session", together, Terms(server=server.base)).data)) == {"201 Created"}
