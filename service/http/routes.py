"""The whole route table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from service.http.handlers import convert, description, page, probes, schema, validate
from service.http.message import Request, Response
from service.http.negotiate import FHIR, FHIR_LINES, HTML, JSON, LINES, SCHEMA, YAML
from service.mapping.wire import Gateway

Media = Mapping[str, tuple[str, ...]]

RECORDS_TO_FHIR: Media = {JSON: (FHIR, JSON), LINES: (FHIR_LINES, LINES)}
FHIR_TO_RECORDS: Media = {FHIR: (JSON,), JSON: (JSON,), FHIR_LINES: (LINES,), LINES: (LINES,)}

VALIDATED: Media = {FHIR: (FHIR, JSON), JSON: (FHIR, JSON)}


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `media` are the types that it answers in, the usual one first, by the type of the body ("": no body)."""

    method: str
    path: str
    operation: str
    handler: Callable[[Gateway, Request], Response]
    media: Media
    query: tuple[str, ...] = ()


ROUTES = (
    Route("GET", "/", "index", page.index, {"": (HTML,)}),
    Route("GET", "/openapi.yaml", "openapi", description.openapi, {"": (YAML,)}),
    Route("GET", "/livez", "live", probes.live, {"": (JSON,)}),
    Route("GET", "/readyz", "ready", probes.ready, {"": (JSON,)}),
    Route("GET", "/kap/schema/{kind}", "schema", schema.schema, {"": (SCHEMA, JSON)}),
    Route("POST", "/kap/convert/{kind}", "to_fhir", convert.to_fhir, RECORDS_TO_FHIR, ("server", "takes_ids", "recorded")),
    Route("POST", "/kap/convert", "from_fhir", convert.from_fhir, FHIR_TO_RECORDS, ("server", "leftovers", "key")),
    Route("POST", "/fhir/$validate", "validate", validate.validate, VALIDATED, ("mode", "profile")),
    Route("POST", "/fhir/{type}/$validate", "validate_type", validate.validate, VALIDATED, ("mode", "profile")),
    Route("POST", "/fhir/{type}/{id}/$validate", "validate_instance", validate.validate, VALIDATED, ("mode", "profile")),
)
