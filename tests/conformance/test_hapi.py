"""A real server takes what we write, once, and gives it back as the same records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

import pytest

from service.fhir import json
from service.fhir.json import Number, Value
from service.mapping import children
from service.mapping.plan import Kind
from service.mapping.wire import Gateway, Terms
from tests.conformance import hapi
from tests.conformance.hapi import Server
from tests.support.mappings import FOLDER, mappings

pytestmark = pytest.mark.conformance
ORDER = (
    "practitioner",
    "patient",
    "practitioner_role",
    "session",
    "administration",
    "monitoring",
    "vitals",
    "questionnaire_response",
    "adverse_event",
    "condition",
    "result",
    "medication",
    "dispense",
)
"""Those to whom others refer come first."""

_SERIOUSNESS = "a code of HL7's terminology of today, which R4 spelt with capitals"
UNKNOWN_THERE = {
    ("session", "nasal-spray"): _SERIOUSNESS,
    ("adverse_event", "in-words"): _SERIOUSNESS,
    ("adverse_event", "serious"): _SERIOUSNESS,
}
"""Examples with a code that is right and that HAPI does not know."""

LEFT_OUT = ("birth_sex", "race", "race_codes", "ethnicity", "ethnicity_codes")
"""Fields of which HAPI knows no code: those of CDC and VSAC are in no package of HL7."""


def examples() -> Iterator[tuple[str, Value]]:
    """The kind and record of each example, as far as HAPI can judge it."""
    for kind in ORDER:
        for path in sorted(FOLDER.glob(f"examples/{kind}/*.record.json")):
            if (kind, path.name.partition(".")[0]) not in UNKNOWN_THERE:
                yield kind, {name: value for name, value in json.read(path.read_bytes()).items() if name not in LEFT_OUT}


def stand_ins(made: list[tuple[str, Value]]) -> Iterator[tuple[str, Value]]:
    """A record for each that others refer to and that is no example: the shortest of its kind under another key."""
    gateway, kinds = Gateway.of(mappings()), mappings().kinds
    there = {who for kind, record in made for who in records(kind, record)}
    texts = [gateway.to_fhir(kind, b"[%b]" % json.write(record)).data.decode() for kind, record in made]
    named = {(kind, key) for text in texts for kind, key in _SEARCH.findall(text)}
    for kind, key in sorted(named - there, key=lambda one: ORDER.index(one[0])):
        yield kind, {**min((record for one, record in made if one == kind), key=len), kinds[kind].key: key}


EXAMPLES = list(examples())
_SEARCH = re.compile(r'"reference":"[A-Za-z]+\?identifier=[^"|]*/id/([a-z_]+)\|([^"/]+)"')

TYPES = {shape.type for kind in mappings().kinds.values() for shape in kind.shapes} | {"Provenance"}
EDITS: dict[str, dict[str, Value]] = {
    "practitioner": {"phones": [{"phone": "+1 303 555 0198"}]},
    "patient": {"phones": [{"phone": "+1 303 555 0199"}]},
    "practitioner_role": {"phones": [{"phone": "+1 303 555 0197"}]},
    "session": {"ready_to_leave_at": "2025-03-04T12:00:00-07:00"},
    "administration": {"lot_number": "L-77"},
    "vitals": {"heart_rate": Number("71")},
    "questionnaire_response": {"language": "es"},
    "adverse_event": {"outcome": "resolved"},
    "medication": {"dose_text": "two tablets"},
    "monitoring": {"ended_at": "2030-01-01T00:00:00Z"},
    "condition": {"note": "seen again"},
    "result": {"note": "seen again"},
    "dispense": {"dose_text": "two tablets"},
}
"""A change for each kind that its rules allow in every example."""


@cache
def sent_records() -> list[tuple[str, Value]]:
    """All that is sent: who is referred to comes first."""
    return sorted([*stand_ins(EXAMPLES), *EXAMPLES], key=lambda one: ORDER.index(one[0]))


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
    bundles = [gateway.to_fhir(kind, b"[%b]" % json.write(record), terms).data for kind, record in sent_records()]
    return [status for bundle in bundles for status in server.transaction(bundle)]


def read(server: Server) -> Value:
    """What all that the server has says; each record remembers what it was read from."""
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": server.everything(TYPES)}
    return json.read(Gateway.of(mappings()).from_fhir(json.write(bundle), Terms(server=server.base, leftovers="keep")).data)


def all_records(answer: Value) -> dict[tuple[str, str], Value]:
    """The records of an answer, and those inside them."""
    return {who: one for made in answer["records"] for who, one in records(made["kind"], made["record"]).items()}


def records(kind: str, record: Value) -> dict[tuple[str, str], Value]:
    """A record and those inside it, by kind and key; without what stays in the clinic and what is remembered of a server."""
    problems: list[Value] = []
    made = {
        (one.kind.name, one.record[one.kind.key]): {
            name: _in_order(one.kind, name, _spelt(value))
            for name, value in one.record.items()
            if name in one.kind.fields.by_name and not one.kind.fields.by_name[name].stays
        }
        for one in children.spread(mappings().kinds, mappings().kinds[kind], record, problems)
    }
    assert problems == []
    return made


def _in_order(kind: Kind, name: str, value: Value) -> Value:
    """A list of items that are resources by their ids: a server has no order of resources."""
    ids = {shape.each.name: shape.item_id for shape in kind.shapes if shape.each}
    return sorted(value, key=lambda item: item[ids[name]]) if name in ids else value


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
    assert len(EXAMPLES) + len(UNKNOWN_THERE) == len(list(FOLDER.glob("examples/*/*.record.json")))


def test_sent_twice_it_is_there_once(server: Server) -> None:
    """Every example is accepted, each resource once, also where two examples have it; sent again it changes nothing, not even a version."""
    created = send(server).count("201 Created")
    before = server.everything(TYPES)
    assert len(before) == created
    assert set(send(server)) == {"200 OK"}
    assert server.everything(TYPES) == before


def test_what_is_read_back_is_the_same_records(server: Server) -> None:
    """All that the server has, read with its base, is the records that were sent: nothing lacks, nothing differs, nothing is an orphan."""
    send(server)
    answer = read(server)
    sent = {who: one for kind, record in sent_records() for who, one in records(kind, record).items()}
    assert answer["orphans"] == []
    assert all_records(answer) == sent


def test_an_edit_reaches_the_server_and_nothing_else_changes(server: Server) -> None:
    """A record read from the server, changed in one field and sent back, is there with this change; every other value is as it was."""
    send(server)
    gateway = Gateway.of(mappings())
    wanted: dict[tuple[str, str], Value] = {}
    for made in read(server)["records"]:
        kind, record = made["kind"], {**made["record"], **EDITS[made["kind"]]}
        data = gateway.to_fhir(kind, b"[%b]" % json.write(record), Terms(server=server.base)).data
        assert set(server.transaction(data)) <= {"200 OK", "201 Created"}
        wanted |= records(kind, record)
    answer = read(server)
    assert answer["orphans"] == []
    assert all_records(answer) == wanted


def test_patients_and_practitioners_may_come_along(server: Server) -> None:
    """A session handed over with its patients and practitioners is accepted by an empty server, in one transaction."""
    along = {kind: [record for one, record in sent_records() if one == kind] for kind in ("patient", "practitioner")}
    gateway = Gateway.of(mappings())
    for session in (record for kind, record in sent_records() if kind == "session"):
        server.empty()
        together = json.write({"record": session, "with": along})
        assert set(server.transaction(gateway.to_fhir("session", together, Terms(server=server.base)).data)) == {"201 Created"}
