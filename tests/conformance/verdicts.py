"""`python -m tests.conformance.verdicts` asks HL7's validator for the table of verdicts that `make test` reads, and writes it."""

from __future__ import annotations

from service.fhir import json
from tests.conformance import material, oracle
from tests.support import verdicts


def table() -> bytes:
    """The table as it is now."""
    rows = [(row, (row["kind"], row["hash"]), text) for row, text in verdicts.changed()]
    judged = oracle.judge({name: text for _, name, text in rows}, material.given())
    by_name = {(one.sort, one.name): one for one in judged}
    lines = []
    for row, name, _ in rows:
        verdict = by_name[name]
        lines.append({**row, "valid": not verdict.theirs} | ({} if verdict.agree else {"reasons": sorted(verdict.reasons)}))
    return b"".join(json.write(line) + b"\n" for line in lines)


if __name__ == "__main__":
    verdicts.TABLE.write_bytes(table())
