"""The law of the fast path: what it accepts has no error. And it accepts what is ordinary."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from random import Random

import pytest

from service.fhir import json
from service.fhir.json import Value
from service.fhir.validate import accepts, validate_bytes
from tests.support import generate
from tests.support import mappings as mapped
from tests.support.seed import SEED
from tests.support.shared import FOLDER
from tests.support.spoilt import KINDS, spoilt

EXAMPLES = Path(__file__).parents[4] / "mappings" / "examples"
CHANGES = int(os.environ.get("LAWS") or 1000) // len(KINDS) + 1
"""How many resources each kind of change is tried on."""


@cache
def resources() -> dict[str, Value]:
    """Our examples, and HL7's where they are, by the names of their files."""
    files = [*sorted(EXAMPLES.glob("*/*.fhir.json")), *sorted((FOLDER / "cases" / "roundtrip").rglob("*.json"))]
    values = {f"{file.parent.name}/{file.name}": json.read(file.read_bytes()) for file in files}
    return {name: value for name, value in values.items() if isinstance(value, dict)}


def wrongly_accepted(texts: Iterable[bytes]) -> tuple[int, list[tuple[bytes, str]]]:
    """How many texts are accepted, and those of them that have an error, with the first."""
    accepted = [text for text in texts if accepts(text)]
    faults = ((text, [one.message for one in validate_bytes(text) if one.severity in ("error", "fatal")]) for text in accepted)
    return len(accepted), [(text, messages[0]) for text, messages in faults if messages]


def test_ordinary_resources_are_accepted() -> None:
    """Nineteen of twenty examples need no slow path, and none of them is accepted that has an error."""
    texts = [json.write(one) for one in resources().values()]
    number, wrong = wrongly_accepted(texts)
    assert not wrong
    assert number >= len(texts) * 19 // 20


def test_what_is_accepted_of_changed_resources_has_no_error() -> None:
    """Resources with one change somewhere are accepted only without errors, and some are."""
    texts = [text for _, _, text in spoilt(resources(), SEED, CHANGES)]
    number, wrong = wrongly_accepted(texts)
    assert not wrong
    assert number > len(texts) / 20


@pytest.mark.parametrize("kind", mapped.KINDS)
def test_what_we_write_is_accepted(kind: str) -> None:
    """What generated records become is accepted, if the slow path finds no error in it."""
    made, random = mapped.mappings(), Random(f"{SEED} {kind}")
    records = [generate.record(made.kinds[kind], random, made.kinds) for _ in range(max(2, CHANGES // 10))]
    texts = [json.write(one) for record in records for one in mapped.written(made, kind, record)]
    _, wrong = wrongly_accepted(texts)
    assert not wrong
    refused = [text for text in texts if not accepts(text)]
    assert not [text for text in refused if not [one for one in validate_bytes(text) if one.severity == "error"]]
