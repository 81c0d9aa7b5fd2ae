"""KAP4xx: a record is refused."""

from __future__ import annotations

from collections.abc import Iterable

from service.diagnostics.diagnostic import similar
from service.diagnostics.issue import Issue
from service.diagnostics.spans import Span


def unknown(path: str, name: str, known: Iterable[str]) -> Issue:
    return Issue("KAP401", "structure", f"there is no field `{name}`", path, help=similar(name, known))


def missing(path: str, span: Span) -> Issue:
    return Issue("KAP402", "required", "this field is required", path, span.place)


def not_valid(path: str, problem: str, span: Span) -> Issue:
    return Issue("KAP403", "value", problem, path, span.place)


def not_a_list(path: str, span: Span) -> Issue:
    return Issue(
        "KAP404",
        "structure",
        "must be a list with at least one entry",
        path,
        span.place,
        help="leave the field out when there is nothing to say",
    )


def not_an_object(path: str) -> Issue:
    return Issue("KAP405", "structure", "must be an object whose members are fields", path)


def empty(path: str) -> Issue:
    return Issue("KAP406", "structure", "has no value", path, help="leave the field out when there is nothing to say")


def rule_fails(path: str, rule: str, span: Span) -> Issue:
    return Issue("KAP407", "business-rule", f"the record breaks the rule: {rule}", path, span.place)


def item_twice(path: str, name: str, span: Span) -> Issue:
    return Issue(
        "KAP408", "duplicate", f"two entries have the same `{name}`", path, span.place, help=f"give every entry a `{name}` of its own"
    )


def and_more(told: int) -> Issue:
    return Issue("KAP413", "informational", f"these are the first {told} problems; there may be more", severity="information")


def filled_from_parent(path: str, name: str, span: Span) -> Issue:
    return Issue("KAP409", "structure", f"`{name}` is filled from the record around this one", path, span.place, help="leave it out here")


def becomes_invalid(type_: str, fault: str, span: Span) -> Issue:
    return Issue("KAP414", "invariant", f"the {type_} that the record becomes would not be valid: {fault}", "", span.place)
