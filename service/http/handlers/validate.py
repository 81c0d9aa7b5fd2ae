"""`$validate`: what is wrong with a resource (R4 operation-resource-validate.html). Nothing is stored, so none is looked up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from service.fhir import definitions, guide_files, json, primitives
from service.fhir import validate as checks
from service.fhir.guide_files import GuideError
from service.fhir.json import JsonError, Value
from service.fhir.outcome import of_findings
from service.fhir.validate import Finding, Guide
from service.http import outcomes
from service.http.message import Request, Response
from service.http.parameters import PARAMETERS
from service.mapping.wire import Gateway

_HTTP = "http://hl7.org/fhir/R4/http.html"
_MEMBERS = {
    "resource": ("resource",),
    "with": ("resource",),
    "mode": ("valueCode", "valueString"),
    "profile": ("valueUri", "valueCanonical", "valueUrl", "valueString"),
}
"""The parameters of the operation, each with the members that may hold it, R4's own first. `with`, which is ours and may be repeated, is a
Questionnaire, or a definition of a profile, an extension or codes, that the resource is validated by."""


class _Named(msgspec.Struct):
    """What a resource says that it is."""

    resourceType: str = ""  # noqa: N815 - FHIR calls it so
    id: str = ""


_decode = msgspec.json.Decoder(_Named).decode


@dataclass(slots=True)
class _Asked:
    """What a request asks for: the text of a resource and where it stands in the body (""; it is the body), and the other parameters."""

    text: bytes = b""
    place: str = ""
    values: dict[str, str] = field(default_factory=dict)
    beside: list[Value] = field(default_factory=list)


def validate(gateway: Gateway, request: Request) -> Response:
    """The OperationOutcome of a resource, raw or in Parameters. Raises Failure for what is no request to validate something."""
    type_, id_ = request.path.get("type", ""), request.path.get("id", "")
    if type_ and not definitions.is_resource(type_):
        raise outcomes.unknown_type(definitions.resource_types(), type_)
    if id_ and primitives.problem("id", id_):
        raise outcomes.bad_parameter("id", "an id of R4 (letters, digits, `-` and `.`, at most 64)")
    asked = _asked(request)
    mode, profile = asked.values.get("mode", ""), asked.values.get("profile", "")
    _refuse(mode, profile, id_, asked)
    guide = gateway.guide.beside(_beside(asked.beside)) if asked.beside else gateway.guide
    if profile and guide.profile(profile) is None:
        raise outcomes.unknown_profile()
    found = checks.validate_bytes(asked.text, [profile] if profile else None, guide)
    if found and found[0].severity == "fatal":
        raise outcomes.unreadable(found[0])
    found = [*_misplaced(_named(asked.text), type_, id_ if mode == "update" else ""), *found]
    return Response(json.write(of_findings(checks.located(found, request.body, asked.place))), request.answer)


def _asked(request: Request) -> _Asked:
    """What a body and a query ask for. A Parameters that has no parameter of the operation is itself the resource."""
    given: Value = None
    if _named(request.body).resourceType == "Parameters":
        try:
            given = json.read(request.body).get("parameter")
        except JsonError as error:
            raise outcomes.unreadable(checks.unreadable(error)) from None
    named = [one.get("name") if isinstance(one, dict) else None for one in given] if isinstance(given, list) else []
    if _MEMBERS.keys().isdisjoint(named) or (request.path.get("type") == "Parameters" and "resource" not in named):
        return _Asked(request.body, values=dict(request.query))
    asked = _Asked(values=dict(request.query))
    for number, (name, one) in enumerate(zip(named, given, strict=True)):
        _add(asked, f"Parameters.parameter[{number}]", name, one)
    return asked


def _add(asked: _Asked, place: str, name: Value, given: Mapping[str, Value]) -> None:
    """Add one parameter. Raises Failure for one that is unknown, has not its form, or stands twice."""
    if name not in _MEMBERS:
        raise outcomes.unknown_parameter(str(name), _MEMBERS)
    value = next((given[member] for member in _MEMBERS[name] if member in given), None)
    if name == "with" and isinstance(value, dict):
        asked.beside.append(value)
    elif name == "resource" and value is not None:
        if asked.text:
            raise outcomes.parameter_twice(name)
        asked.text, asked.place = json.write(value), f"{place}.resource"
    elif name in PARAMETERS and isinstance(value, str) and PARAMETERS[name].valid(value):
        if name in asked.values:
            raise outcomes.parameter_twice(name)
        asked.values[name] = value
    else:
        raise outcomes.bad_parameter(name, PARAMETERS[name].form if name in PARAMETERS else "a resource")


def _refuse(mode: str, profile: str, id_: str, asked: _Asked) -> None:
    """Raise Failure for what R4 has no meaning for, and for what a server that stores nothing cannot tell."""
    if mode in ("update", "delete") and not id_:
        raise outcomes.needs_instance(mode)
    if mode == "profile" and not profile:
        raise outcomes.needs_profile()
    if mode == "delete" or (id_ and not asked.text):
        raise outcomes.nothing_stored()
    if not asked.text:
        raise outcomes.no_resource()


def _misplaced(named: _Named, type_: str, id_: str) -> Iterator[Finding]:
    """What disagrees with the address: the type, and for an update the id (R4 http.html#update)."""
    if type_ and definitions.is_resource(named.resourceType) and named.resourceType != type_:
        yield Finding("error", "invalid", named.resourceType, f"the address is for {type_}, the resource is not", rule=_HTTP)
    if id_ and named.id != id_:
        yield Finding("error", "value", f"{named.resourceType}.id", "an update must have the id of its address", rule=f"{_HTTP}#update")


def _named(text: bytes) -> _Named:
    try:
        return _decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return _Named()


def _beside(given: list[Value]) -> Guide:
    """The guide of the definitions and Questionnaires that a request brings. Raises Failure (400)."""
    try:
        return guide_files.guide(("with", one) for one in given)
    except GuideError as error:
        raise outcomes.bad_definition(error.element, error.reason) from None
