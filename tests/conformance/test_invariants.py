"""The invariants that we find broken are those that HL7's Java validator finds broken."""

from __future__ import annotations

import os
import re
from functools import cache

import pytest

from service.fhir import json
from service.fhir.json import Value
from service.fhir.validate import validate
from service.fhir.validate.invariants import DECIDED
from tests.conformance import hl7
from tests.support import ruled

pytestmark = pytest.mark.conformance
SEED = int(os.environ.get("ORACLE", "1"))
DIFFERENT = {
    "opd-3": "profiles of parameters whose type is a resource",
    "rng-2": "units that do not compare",
    "bdl-5": "a resource with nothing but its type",
    "tst-11": "content that two elements share, and rules that each has",
    "tst-13": "content that two elements share, and rules that each has",
}
"""The rules of which docs/validator.md tells why the two differ."""


@cache
def broken() -> dict[str, tuple[set[str], set[str]]]:
    """By the name of a resource the keys of the rules that it breaks for HL7's validator, and for us; without those that stop HL7's."""
    made = ruled.resources(SEED)
    theirs = hl7.errors({name: json.write(one) for name, one in made.items()}, (), ())
    read = {name: one for name, one in made.items() if all(error["severity"] != "fatal" for error in theirs.get(name, []))}
    return {name: (_theirs(theirs.get(name, [])) - DECIDED, _ours(one) - DECIDED) for name, one in read.items()}


def _theirs(errors: list[Value]) -> set[str]:
    found = [re.match(r"Constraint failed: ([A-Za-z0-9-]+):", one["message"]) for one in errors]
    return {one[1] for one in found if one} | {"dom-3" for one in errors if "(dom-3)" in one["message"]}


def _ours(resource: Value) -> set[str]:
    return {one.message.partition(":")[0] for one in validate(resource, ()) if one.code == "invariant" and one.severity == "error"}


def test_enough_rules_are_broken() -> None:
    """The resources break most rules of R4."""
    assert len(broken()) > 900
    assert len(set().union(*(theirs & ours for theirs, ours in broken().values()))) > 140


def test_the_same_rules_are_broken() -> None:
    """Each resource breaks the same rules for both, but for those of which the difference is told."""
    assert {name: theirs ^ ours for name, (theirs, ours) in broken().items() if (theirs ^ ours) - DIFFERENT.keys()} == {}
