"""What the invariants of R4, US Core and IPS ask for, in our words, and where HL7 says so."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from service.fhir import tables
from service.fhir.definitions import Invariant
from service.fhir.validate import links


def words(rule: Invariant) -> str:
    """What must hold, as a sentence that follows the key; of a rule that is not packed its expression."""
    said = _sentences()
    return said.get(f"{rule.key} {rule.path}") or said.get(rule.key) or f"`{rule.expression}` must hold"


def link(rule: Invariant, profile: str = "") -> str:
    """The url of the page that has the rule: the profile or extension definition that adds it, or else R4's page of the type."""
    return profile or links.rules(rule.path.partition(".")[0])


@cache
def _sentences() -> dict[str, str]:
    """The sentences by key, or by key and path where definitions use one key for different rules."""
    text = (Path(tables.__file__).parent / "rules.tsv").read_text("utf-8")
    return dict(line.split("\t") for line in text.splitlines())
