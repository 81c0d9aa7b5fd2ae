"""Media types: which one the body has, which one the answer gets (RFC 9110 §8.3, §12.5)."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_options_header

from service.http import outcomes

JSON = "application/json"
FHIR = "application/fhir+json"
LINES = "application/x-ndjson"
FHIR_LINES = "application/fhir+ndjson"
SCHEMA = "application/schema+json"
YAML = "application/yaml"
HTML = "text/html"

NDJSON = frozenset({LINES, FHIR_LINES})


def body_type(content_type: str, content_encoding: str, known: Iterable[str]) -> str:
    """The media type of a body, one of the `known`. Raises Failure (415) for another one, a charset but UTF-8, or a compressed body."""
    type_, options = parse_options_header(content_type.lower())
    if type_ not in known or options.get("charset", "utf-8") not in ("utf-8", "utf8"):
        raise outcomes.unsupported_type(known)
    if content_encoding.lower() not in ("", "identity"):
        raise outcomes.compressed()
    return type_


def answer_type(accept: str, offered: tuple[str, ...]) -> str:
    """The media type of the answer that the client prefers, the first of the `offered` where it does not say. Raises Failure (406)."""
    if not accept.strip():
        return offered[0]
    wanted = parse_accept_header(accept, MIMEAccept)
    best = wanted.best_match(offered)
    if best is None:
        raise outcomes.not_acceptable(offered)
    return best
