"""HL7's Java validator and ours over the same resources: the verdicts side by side, and the reason of each difference."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from service.fhir import json
from service.fhir.json import JsonError, Value
from service.fhir.validate import Finding, validate
from tests.conformance import differences, hl7

PACKAGES = ("us-core-6.1.0", "ips-1.1.0")
"""What ours has packed."""
REPORT = Path(__file__).parents[2] / "build" / "oracle.json"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What both say of one resource: HL7's errors and ours. `sort` is the kind of resource or of change."""

    name: str
    sort: str
    theirs: list[Value]
    ours: list[Finding]

    @property
    def agree(self) -> bool:
        """Whether both accept it or both refuse it."""
        return bool(self.theirs) is bool(self.ours)

    @property
    def reasons(self) -> set[str]:
        """The reasons of each error that one alone has, "" for none."""
        return {differences.reason(one) for one in self.theirs or self.ours}

    @property
    def place(self) -> str:
        """Whether both name the same place: `same`, `near` (one is inside the other) or `elsewhere`."""
        theirs = {_plain(one["location"]) for one in self.theirs}
        ours = {one.expression for one in self.ours}
        if theirs & ours:
            return "same"
        return "near" if any(one.startswith(other) or other.startswith(one) for one in theirs for other in ours) else "elsewhere"


def judge(resources: Mapping[tuple[str, str], bytes], definitions: Iterable[Value]) -> list[Verdict]:
    """The verdicts on resources by their sort and name."""
    theirs = hl7.errors({f"{sort} {name}": text for (sort, name), text in resources.items()}, [*definitions], PACKAGES)
    return [Verdict(name, sort, theirs.get(f"{sort} {name}", []), errors(text)) for (sort, name), text in resources.items()]


def errors(text: bytes) -> list[Finding]:
    """Our errors."""
    try:
        found = validate(json.read(text))
    except JsonError as error:
        return [Finding("fatal", "structure", "", str(error))]
    return [one for one in found if one.severity != "warning"]


def report(verdicts: list[Verdict], seed: int) -> dict[str, Value]:
    """The figures and every difference."""
    ours_only = [one for one in verdicts if one.ours and not one.theirs]
    theirs_only = [one for one in verdicts if one.theirs and not one.ours]
    explained = [one for one in (*ours_only, *theirs_only) if "" not in one.reasons]
    reasons = Counter(reason for one in explained for reason in one.reasons)
    return {
        "seed": seed,
        "compared": len(verdicts),
        "agree": sum(one.agree for one in verdicts),
        "both refuse": sum(bool(one.theirs and one.ours) for one in verdicts),
        "ours_only": len(ours_only),
        "theirs_only": len(theirs_only),
        "explained": len(explained),
        "reasons": dict(reasons.most_common()),
        "places": Counter(one.place for one in verdicts if one.theirs and one.ours),
        "sorts": {sort: _figures([one for one in verdicts if one.sort == sort]) for sort in sorted({one.sort for one in verdicts})},
        "differences": [_shown(one) for one in verdicts if not one.agree],
        "elsewhere": [_shown(one) for one in verdicts if one.theirs and one.ours and one.place == "elsewhere"],
    }


def table(report: Mapping[str, Value]) -> str:
    """The figures by sort of resource and change, as lines."""
    head = ("compared", "agree", "both refuse", "ours_only", "theirs_only", "explained")
    rows = [("", *head), *((sort, *map(str, one.values())) for sort, one in report["sorts"].items())]
    rows.append(("all", *(str(report[name]) for name in head)))
    return "\n".join(row[0].ljust(28) + "".join(cell.rjust(13) for cell in row[1:]) for row in rows)


def _figures(verdicts: list[Verdict]) -> dict[str, int]:
    return {
        "compared": len(verdicts),
        "agree": sum(one.agree for one in verdicts),
        "both refuse": sum(bool(one.theirs and one.ours) for one in verdicts),
        "ours_only": sum(bool(one.ours and not one.theirs) for one in verdicts),
        "theirs_only": sum(bool(one.theirs and not one.ours) for one in verdicts),
        "explained": sum(not one.agree and "" not in one.reasons for one in verdicts),
    }


def _shown(verdict: Verdict) -> Value:
    return {
        "name": f"{verdict.sort} {verdict.name}",
        "reasons": sorted(verdict.reasons),
        "theirs": [f"{one.get('messageId')} {one['location']}: {one['message']}" for one in verdict.theirs],
        "ours": [f"{one.code} {one.expression}: {one.message} {one.profile}" for one in verdict.ours],
    }


def _plain(location: str) -> str:
    """HL7's location as ours: without comments, a choice by its JSON name."""
    location = re.sub(r"/\*.*?\*/", "", location)
    return re.sub(r"\.ofType\((\w)(\w*)\)", lambda found: found[1].upper() + found[2], location)
