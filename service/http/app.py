"""The WSGI application: routes, guard and handlers put together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

import flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from service.diagnostics.issue import Refused
from service.http import guard, negotiate, observe, outcomes, parameters
from service.http.message import Request, Response
from service.http.outcomes import Failure
from service.http.routes import ROUTES, Route
from service.http.samples import samples
from service.instruments import load, published
from service.mapping import cache, library
from service.mapping.library import Library
from service.mapping.wire import Gateway
from service.settings import Settings

BLOCK = 64 * 1024
"""Bytes of NDJSON that are sent at once, at least."""


def create_app(settings: Settings) -> flask.Flask:
    """The application for one clinic's mappings, loaded here and once.

    Raises Diagnostics where the mappings are wrong, OSError where they are missing.
    """
    mapped = _library(settings)
    gateway = Gateway.of(mapped, published.guide(mapped, load.of(mapped)))
    _warm(gateway)
    app = flask.Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False
    for route in ROUTES:
        path = route.path.replace("{", "<").replace("}", ">")
        view = _view(route, gateway, settings)
        app.add_url_rule(path, route.operation, view, methods=[route.method], provide_automatic_options=False)
    app.register_error_handler(Exception, lambda error: _sent(_failure(error).response))
    app.before_request(_begin)
    app.after_request(_end(gateway.mapping))
    return app


def _warm(gateway: Gateway) -> None:
    """Emit all code before gunicorn forks: convert each mapping's example, both ways."""
    for kind, record in samples(gateway.library).items():
        gateway.from_fhir(gateway.to_fhir(kind, record).data)


def _library(settings: Settings) -> Library:
    if settings.cache:
        return cache.load(settings.mappings, settings.clinic, settings.cache)
    return library.load(settings.mappings, settings.clinic)


def _view(route: Route, gateway: Gateway, settings: Settings) -> Callable[..., flask.Response]:
    def view(**path: str) -> flask.Response:
        incoming = flask.request
        query = parameters.read(route.query, incoming.args)
        sent = "" if "" in route.media else negotiate.body_type(_header("Content-Type"), _header("Content-Encoding"), route.media)
        answer = negotiate.answer_type(_header("Accept"), route.media[sent])
        ndjson = sent in negotiate.NDJSON
        body = guard.body(incoming, settings, ndjson=ndjson) if sent else b""
        url = incoming.host_url.rstrip("/")
        return _sent(route.handler(gateway, Request(path, query, body, ndjson, answer, url)))

    return view


def _failure(error: Exception) -> Failure:
    match error:
        case Failure():
            return error
        case Refused():
            return outcomes.refused(error)
        case NotFound():
            return outcomes.not_found()
        case MethodNotAllowed():
            return outcomes.method_not_allowed(error.valid_methods or ())
        case HTTPException(code=int(code)) if 400 <= code < 500:
            return outcomes.bad_request(code)
    observe.failed(error, flask.g.request_id)
    return outcomes.internal()


def _sent(response: Response) -> flask.Response:
    body = response.body if isinstance(response.body, bytes) else _lines(response.body, flask.g.request_id)
    return flask.Response(body, response.status, dict(response.headers), content_type=response.type)


def _lines(lines: Iterable[bytes], request_id: str) -> Iterator[bytes]:
    """The lines of an answer in blocks. A defect of ours, met when the status has long been sent, becomes the last line."""
    block = bytearray()
    try:
        for line in lines:
            block += line
            if len(block) >= BLOCK:
                yield bytes(block)
                block.clear()
    except Exception as error:  # noqa: BLE001 - the server would log its message
        observe.failed(error, request_id)
        block += outcomes.internal().outcome + b"\n"
    yield bytes(block)


def _header(name: str) -> str:
    return flask.request.headers.get(name, "")


def _begin() -> None:
    flask.g.started = time.perf_counter()
    flask.g.request_id = observe.request_id(_header("X-Request-Id"))


def _end(mapping: str) -> Callable[[flask.Response], flask.Response]:
    """What every answer gets: its headers, and a line in the log when it has been sent."""
    templates = {route.operation: route.path for route in ROUTES}

    def end(response: flask.Response) -> flask.Response:
        response.headers["Kap-Mapping"] = mapping
        response.headers["X-Request-Id"] = flask.g.request_id
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        log = observe.Answered(
            flask.request.method, templates.get(flask.request.endpoint or "", ""), response.status_code, flask.g.started, flask.g.request_id
        )
        if response.is_sequence:
            log.length = response.calculate_content_length() or 0
        else:
            response.response = log.counted(response.iter_encoded())
        response.call_on_close(log.close)
        return response

    return end
