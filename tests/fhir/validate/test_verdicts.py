"""Our examples with one thing changed get the verdict that HL7's Java validator gave them, as a table keeps it."""

from __future__ import annotations

from service.fhir.validate import validate_bytes
from tests.support import verdicts


def test_the_table_is_of_our_examples_as_they_are() -> None:
    """At most one row in ten is of an example that was changed since: `python -m tests.conformance.verdicts` renews them."""
    known = verdicts.kept()
    found = [row["hash"] in known for row, _ in verdicts.changed()]
    assert len(found) > 500
    assert sum(found) > 0.9 * len(found)


def test_ours_says_what_hl7_said() -> None:
    """A changed example has an error for us exactly when it has for HL7's validator, but where the table gives a reason."""
    known, guide = verdicts.kept(), verdicts.guide()
    for row, text in verdicts.changed():
        if row["hash"] in known:
            judged = known[row["hash"]]
            is_valid = not any(one.severity in ("error", "fatal") for one in validate_bytes(text, guide=guide))
            assert is_valid is (judged["valid"] is ("reasons" not in judged)), row
