"""What HL7's Java validator said of our examples, each with one thing changed: a table beside the tests, since `make test` has no Java."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from service.fhir import json
from service.fhir.json import Value
from service.fhir.validate import Guide
from service.instruments import load, published
from tests.support import spoilt
from tests.support.mappings import FOLDER, mappings

TABLE = Path(__file__).parents[1] / "fhir" / "validate" / "verdicts.ndjson"
SEED = 1
EACH = 20


@cache
def changed() -> list[tuple[dict[str, Value], bytes]]:
    """The changed examples: the kind of the change, the example and a hash of the text, as in the table; the text."""
    paths = FOLDER.glob("examples/*/*.fhir.json")
    examples = {f"{path.parent.name}/{path.name.partition('.')[0]}": json.read(path.read_bytes()) for path in paths}
    return [
        ({"kind": kind, "example": name, "hash": hashlib.sha256(text).hexdigest()[:16]}, text)
        for kind, name, text in spoilt.spoilt(examples, SEED, EACH)
    ]


def kept() -> dict[str, Value]:
    """The rows of the table by the hash of the text: whether HL7's validator accepts it, and the reason where ours says otherwise."""
    return {row["hash"]: row for row in map(json.read, TABLE.read_bytes().splitlines())}


def guide() -> Guide:
    """What HL7's validator was given, too."""
    return published.guide(mappings(), load.of(mappings()))
