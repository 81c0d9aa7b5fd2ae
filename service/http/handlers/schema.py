"""The JSON Schema of a record kind."""

from __future__ import annotations

from service.fhir import json
from service.http import outcomes
from service.http.message import Request, Response
from service.mapping.record_schema import record_schema
from service.mapping.wire import Gateway


def schema(gateway: Gateway, request: Request) -> Response:
    """The schema (2020-12) of the kind in the path. Raises Failure (404)."""
    library, kind = gateway.library, request.path["kind"]
    if kind not in library.kinds:
        raise outcomes.unknown_kind(library.kinds, kind)
    return Response(json.write(record_schema(library, kind)), request.answer)
