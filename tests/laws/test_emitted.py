"""The emitted code and `walk` give one answer, over valid, changed and broken input, in both directions."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.diagnostics.issue import Refused
from service.fhir import json
from service.mapping.fast import read as fast_read
from service.mapping.fast import write as fast_write
from service.mapping.wire import Gateway, Terms
from service.records.formulas import holds
from tests.laws.conftest import share
from tests.laws.test_given_back import distinct
from tests.support import broken, generate
from tests.support.mappings import DIFFERENT, mappings, written
from tests.support.perturb import perturbed

RECORDED = Terms(recorded="2024-05-14T12:00:00Z")


@cache
def gateway(clinic):
    """The gateway of the product, or of a clinic; records in our own form."""
    return Gateway.of(replace(mappings(clinic), layouts={}))


def said(ask, *, emitted):
    """The answer, or what is wrong, each issue whole: with the emitted code, or by `walk` alone."""
    with pytest.MonkeyPatch.context() as patch:
        if not emitted:
            patch.setattr(fast_read, "from_fhir", lambda *_: None)
            patch.setattr(fast_write, "to_fhir", lambda *_: None)
        try:
            return ask().data, ()
        except Refused as refused:
            return None, refused.issues


def fast_to_fhir(gate, kind, data):
    """What the emitted code alone makes of records."""
    return fast_write.to_fhir(gate.code, kind, data, gate.mapping, RECORDED.recorded)


def in_doubt(kind, value):
    """Whether what records become is validated before it is sent, which the emitted code leaves to `walk`."""
    return any(holds(shape.doubt, one) for shape in kind.written for one in (value if isinstance(value, list) else [value]))


@pytest.mark.parametrize(("clinic", "name"), DIFFERENT)
@share(2)
@given(random=st.randoms(use_true_random=True))
def test_valid_records_are_written_alike(clinic, name, random):
    """The emitted code gives what `walk` gives, in its order, for every valid record and list of records, but those in doubt."""
    gate, mapped = gateway(clinic), mappings(clinic)
    records = [generate.record(mapped.kinds[name], random, mapped.kinds) for _ in range(random.randrange(1, 3))]
    for value in (records[0], records):
        data = json.write(value)
        answer, issues = said(lambda data=data: gate.to_fhir(name, data, RECORDED), emitted=False)
        twice = value is records and len({one[mapped.kinds[name].key] for one in records}) < len(records)
        if in_doubt(mapped.kinds[name], value):
            assert fast_to_fhir(gate, name, data) in (None, answer)
        elif not twice and not issues:
            assert fast_to_fhir(gate, name, data) == answer


@pytest.mark.parametrize(("clinic", "name"), DIFFERENT)
@share(20)
@given(random=st.randoms(use_true_random=True))
def test_broken_records_are_refused_alike(clinic, name, random):
    """Verdict, answer and issues are the same; where `walk` says yes to the shortest text of its JSON, so does the emitted code."""
    gate, kind = gateway(clinic), mappings(clinic).kinds[name]
    for text in broken.records(kind.fields, generate.record(kind, random), random):
        data = text.encode("utf-8", "surrogatepass")
        quick, slow = (said(lambda data=data: gate.to_fhir(name, data, RECORDED), emitted=emitted) for emitted in (True, False))
        assert quick == slow, text
        if not slow[1] and json.write(json.read(data)) == data and not in_doubt(kind, json.read(data)):
            assert fast_to_fhir(gate, name, data), text


@pytest.mark.parametrize(("clinic", "name"), DIFFERENT)
@share(2)
@given(random=st.randoms(use_true_random=True))
def test_resources_of_ours_are_read_alike(clinic, name, random):
    """The emitted code reads what we write but for records in doubt, as list and as Bundle, in any order, and answers as `walk` does."""
    gate, mapped = gateway(clinic), mappings(clinic)
    record = generate.record(mapped.kinds[name], random, mapped.kinds)
    resources = written(mapped, name, record)
    random.shuffle(resources)
    bundle = json.read(gate.to_fhir(name, json.write([record]), RECORDED).data)
    random.shuffle(bundle["entry"])
    for value in (resources, bundle):
        data = json.write(value)
        records = fast_read.from_fhir(gate.code, data)
        assert records is not None or in_doubt(mapped.kinds[name], record)
        quick, slow = (said(lambda data=data: gate.from_fhir(data), emitted=emitted) for emitted in (True, False))
        assert quick == slow


@pytest.mark.parametrize(("clinic", "name"), DIFFERENT)
@share(2)
@given(random=st.randoms(use_true_random=True))
def test_changed_resources_are_read_alike(clinic, name, random):
    """Where the emitted code answers for resources that anything was done to, its answer is that of `walk`."""
    gate, mapped = gateway(clinic), mappings(clinic)
    records = [generate.record(mapped.kinds[name], random, mapped.kinds) for _ in range(2)]
    one, other = (written(mapped, name, {**record, mapped.kinds[name].key: "k-1"}) for record in records)
    mixed = [*(one[: random.randrange(len(one) + 1)]), *(other[random.randrange(len(other) + 1) :])]
    changed = perturbed(one, random, broken=random.random() < 0.5)
    bundle = json.read(gate.to_fhir(name, json.write([records[0]]), RECORDED).data)
    (entry,) = perturbed([bundle], random)
    for value in (mixed, one[1:], [*one, one[0]], changed, distinct(changed), entry):
        data = json.write(value)
        if fast_read.from_fhir(gate.code, data) is not None:
            quick, slow = (said(lambda data=data: gate.from_fhir(data), emitted=emitted) for emitted in (True, False))
            assert quick == slow
