"""Findings about records and resources."""

from __future__ import annotations

from service.diagnostics.issue import Issue, Refused


def test_a_finding_is_told_on_one_line_with_its_help_below() -> None:
    """Severity, code, where, what, and the mapping's place, of which the last may be missing like the help."""
    one = Issue("KAP403", "value", "must be a number", "heart_rate", "reading.yaml:9:3", help="write 72")
    assert one.render() == "error[KAP403] at heart_rate: must be a number (reading.yaml:9:3)\n  = help: write 72"
    assert Issue("KAP507", "not-supported", "no mapping", severity="warning").render() == "warning[KAP507]: no mapping"


def test_a_finding_inside_a_list_is_told_with_the_whole_path() -> None:
    """Each level around puts its path before."""
    one = Issue("KAP402", "required", "missing", "taken_at")
    assert one.inside("readings[1]").inside("sessions[0]").where == "sessions[0].readings[1].taken_at"
    assert Issue("KAP405", "structure", "no object").inside("readings[1]").where == "readings[1]"
    assert one.inside("") == one


def test_a_refusal_says_all_its_reasons() -> None:
    """The text of the exception is that of every finding, a line each."""
    issues = [Issue("KAP401", "structure", "unknown", "a"), Issue("KAP402", "required", "missing", "b")]
    refused = Refused(iter(issues))
    assert refused.issues == tuple(issues)
    assert str(refused) == "error[KAP401] at a: unknown\nerror[KAP402] at b: missing"
