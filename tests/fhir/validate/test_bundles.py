"""The entries of a Bundle fit its type and each other."""

from __future__ import annotations

from typing import Any

import pytest

from service.fhir.json import Value
from service.fhir.validate import validate
from tests.fhir.validate.made import errors

SERVER = "https://a.example/fhir/"
OTHER = "urn:uuid:00000000-0000-4000-8000-000000000000"
ENTRY = "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7"
PATIENT = {"resourceType": "Patient", "id": "1"}
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "informational"}]}
HEADER = {"resourceType": "MessageHeader", "id": "m", "eventUri": "https://a.example/e", "source": {"endpoint": "https://a.example"}}
AT = "Bundle.entry[0]"


def bundle(kind: str, *entries: Any, **more: Any) -> Value:
    """A Bundle of a type, with what a document needs."""
    made = {"identifier": {"system": "https://a.example", "value": "1"}, "timestamp": "2024-05-14T10:40:00Z"} if kind == "document" else {}
    return {"resourceType": "Bundle", "type": kind, **({"entry": [*entries]} if entries else {}), **made, **more}


def entry(resource: Value = None, url: str = f"{SERVER}Patient/1", **more: Any) -> Value:
    """An entry; no fullUrl for ""."""
    return {**({"fullUrl": url} if url else {}), **({"resource": resource} if resource else {}), **more}


def request(method: str, url: str, resource: Value = None, full: str = ENTRY) -> Value:
    """An entry of a transaction."""
    return entry(resource, full if resource else "", request={"method": method, "url": url})


def found(kind: str, resource: Value, mode: str) -> Value:
    """A search's result of one entry."""
    return bundle(kind, entry(resource, ENTRY, search={"mode": mode}))


def composition(**more: Any) -> Value:
    """The first entry of a document."""
    made = {"resourceType": "Composition", "id": "c", "status": "final", "type": {"text": "x"}, "date": "2024", "title": "x"}
    return entry({**made, "author": [{"reference": "Patient/1"}], **more}, f"{SERVER}Composition/c")


GOOD = [
    bundle("collection"),
    bundle("collection", entry(PATIENT), entry({"resourceType": "Patient"}, ENTRY)),
    bundle("collection", entry(PATIENT, "https://a.example/elsewhere")),
    bundle("transaction", request("POST", "Patient", {"resourceType": "Patient"}, ENTRY), request("DELETE", "Patient/2")),
    bundle("transaction", request("PUT", "Patient/1", PATIENT), request("PUT", "Patient?name=x", {"resourceType": "Patient"}, OTHER)),
    bundle("transaction", request("POST", "Patient/$match", {"resourceType": "Parameters"}), request("POST", "Patient/_search")),
    bundle("batch", request("GET", "Patient/1"), request("PUT", "Patient/1", PATIENT), request("PUT", "/Patient/1", PATIENT, OTHER)),
    bundle("batch-response", entry(None, "", response={"status": "404 Not Found"})),
    found("searchset", PATIENT, "match"),
    found("searchset", OUTCOME, "outcome"),
    bundle("searchset", link=[{"relation": one, "url": SERVER} for one in ("self", "next", "x", "x")]),
    bundle("document", composition(), entry(PATIENT)),
    bundle(
        "document",
        composition(),
        entry(PATIENT),
        entry({"resourceType": "Basic", "id": "b", "code": {"text": "x"}, "subject": {"reference": "Patient/1"}}, f"{SERVER}Basic/b"),
    ),
    bundle(
        "document",
        composition(),
        entry(PATIENT),
        entry({"resourceType": "Binary", "id": "b", "contentType": "text/css"}, f"{SERVER}Binary/b"),
        link=[{"relation": "stylesheet", "url": "Binary/b"}],
    ),
    bundle("message", entry({**HEADER, "focus": [{"reference": f"{SERVER}Patient/1"}]}, f"{SERVER}MessageHeader/m"), entry(PATIENT)),
]
BAD: list[tuple[Value, list[tuple[str, str]]]] = [
    (bundle("collection", entry(PATIENT, "")), [("required", AT)]),
    (bundle("collection", entry(PATIENT, "Patient/1")), [("value", f"{AT}.fullUrl")]),
    (bundle("collection", entry(PATIENT, f"{SERVER}Patient/2")), [("value", f"{AT}.fullUrl")]),
    (bundle("collection", entry(PATIENT, f"{SERVER}Group/1")), [("value", f"{AT}.fullUrl")]),
    (bundle("collection", entry({"resourceType": "Patient"})), [("value", f"{AT}.fullUrl")]),
    (bundle("searchset", link=[{"relation": "self", "url": SERVER}] * 2), [("structure", "Bundle.link[1].relation")]),
    (found("searchset", PATIENT, "outcome"), [("value", f"{AT}.search.mode")]),
    (found("searchset", {"resourceType": "Patient"}, "include"), [("required", f"{AT}.resource")]),
    (bundle("transaction", request("PUT", "Patient/1", PATIENT, "")), [("required", AT)]),
    (bundle("transaction", request("POST", "Patient")), [("required", AT)]),
    (bundle("batch", request("PUT", "Patient/1")), [("required", AT)]),
    (bundle("transaction", request("POST", "Group", PATIENT)), [("value", f"{AT}.request.url")]),
    (bundle("transaction", request("POST", f"{SERVER}Patient", PATIENT)), [("value", f"{AT}.request.url")]),
    (bundle("transaction", request("PUT", "Patient/2", PATIENT)), [("value", f"{AT}.request.url")]),
    (bundle("transaction", request("PUT", "Patient", PATIENT)), [("value", f"{AT}.request.url")]),
    (
        bundle("transaction", request("PUT", "Patient/1", PATIENT), request("DELETE", "Patient/1")),
        [("structure", "Bundle.entry[1].request.url")],
    ),
    (bundle("document"), [("invariant", "Bundle")]),
    (bundle("document", composition()), [("not-found", f"{AT}.resource.author[0].reference")]),
    (
        bundle(
            "document",
            composition(section=[{"title": "x", "section": [{"title": "y", "entry": [{"reference": "Basic/b"}]}]}]),
            entry(PATIENT),
        ),
        [("not-found", f"{AT}.resource.section[0].section[0].entry[0].reference")],
    ),
    (
        bundle("document", composition(attester=[{"mode": "legal", "party": {"reference": "Patient/2"}}]), entry(PATIENT)),
        [("not-found", f"{AT}.resource.attester[0].party.reference")],
    ),
    (bundle("document", composition(), entry(PATIENT), entry({"resourceType": "Patient"}, ENTRY)), [("structure", "Bundle.entry[2]")]),
    (
        bundle("message", entry({**HEADER, "focus": [{"reference": f"{SERVER}Patient/1"}]}, f"{SERVER}MessageHeader/m")),
        [("not-found", f"{AT}.resource.focus[0].reference")],
    ),
]


def test_a_status_without_a_number_is_told() -> None:
    """HL7's own examples have such a status: it is a warning."""
    answered = bundle("batch-response", entry(None, "", response={"status": "Created"}))
    assert [(one.severity, one.expression) for one in validate(answered)] == [("warning", f"{AT}.response.status")]


@pytest.mark.parametrize("good", GOOD, ids=range(len(GOOD)))
def test_a_good_bundle_has_no_error(good: Value) -> None:
    """Bundles of every type, as R4 wants them, have no error."""
    assert errors(good) == []


@pytest.mark.parametrize(("broken", "wanted"), BAD, ids=range(len(BAD)))
def test_what_breaks_a_bundle_is_found_at_its_place(broken: Value, wanted: list[tuple[str, str]]) -> None:
    """Full urls, links, search modes, requests, and what a document or message refers to are checked, each at its place."""
    assert errors(broken) == wanted
