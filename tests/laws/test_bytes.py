"""Broken bytes: what emitted code answers is what `walk` answers, and most of it emitted code leaves to `walk`."""

from __future__ import annotations

import os
from random import Random

import orjson
import pytest

from service.fhir import json
from service.mapping.fast import read as fast_read
from tests.laws.test_emitted import gateway, said
from tests.support import generate
from tests.support.mappings import DIFFERENT, mappings
from tests.support.seed import SEED

RECORDS = int(os.environ.get("LAWS") or 100) // 20
BYTES = b'0123456789abcXYZ"{}[],:. \\/-+eE\x00\xff\n'
WORDS = (
    (b".0", b".00"),
    (b"true", b"false"),
    (b"null", b"1"),
    (b'Z"', b'+00:00"'),
    (b"-06:00", b"-07:00"),
    (b'"final"', b'"amended"'),
    (b"e", b"\\u0065"),
    (b"1", b"1.0"),
    (b"urn:uuid:", b"urn:uuid:0"),
    (b"?identifier=", b"?_id="),
)


def changed(random: Random, data: bytes) -> bytes:
    """Bytes with up to three changes: a byte, a run, a word, two members swapped, one twice."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        at, run = random.randrange(len(data)), random.randrange(60)
        members = data.split(b',"')
        one, other = random.randrange(len(members)), random.randrange(len(members))
        match random.randrange(7):
            case 0:
                data = data[:at] + bytes([random.choice(BYTES)]) + data[at + 1 :]
            case 1:
                data = data[:at] + data[at + 1 :]
            case 2:
                data = data[: at + run] + data[at:]
            case 3:
                data = data[:at] + data[at + run :]
            case 4:
                data = data.replace(*random.choice(WORDS), 1)
            case 5:
                members[one], members[other] = members[other], members[one]
                data = b',"'.join(members)
            case 6:
                data = b',"'.join([*members[:one], members[other], *members[one:]])
        data = data or b"{"
    return data


@pytest.mark.parametrize(("clinic", "name"), DIFFERENT)
def test_broken_bytes_are_answered_alike(clinic, name):
    """Whatever is done to the bytes of records and resources, emitted code gives the answer of `walk`, or none."""
    gate, mapped, random = gateway(clinic), mappings(clinic), Random(f"{SEED} {clinic} {name}")
    for _ in range(RECORDS):
        data = json.write(generate.record(mapped.kinds[name], random, mapped.kinds))
        bundle = gate.to_fhir(name, data).data
        alone = orjson.dumps([entry["resource"] for entry in orjson.loads(bundle).get("entry", ())])
        for _ in range(5):
            sent = changed(random, data)
            quick, slow = (said(lambda sent=sent: gate.to_fhir(name, sent), emitted=emitted) for emitted in (True, False))
            assert quick == slow, sent
        for _ in range(5):
            sent = changed(random, random.choice((bundle, alone)))
            if fast_read.from_fhir(gate.code, sent) is not None:
                quick, slow = (said(lambda sent=sent: gate.from_fhir(sent), emitted=emitted) for emitted in (True, False))
                assert quick == slow, sent
