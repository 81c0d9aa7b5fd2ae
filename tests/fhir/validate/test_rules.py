"""Every invariant is told in our own words, with the page that has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from service.fhir import tables
from service.fhir.definitions import Invariant
from service.fhir.validate import rules


def packed() -> Iterator[tuple[str, Invariant]]:
    """Every invariant of the tables with the url of its profile or extension."""
    for table in ("types", "profiles", "extensions"):
        for name, line in tables.lines(table).items():
            for row in msgspec.json.decode(line).get("invariants", ()):
                yield ("" if table == "types" else name), msgspec.convert(row, Invariant)


def test_every_packed_rule_has_its_sentence() -> None:
    """No rule is told by its expression, and no finding by a key alone."""
    assert [rule.key for _, rule in packed() if rules.words(rule) == f"`{rule.expression}` must hold"] == []


def test_one_key_for_different_rules_has_a_sentence_for_each() -> None:
    """A key that definitions use for rules of different expressions (inv-1) is told by the place of the rule."""
    said: dict[str, dict[str, str]] = {}
    for _, rule in packed():
        said.setdefault(rule.key, {})[rule.expression] = rules.words(rule)
    twice = {key: by for key, by in said.items() if len(by) > 1}
    assert {"inv-1", "us-core-6"} <= twice.keys()
    assert all(len({*by.values()}) == len(by) for by in twice.values())


def test_sentences_are_short_and_stand_after_a_key() -> None:
    """A sentence has no full stop at its end, and is short enough to read at a glance."""
    for _, rule in packed():
        said = rules.words(rule)
        assert len(said) < 150
        assert not said.endswith(".")


@pytest.mark.parametrize(
    ("path", "profile", "page"),
    [
        ("Bundle.entry", "", "http://hl7.org/fhir/R4/bundle.html#invs"),
        ("Quantity", "", "http://hl7.org/fhir/R4/datatypes.html#Quantity"),
        ("Element", "", "http://hl7.org/fhir/R4/element.html#invs"),
        ("Patient.name", "https://a.example/p", "https://a.example/p"),
    ],
)
def test_a_rule_links_to_the_page_that_has_it(path: str, profile: str, page: str) -> None:
    """R4's rules stand on the page of the type, a profile's on its own."""
    assert rules.link(Invariant("x-1", "error", path, "true"), profile) == page


def test_a_rule_from_elsewhere_is_told_by_its_expression() -> None:
    """What a profile handed in asks for is told in its own terms."""
    assert rules.words(Invariant("x-1", "error", "Patient", "name.exists()")) == "`name.exists()` must hold"


def test_no_sentence_is_left_over() -> None:
    """Each sentence is for a rule that is packed."""
    used = {name for _, rule in packed() for name in (rule.key, f"{rule.key} {rule.path}")}
    text = (Path(tables.__file__).parent / "rules.tsv").read_text("utf-8")
    assert {line.partition("\t")[0] for line in text.splitlines()} <= used
