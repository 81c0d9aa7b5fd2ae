"""Limits of a body, held before anything of it is parsed: its size, the length of an NDJSON line, depth and digits."""

from __future__ import annotations

import io

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from service.fhir import json
from service.fhir.json import JsonError
from service.http import outcomes
from service.settings import Settings


def body(request: Request, settings: Settings, *, lines: bool) -> bytes:
    """The body of a request; of NDJSON every line is measured.

    Raises Failure: 413 by `Content-Length` before anything is read, or as soon as too much was read; 400 where it does not come whole.
    """
    request.max_content_length = settings.max_body
    try:
        data = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise outcomes.body_too_long(settings.max_body) from None
    except Exception:  # noqa: BLE001 - every server has its own for a broken connection or framing
        raise outcomes.cut_off() from None
    if request.content_length not in (None, len(data)):
        raise outcomes.cut_off()
    if lines:
        for number, line in enumerate(io.BytesIO(data), 1):
            if len(line) > settings.max_line:
                raise outcomes.line_too_long(number, settings.max_line)
    return data


def content(data: bytes) -> None:
    """Refuse a text that is too deep or has too long a number. Raises Failure (400)."""
    try:
        json.check_limits(data)
    except JsonError as error:
        raise outcomes.beyond_limits(error.message) from None
