"""The page that says what is here."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from service.http.handlers import description
from service.http.message import Request, Response
from service.http.samples import samples
from service.mapping.plan import Kind
from service.mapping.wire import Gateway

_PAGES = Environment(loader=PackageLoader("service.http"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def index(gateway: Gateway, request: Request) -> Response:
    """Record kinds, addresses, and calls to try."""
    library = gateway.library
    text = _PAGES.get_template("index.html").render(
        mapping=gateway.mapping,
        clinic=library.clinic,
        base=library.names.base,
        kinds=[_told(kind) for kind in library.kinds.values()],
        samples={kind: record.decode() for kind, record in samples(library).items()},
        operations=_operations(),
        url=request.url,
    )
    return Response(
        text.encode(),
        f"{request.answer}; charset=utf-8",
        headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
    )


def _told(kind: Kind) -> dict[str, Any]:
    return {
        "name": kind.name,
        "key": kind.key,
        "types": list(dict.fromkeys(shape.type for shape in kind.written)),
        "children": [one.name for one in kind.children],
    }


@cache
def _operations() -> list[dict[str, Any]]:
    """Method, path and summary of everything that the description has."""
    paths = yaml.safe_load(description.TEXT)["paths"]
    return [
        {"method": method.upper(), "path": path, "summary": told["summary"]}
        for path, methods in paths.items()
        for method, told in methods.items()
        if "summary" in told
    ]
