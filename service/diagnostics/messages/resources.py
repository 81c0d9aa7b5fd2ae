"""KAP5xx: a resource is refused, is no shape's, or holds more than the record read from it."""

from __future__ import annotations

from collections.abc import Iterable

from service.diagnostics.issue import Issue


def not_a_resource(where: str) -> Issue:
    return Issue(
        "KAP501",
        "structure",
        "not a FHIR resource: `resourceType` names no type of R4",
        where,
        help="send a resource, a Bundle or NDJSON of resources",
    )


def modifier_extension(where: str) -> Issue:
    return Issue("KAP502", "extension", "a modifierExtension changes the meaning of the resource in a way that is not known here", where)


def modifier_not_read(where: str, place: str = "") -> Issue:
    return Issue(
        "KAP503",
        "not-supported",
        "this element changes the meaning of the resource, and the mapping does not read what it says",
        where,
        place,
    )


def two_identities(where: str) -> Issue:
    return Issue("KAP504", "conflict", "the resource carries identifiers of ours for two different resources", where)


def unknown_own(where: str) -> Issue:
    return Issue(
        "KAP505",
        "not-supported",
        "the resource carries an identifier of ours for a shape that no mapping has",
        where,
        help="name the old shape under `formerly:`",
    )


def not_this(where: str, shape: str, path: str, place: str) -> Issue:
    return Issue("KAP506", "informational", f"not `{shape}`: `{path}` does not hold what that shape requires", where, place, "information")


def no_shape(where: str, type_: str) -> Issue:
    return Issue("KAP507", "not-supported", f"no mapping reads this {type_}", where, severity="warning")


def nothing_read(where: str, shape: str, place: str) -> Issue:
    return Issue("KAP508", "not-supported", f"`{shape}` knows none of the parts that this resource has", where, place, "warning")


def does_not_fit(where: str, reason: str, place: str) -> Issue:
    return Issue("KAP509", "value", f"not read into the record: it {reason}", where, place, "warning")


def clause_fails(where: str, clause: str, place: str) -> Issue:
    return Issue("KAP510", "business-rule", f"not read into the record, which would break `{clause}`", where, place, "warning")


def members_disagree(where: str, fields: Iterable[str]) -> Issue:
    return Issue("KAP511", "conflict", f"the resources of this record differ in {', '.join(fields)}", where)


def record_refused(where: str, reason: str, place: str) -> Issue:
    return Issue("KAP512", "business-rule", f"no record can be made of it: {reason}", where, place)


def leftover(where: str, *, differs: bool) -> Issue:
    what = "differs from what the record would write here" if differs else "is not in the record"
    return Issue("KAP513", "informational", what, where, severity="information")


def leftover_refused(where: str, *, differs: bool) -> Issue:
    what = "differs from what the record would write here" if differs else "is not in the record"
    return Issue("KAP514", "not-supported", f"{what}, and the mapping refuses leftovers", where, help="set `leftovers: keep` or `report`")


def no_memory(server: str) -> Issue:
    return Issue(
        "KAP515",
        "business-rule",
        f"this record was read from {server} without keeping what it does not hold, and may not update the resource there",
        "_fhir",
        help="read it with `leftovers: keep`, or take `_fhir` out of the record to write it as new",
    )


def cannot_carry(fields: Iterable[str], server: str) -> Issue:
    return Issue(
        "KAP516",
        "not-supported",
        f"the form in which {server} keeps this record has no place for the change of {', '.join(fields)}",
        next(iter(fields), ""),
        help="make the change at the server, or take `_fhir` out of the record to write it as new",
    )


def bad_memory() -> Issue:
    return Issue("KAP517", "structure", "`_fhir` is not what the engine wrote", "_fhir", help="hand it back as it came, or leave it out")


def gone(where: str) -> Issue:
    return Issue("KAP518", "informational", "described the old value and was left out", where, severity="information")


def breaks_r4(where: str, kind: str, fault: str, rule: str) -> Issue:
    return Issue("KAP519", kind, f"not FHIR R4, so nothing of it is read: {fault}", where, help=rule)


def breaks_form(where: str, kind: str, fault: str, rule: str) -> Issue:
    return Issue("KAP521", kind, f"not FHIR R4, but read: {fault}", where, severity="warning", help=rule)


def breaks_profile(where: str, profile: str, fault: str) -> Issue:
    return Issue(
        "KAP520",
        "invalid",
        f"not what {profile} asks for: {fault}",
        where,
        severity="warning",
        help="`kap-fhir validate` says all of it",
    )
