"""The law of the fast path: what it accepts has no error. And it accepts what is ordinary."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from random import Random

from service.fhir import json
from service.fhir.json import JsonError, Value
from service.fhir.validate import fast, validate
from tests.support.seed import SEED
from tests.support.shared import FOLDER
from tests.support.spoil import Pool, spoilt

EXAMPLES = Path(__file__).parents[4] / "mappings" / "examples"
MUTANTS = int(os.environ.get("LAWS") or 1500)


@cache
def resources() -> list[Value]:
    """Our examples, and HL7's where they are."""
    files = [*sorted(EXAMPLES.glob("*/*.fhir.json")), *sorted((FOLDER / "cases" / "roundtrip").rglob("*.json"))]
    found: list[Value] = []
    for file in files:
        value = json.read(file.read_bytes())
        found += value if isinstance(value, list) else [value]
    return found


def errors(text: bytes) -> list[str]:
    """What the slow path says is wrong with a text."""
    try:
        return [one.message for one in validate(json.read(text)) if one.severity in ("error", "fatal")]
    except JsonError as error:
        return [error.message]


def test_ordinary_resources_are_accepted() -> None:
    """Nineteen of twenty examples need no slow path."""
    texts = [json.write(one) for one in resources()]
    refused = [one[:80] for one in texts if not fast.accepts(one)]
    assert len(refused) <= len(texts) / 20, refused


def test_what_is_accepted_has_no_error() -> None:
    """Examples are accepted only without errors."""
    for one in resources():
        text = json.write(one)
        assert not (fast.accepts(text) and errors(text)), text


def test_what_is_accepted_of_changed_resources_has_no_error() -> None:
    """Resources with one change somewhere are accepted only without errors, and some are."""
    random, pool, accepted = Random(SEED), Pool(resources()), 0
    for _ in range(MUTANTS):
        text = spoilt(random.choice(resources()), random, pool)
        if fast.accepts(text):
            accepted += 1
            assert not errors(text), text
    assert accepted > MUTANTS / 10
