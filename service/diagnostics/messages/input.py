"""KAP6xx: what was sent with a conversion cannot be read."""

from __future__ import annotations

from collections.abc import Iterable

from service.diagnostics.issue import Issue


def not_json(reason: str) -> Issue:
    return Issue("KAP601", "structure", reason, help="send JSON, UTF-8, without a name twice in one object")


def unknown_kind(help_: str) -> Issue:
    return Issue("KAP602", "not-found", "there is no record kind of this name", help=help_)


def not_an_instant() -> Issue:
    return Issue("KAP603", "value", "`recorded` must be a time with seconds and offset: YYYY-MM-DDThh:mm:ss±hh:mm")


def not_a_policy(policies: Iterable[str]) -> Issue:
    return Issue("KAP604", "value", f"`leftovers` must be one of {', '.join(policies)}")


def not_beside() -> Issue:
    return Issue(
        "KAP605", "structure", "must hold lists of records by their kind", "with", help='{"patient": [{…}], "practitioner": [{…}]}'
    )


def not_resources(where: str) -> Issue:
    return Issue("KAP606", "structure", "must be a FHIR resource, an object with a `resourceType`", where)


def no_resource(where: str) -> Issue:
    return Issue("KAP607", "informational", "the entry holds no resource, so there is nothing to read", where, severity="information")


def not_a_server() -> Issue:
    return Issue("KAP608", "value", "`server` must be the base of a FHIR server, an absolute URL")
