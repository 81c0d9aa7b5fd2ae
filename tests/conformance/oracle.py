"""HL7's Java validator and ours over the same resources: the verdicts side by side, and the reason of each difference."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.fhir import guide_files
from service.fhir.json import Value
from service.fhir.validate import Finding, Guide, validate_bytes
from tests.conformance import differences, hl7

PACKAGES = ("us-core-6.1.0", "ips-1.1.0")
"""What ours has packed."""
REPORT = Path(__file__).parents[2] / "build" / "oracle.json"


INVALID = {"invalid", "structure", "required", "value", "invariant"}
"""One branch of R4's issue types (valueset-issue-type.html); what else is found is of the other, `processing`."""


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
        return differences.reasons(self.theirs or self.ours)

    @property
    def place(self) -> str:
        """Whether both name the same place: `same`, `near` (one is inside the other) or `elsewhere`."""
        theirs = {_place(one) for one in self.theirs}
        ours = {one.expression for one in self.ours}
        if theirs & ours:
            return "same"
        return "near" if any(one.startswith(other) or other.startswith(one) for one in theirs for other in ours) else "elsewhere"

    @property
    def code(self) -> str:
        """Whether both name one issue type: `same`, `kin` (of one branch, as `invalid` and `structure` are) or `other`."""
        theirs, ours = {one["code"] for one in self.theirs}, {one.code for one in self.ours}
        if theirs & ours:
            return "same"
        return "kin" if {one in INVALID for one in theirs} & {one in INVALID for one in ours} else "other"


def judge(resources: Mapping[tuple[str, str], bytes], given: Sequence[Value]) -> list[Verdict]:
    """The verdicts on resources by their sort and name, with definitions given to both."""
    theirs = hl7.errors({f"{sort} {name}": text for (sort, name), text in resources.items()}, given, PACKAGES)
    guide = guide_files.guide(("definitions", one) for one in given)
    return [Verdict(name, sort, theirs.get(f"{sort} {name}", []), errors(text, guide)) for (sort, name), text in resources.items()]


def errors(text: bytes, guide: Guide) -> list[Finding]:
    """Our errors; an exception, which must not be, as one without a reason."""
    try:
        return [one for one in validate_bytes(text, guide=guide) if one.severity in ("error", "fatal")]
    except Exception as error:  # noqa: BLE001 - the run goes on, and fails for it
        return [Finding("fatal", "exception", "", repr(error))]


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
        "codes": Counter(one.code for one in verdicts if one.theirs and one.ours),
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


def _place(error: Value) -> str:
    """HL7's location as ours: without comments, a choice by its JSON name as far as it is told, "" for the whole resource."""
    if str(error.get("messageId")).startswith("BUNDLE_ENTRY_URL"):
        return "Bundle.entry"  # whichever it is, the first is named
    location = re.sub(r"/\*.*?\*/", "", error["location"], flags=re.DOTALL).replace("[x]", "").replace("$", "")
    return re.sub(r"\.ofType\((\w)(\w*)\)", lambda found: found[1].upper() + found[2], location)
