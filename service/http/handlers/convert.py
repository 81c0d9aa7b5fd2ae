"""The main job over HTTP: records become resources, resources become records; one body, or NDJSON line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from service.fhir import json
from service.fhir.json import JsonError
from service.fhir.outcome import outcome
from service.http import outcomes
from service.http.message import Request, Response
from service.mapping.wire import Answer, Gateway, Terms
from service.records.leaves import ID

Links = Mapping[str, Mapping[str, str]]


def to_fhir(gateway: Gateway, request: Request) -> Response:
    """Records of the kind in the path as resources. Raises Failure (404), Refused.

    Where a server is named, or there is something to tell beside the resources, the answer is a Parameters: `return`, `outcome` with the
    notes, and `withdrawn`. Else it is the resource or Bundle.
    """
    kind, query = request.path["kind"], request.query
    if kind not in gateway.library.kinds:
        raise outcomes.unknown_kind(gateway.library.kinds, kind)
    terms = Terms(server=query.get("server", ""), takes_ids=query.get("takes_ids") == "true", recorded=query.get("recorded", ""))
    if request.ndjson:
        answers = gateway.to_fhir_lines(kind, request.lines, terms)
        return Response((_resource(one, terms) + b"\n" for one in answers), request.answer)
    return Response(_resource(gateway.to_fhir(kind, request.body, terms), terms), request.answer)


def from_fhir(gateway: Gateway, request: Request) -> Response:
    """Resources as records, with what could not be read. Raises Failure (422), Refused.

    Beside a resource, a Bundle and a list of resources the body may be `{"resources": one of these, "links": {server: {"Type/id": key}}}`.
    """
    query = request.query
    terms = Terms(server=query.get("server", ""), key=query.get("key", ""), leftovers=query.get("leftovers", ""))
    if request.ndjson:
        return Response((one.data + b"\n" for one in gateway.from_fhir_lines(request.lines, terms)), request.answer)
    resources, links = _linked(request.body)
    return Response(gateway.from_fhir(resources, replace(terms, links=links)).data, request.answer)


def _resource(answer: Answer, terms: Terms) -> bytes:
    if answer.failed or not (terms.server or answer.issues or answer.withdrawn):
        return answer.data
    parts = [b'{"name":"return","resource":%b}' % answer.data, b'{"name":"outcome","resource":%b}' % json.write(outcome(answer.issues))]
    parts += [b'{"name":"withdrawn","valueReference":{"reference":%b}}' % json.write(name) for name in answer.withdrawn]
    return b'{"resourceType":"Parameters","parameter":[%b]}' % b",".join(parts)


def _linked(data: bytes) -> tuple[bytes, Links]:
    """The resources of a body, and the link table beside them. Most bodies have none, and are not parsed here."""
    if b'"resources"' not in data:
        return data, {}
    try:
        value = json.read(data)
    except JsonError:
        return data, {}
    if not isinstance(value, dict) or "resources" not in value or "resourceType" in value:
        return data, {}
    if unknown := sorted(value.keys() - {"resources", "links"}):
        raise outcomes.not_beside_resources(unknown[0])
    links = value.get("links", {})
    if not _is_link_table(links):
        raise outcomes.bad_links()
    return json.write(value["resources"]), links


def _is_link_table(links: object) -> bool:
    return isinstance(links, dict) and all(
        isinstance(one, dict) and all(isinstance(key, str) and ID.fullmatch(key) for key in one.values()) for one in links.values()
    )
