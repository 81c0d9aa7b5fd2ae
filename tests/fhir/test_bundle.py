"""A reference in a Bundle names the entries that R4's rules for resolving it give."""

from __future__ import annotations

import pytest

from service.fhir import bundle
from service.fhir.bundle import Restful

SERVER = "https://a.example/fhir/"
ENTRY = "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7"
ENTRIES = bundle.entries(
    {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": f"{SERVER}Patient/1", "resource": {"resourceType": "Patient", "id": "1", "meta": {"versionId": "1"}}},
            {"fullUrl": f"{SERVER}Patient/1", "resource": {"resourceType": "Patient", "id": "1", "meta": {"versionId": "2"}}},
            {"fullUrl": ENTRY, "resource": {"resourceType": "Group"}},
            {"fullUrl": 1, "resource": []},
            "x",
        ],
    }
)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"{SERVER}Patient/1", Restful(SERVER, "Patient", "1", "")),
        ("Patient/a-b.c/_history/7", Restful("", "Patient", "a-b.c", "7")),
        ("Patient/a_b", None),
        ("patient/1", None),
        ("Patient", None),
        ("https://a.example/x", None),
        (ENTRY, None),
    ],
)
def test_a_url_of_the_rest_api_tells_type_and_id(url: str, said: Restful | None) -> None:
    """Server, type, id and version are read from the url of a resource, absolute or relative."""
    assert bundle.restful(url) == said


@pytest.mark.parametrize(
    ("reference", "base", "count"),
    [
        (ENTRY, "", 1),
        (f"{SERVER}Patient/1", "", 2),
        ("Patient/1", f"{SERVER}Observation/2", 2),
        ("Patient/1/_history/2", f"{SERVER}Observation/2", 1),
        (f"{SERVER}Patient/1/_history/3", "", 0),
        (f"{ENTRY}#part", "", 1),
        ("Patient/1", "https://b.example/Observation/2", 0),
        ("Patient/1", ENTRY, 0),
        ("Patient/1", "", 0),
        ("Group", f"{SERVER}Observation/2", 0),
        (f"{ENTRY}/_history/1", "", 0),
    ],
)
def test_a_reference_names_entries(reference: str, base: str, count: int) -> None:
    """An absolute reference names what has it as fullUrl, a relative one is read on the server of its own entry, a version must match."""
    assert len(ENTRIES.named(reference, base)) == count
