"""Our verdicts are those of HL7's Java validator; where they differ, docs/validator.md gives the reason."""

from __future__ import annotations

import os
from functools import cache

import pytest

from service.fhir import json
from service.fhir.json import Value
from tests.conformance import material, oracle
from tests.conformance.oracle import Verdict
from tests.conformance.verdicts import table
from tests.support import spoilt, verdicts

pytestmark = pytest.mark.conformance
SEED = int(os.environ.get("ORACLE", "1"))
"""The changes to resources: the same in every run unless asked otherwise, so that what HL7's validator said of them is known."""
EACH = 100


@cache
def whole() -> list[Verdict]:
    """The verdicts on resources as they stand."""
    return oracle.judge(material.whole(), material.given())


@cache
def changed() -> list[Verdict]:
    """The verdicts on changed ones, of those that HL7's validator accepts."""
    accepted = {(one.sort, one.name) for one in whole() if not one.theirs}
    resources = {name: text for name, text in material.whole().items() if name in accepted}
    return oracle.judge(material.changed(resources, SEED, EACH), material.given())


@cache
def report() -> dict[str, Value]:
    """The report on all, which it writes and prints."""
    made = oracle.report([*whole(), *changed()], SEED)
    oracle.REPORT.write_bytes(json.write(json.from_python(made)))
    print(f"\nORACLE={SEED} repeats this run\n{oracle.table(made)}")
    return made


def test_there_is_enough_to_compare() -> None:
    """At least 2,000 changed resources are compared, of every kind of change, and half of them and more are refused."""
    assert len(changed()) >= 2000
    assert {one.sort for one in changed()} == set(spoilt.KINDS)
    assert sum(bool(one.theirs) for one in changed()) > 1000


def test_every_difference_has_a_reason() -> None:
    """Where one alone finds an error, each of its errors has a reason in docs/validator.md."""
    assert [one for one in report()["differences"] if "" in one["reasons"]] == []


def test_no_false_alarm() -> None:
    """What others published and HL7's validator accepts, ours accepts."""
    assert [one.name for one in whole() if one.ours and not one.theirs] == []


def test_the_place_is_the_same() -> None:
    """Where both refuse a resource, both name the same place in two of three, and else a part of it or what it is a part of."""
    places = report()["places"]
    assert places["same"] > 2 * places["near"]
    assert places["elsewhere"] < 0.01 * places["same"]


def test_the_table_without_java_is_up_to_date() -> None:
    """What `make test` takes for the verdicts of HL7's validator on our changed examples are its verdicts."""
    assert verdicts.TABLE.read_bytes() == table()
