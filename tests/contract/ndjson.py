"""schemathesis, told how NDJSON is sent."""

from __future__ import annotations

import schemathesis
from schemathesis import SerializationContext


@schemathesis.serializer("application/x-ndjson", "application/fhir+ndjson")
def lines(_: SerializationContext, value: object) -> bytes:
    """A text as it stands, anything else as one line."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else repr(value).encode()
