"""HL7's suite, and what docs/fhirpath.md says of it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.fhir.fhirpath import suite
from tests.fhir.fhirpath.stand_ins import STAND_INS
from tests.support.shared import shared

PAGE = (Path(__file__).parents[3] / "docs" / "fhirpath.md").read_text("utf-8")


def test_the_suite_passes_but_for_what_the_page_lists() -> None:
    """The figures and the list of failures that the page publishes are those of this run."""
    folder = shared("cases/fhirpath/ftcroot")
    cases = list(suite.cases(folder / "r4_fhirpath_tests-fhir-r4.xml"))
    failed = {case.name for case in cases if suite.fault(case, folder)}
    section = PAGE.partition("## HL7's suite")[2].partition("\n## ")[0]
    assert failed == set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert f"has {len(cases)} tests, of which **{len(cases) - len(failed)} pass**" in section
    assert f"input of {sum(case.input in STAND_INS for case in cases)} of" in section
