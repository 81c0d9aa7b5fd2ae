"""Every OperationOutcome that HTTP adds to those of the mapping, by name. Only here a problem becomes a status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from service.diagnostics.diagnostic import similar
from service.diagnostics.issue import Issue, Refused
from service.fhir import json
from service.fhir.outcome import outcome
from service.fhir.validate import Finding
from service.http.message import Response

TYPE = "application/fhir+json"

NOT_JSON = "KAP601"


class Failure(Exception):  # noqa: N818 - it is an answer
    """A request that is answered with an OperationOutcome."""

    def __init__(self, status: int, issues: Iterable[Issue], headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.issues = tuple(issues)
        self.headers = headers or {}
        super().__init__(status)

    @property
    def outcome(self) -> bytes:
        """The OperationOutcome as JSON."""
        return json.write(outcome(self.issues))

    @property
    def response(self) -> Response:
        """The whole answer."""
        return Response(self.outcome, TYPE, self.status, self.headers)


def not_found() -> Failure:
    """404: no route has this path."""
    return _failure(404, "not-found", "there is nothing at this address", help="`GET /` says what is here")


def unknown_kind(known: Iterable[str], asked: str) -> Failure:
    """404: no mapping has this record kind."""
    names = list(known)
    return _failure(
        404, "not-found", "no mapping has this record kind", help=similar(asked, names) or f"the record kinds are {', '.join(names)}"
    )


def method_not_allowed(allowed: Iterable[str]) -> Failure:
    """405, with `Allow`."""
    methods = ", ".join(sorted(allowed))
    return _failure(405, "not-supported", f"this address answers {methods} only", headers={"Allow": methods})


def not_acceptable(offered: Iterable[str]) -> Failure:
    """406: the client accepts no type that this answer has."""
    return _failure(406, "not-supported", f"the answer to this request has the type {' or '.join(offered)}")


def cut_off() -> Failure:
    """400: the connection broke, or its framing was wrong, before the body was whole."""
    return _unread(400, "incomplete", "the body did not come whole")


def body_too_long(limit: int) -> Failure:
    """413: the body is longer than the setting allows."""
    return _unread(413, "too-long", f"the body has more than {limit} bytes")


def line_too_long(number: int, limit: int) -> Failure:
    """413: a line of NDJSON is longer than the setting allows."""
    return _unread(413, "too-long", f"line {number} has more than {limit} bytes")


def too_many_values(limit: int) -> Failure:
    """413: the body, or a line of NDJSON, has too many values for its size, or the body has too many lines."""
    return _unread(413, "too-costly", f"the body has more than {limit} values")


def unsupported_type(known: Iterable[str]) -> Failure:
    """415: the body is of a type that this route does not read."""
    return _failure(415, "not-supported", f"the Content-Type of this request must be {' or '.join(known)}, in UTF-8")


def compressed() -> Failure:
    """415: the body has a Content-Encoding."""
    return _failure(415, "not-supported", "the body must not be compressed")


def unknown_parameter(name: str, known: Iterable[str]) -> Failure:
    """400: the route has no such query parameter."""
    names = list(known)
    return _failure(
        400, "not-supported", f"there is no parameter `{name}` here", help=similar(name, names) or f"there are {', '.join(names) or 'none'}"
    )


def parameter_twice(name: str) -> Failure:
    """400: a query parameter stands twice."""
    return _failure(400, "invalid", f"the parameter `{name}` stands twice")


def bad_parameter(name: str, form: str) -> Failure:
    """400: a query parameter has not its form."""
    return _failure(400, "value", f"the parameter `{name}` must be {form}")


def beyond_limits(message: str) -> Failure:
    """400: the body is too deep or has too long a number."""
    return _unread(400, "too-costly", message)


def not_beside_resources(name: str) -> Failure:
    """422: the object around resources and links has another member."""
    return Failure(422, [Issue("", "structure", "beside `resources` there may only be `links`", name)])


def bad_links() -> Failure:
    """422: the link table has not its form."""
    return Failure(
        422, [Issue("", "structure", "must be a link table", "links", help='{"https://ehr.example.org/fhir": {"Patient/1": "c-17"}}')]
    )


def unknown_type(known: Iterable[str], asked: str) -> Failure:
    """404: R4 has no such resource type."""
    return _failure(404, "not-found", "R4 has no resource of this type", help=similar(asked, known))


def unreadable(finding: Finding) -> Failure:
    """400: what is to be validated is no JSON."""
    at = f" (line {finding.line}, column {finding.column})" if finding.line else ""
    return _unread(400, finding.code, f"{finding.message}{at}")


def no_resource() -> Failure:
    """400: there is nothing to validate."""
    return _failure(400, "required", "there is no resource to validate", help="send it raw, or in Parameters under `resource`")


def bad_definition(element: str, reason: str) -> Failure:
    """400: a definition that is to be validated by cannot be used."""
    return _failure(400, "invalid", f"the parameter `with` cannot be used: {f'{element}: ' if element else ''}{reason}")


def needs_profile() -> Failure:
    """400: the mode asks for a profile."""
    return _failure(400, "required", "the mode `profile` needs the parameter `profile`")


def needs_instance(mode: str) -> Failure:
    """400: the mode is one for the address of a resource."""
    return _failure(400, "not-supported", f"the mode `{mode}` is for the address of one resource: /fhir/[type]/[id]/$validate")


def unknown_profile() -> Failure:
    """422: a profile that is not known cannot be validated against."""
    return _failure(422, "not-found", "the profile is not known here", help="those of R4, US Core and IPS are")


def nothing_stored() -> Failure:
    """422: the question is about a resource that the server would have to store."""
    return _failure(422, "not-supported", "nothing is stored here, so nothing can be said of a stored resource")


def bad_request(status: int) -> Failure:
    """4xx: what the web framework refuses by itself."""
    return _failure(status, "invalid", "this is not a request that can be answered")


def internal() -> Failure:
    """500: a defect of ours, of which nothing is told."""
    return _failure(500, "exception", "this request could not be answered because of a defect; the log has it under its X-Request-Id")


def refused(error: Refused) -> Failure:
    """400 where the body is no JSON or beyond the limits, else 422."""
    return Failure(400 if any(issue.code == NOT_JSON for issue in error.issues) else 422, error.issues)


def _failure(status: int, kind: str, message: str, *, help: str = "", headers: Mapping[str, str] | None = None) -> Failure:  # noqa: A002 - Issue calls it so
    return Failure(status, [Issue("", kind, message, help=help)], headers)


def _unread(status: int, kind: str, message: str) -> Failure:
    """Nothing of the body was looked at."""
    return Failure(status, [Issue("", kind, message, severity="fatal")])
