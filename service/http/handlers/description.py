"""The description of this API (OpenAPI), as it stands in `openapi.yaml`."""

from __future__ import annotations

from importlib import resources

from service.http.message import Request, Response
from service.mapping.wire import Gateway

TEXT = (resources.files("service.http") / "openapi.yaml").read_bytes()


def openapi(_: Gateway, request: Request) -> Response:
    """The text itself."""
    return Response(TEXT, request.answer)
