"""Law 3: under `keep`, what a set of resources says is given back to their server as it came, whatever other systems made of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.fhir import json
from service.mapping import children, convert
from tests.laws.conftest import share
from tests.support import generate
from tests.support.mappings import DIFFERENT, SERVER, apart, mappings, read, written
from tests.support.perturb import perturbed

ELSEWHERE = "https://lab.example.com/fhir"


def texts(resources):
    """The resources as texts, whatever the order of their members, as a set."""
    return sorted(json.write(_sorted(one)) for one in resources)


def _sorted(value):
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list) else value


def distinct(resources):
    """The resources without those of the same type and id as an earlier one; without id, of the same content."""
    seen = {}
    for one in resources:
        seen.setdefault(f"{one['resourceType']}/{one['id']}" if "id" in one else json.write(one), one)
    return list(seen.values())


def returned(mapped, records, server):
    """What goes back to a server: what the records write for it, and what made no record."""
    sent = [
        one for record in records.records for one in convert.to_fhir(mapped, record.kind.name, children.shown(record), server=server).sent
    ]
    return [one.resource for one in sent] + [one.resource.value for one in records.orphans if one.resource.server == server]


@pytest.mark.parametrize(("clinic", "name"), DIFFERENT)
@pytest.mark.parametrize("server", ["", SERVER], ids=["ours", "theirs"])
@share(2)
@given(random=st.randoms(use_true_random=True))
def test_what_was_read_is_given_back(clinic, name, server, random):
    """Law 3: resources of ours with anything changed in them make no failure, and go back to their server to the letter."""
    mapped = mappings(clinic)
    made = written(mapped, name, generate.record(mapped.kinds[name], random, mapped.kinds), server=server, takes_ids=True)
    resources = distinct(perturbed(made, random, broken=random.random() < 0.3))
    records = read(mapped, resources, server=server, policy="keep")
    assert texts(returned(mapped, records, server or mapped.names.base)) == texts(resources)


@pytest.mark.parametrize(("clinic", "name"), DIFFERENT)
@share(2)
@given(random=st.randoms(use_true_random=True))
def test_each_server_gets_its_own_back(clinic, name, random):
    """Law 3: of a set from two servers, each gets back just what it sent."""
    mapped = mappings(clinic)
    made = written(mapped, name, generate.record(mapped.kinds[name], random, mapped.kinds))
    sets = {server: [one for one in distinct(perturbed(made, random)) if "id" in one] for server in (SERVER, ELSEWHERE)}
    given_ = [(one, f"{server}/{one['resourceType']}/{one['id']}") for server, set_ in sets.items() for one in set_]
    random.shuffle(given_)
    records = convert.from_fhir(mapped, given_, policy="keep")
    for server, resources in sets.items():
        sent = [
            one.resource
            for record in records.records
            for single in apart(record)
            if any(member.resource.server == server for member in single.members)
            for one in convert.to_fhir(mapped, single.kind.name, {**single.values, "_fhir": single.memory}, server=server).sent
        ]
        back = sent + [one.resource.value for one in records.orphans if one.resource.server == server]
        assert texts(back) == texts(resources)


def test_at_our_own_base_a_reference_stays_as_it_came():
    """An Encounter of ours with another id at our own base changes no reference of the records around it."""
    mapped = mappings()
    record = {
        "session_id": "s-1",
        "client_id": "c-1",
        "status": "finished",
        "place": "clinic",
        "session_type": "integration",
        "started_at": "2024-05-14T09:20:00-06:00",
        "adverse_events": [{"event_id": "e-1", "event": "dissociation"}],
    }
    encounter, event = written(mapped, "session", record)
    resources = [{**encounter, "id": "77"}, event]
    assert texts(returned(mapped, read(mapped, resources, policy="keep"), mapped.names.base)) == texts(resources)
