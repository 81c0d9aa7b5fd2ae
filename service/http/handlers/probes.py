"""Whether the process lives, and whether it is ready."""

from __future__ import annotations

from service.fhir import json
from service.http.message import Request, Response
from service.mapping.wire import Gateway


def live(_: Gateway, request: Request) -> Response:
    """The process answers."""
    return Response(b'{"status":"live"}', request.answer)


def ready(gateway: Gateway, request: Request) -> Response:
    """The mappings are loaded: there is no gateway before they are."""
    told = {"status": "ready", "mapping": gateway.mapping, "clinic": gateway.library.clinic}
    return Response(json.write(told), request.answer)
