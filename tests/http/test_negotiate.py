"""Which media type the body has, and which the answer gets."""

from __future__ import annotations

import pytest

from service.http.negotiate import FHIR, JSON, LINES, answer_type, body_type
from service.http.outcomes import Failure

KNOWN = (JSON, LINES)


@pytest.mark.parametrize(
    ("sent", "known_as"),
    [
        ("application/json", JSON),
        ("Application/JSON", JSON),
        ("application/json;charset=utf-8", JSON),
        ('application/json; charset="UTF8"', JSON),
        ("application/x-ndjson; profile=x", LINES),
    ],
)
def test_a_body_has_its_media_type(sent: str, known_as: str) -> None:
    """A media type is known in any case and with its parameters."""
    assert body_type(sent, "", KNOWN) == known_as
    assert body_type(sent, "identity", KNOWN) == known_as


@pytest.mark.parametrize(
    "sent", ["", "text/plain", "application/fhir+json", "application/json; charset=latin-1", "json", "a/b/c", ";", "*/*"]
)
def test_another_body_is_refused_with_what_is_read(sent: str) -> None:
    """No body is guessed: another media type, none, or another charset is a 415 that names the types that are read."""
    with pytest.raises(Failure) as refused:
        body_type(sent, "", KNOWN)
    assert refused.value.status == 415
    assert "application/json or application/x-ndjson" in refused.value.issues[0].message


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "identity, gzip", "x"])
def test_a_compressed_body_is_refused(encoding: str) -> None:
    """A body that would have to be unpacked first could be of any size, so it is a 415."""
    with pytest.raises(Failure) as refused:
        body_type(JSON, encoding, KNOWN)
    assert (refused.value.status, refused.value.issues[0].message) == (415, "the body must not be compressed")


@pytest.mark.parametrize(
    ("accept", "answer"),
    [
        ("", FHIR),
        ("*/*", FHIR),
        ("application/*", FHIR),
        ("application/json", JSON),
        ("application/json;q=0.5, application/fhir+json", FHIR),
        ("application/json, application/fhir+json;q=0.5", JSON),
        ("text/html, */*;q=0.1", FHIR),
        ("APPLICATION/JSON", JSON),
    ],
)
def test_the_answer_has_the_type_that_the_client_prefers(accept: str, answer: str) -> None:
    """Quality decides, then our own order; who does not say gets the usual type."""
    assert answer_type(accept, (FHIR, JSON)) == answer


@pytest.mark.parametrize(
    "accept", ["text/html", "application/fhir+xml", "application/json;q=0", "nonsense", ";;;", "*", "application/json;q=x"]
)
def test_a_client_that_accepts_nothing_of_ours_is_told_what_there_is(accept: str) -> None:
    """An answer in a type that was not asked for would be a guess: 406, with the types that there are."""
    with pytest.raises(Failure) as refused:
        answer_type(accept, (FHIR, JSON))
    assert refused.value.status == 406
    assert "application/fhir+json or application/json" in refused.value.issues[0].message
