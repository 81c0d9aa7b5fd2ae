"""Limits of a body, held before anything of it is parsed: size, length of lines, number of values, depth and digits."""

from __future__ import annotations

import io

from flask import Request

from service.fhir import json
from service.fhir.json import JsonError
from service.http import outcomes
from service.settings import Settings

BYTES_PER_VALUE = 12
"""The longest body may hold a value for every so many bytes. Those of records and resources take more; what is made of a value sent
in three bytes takes a thousand times as many."""


def body(request: Request, settings: Settings, *, ndjson: bool) -> bytes:
    """The body of a request. Of NDJSON every line is measured; a line that is too deep fails alone, when it is read.

    Raises Failure: 413 by `Content-Length` before anything is read, as soon as too much was read, or for a line; 400 for one that does not
    come whole, is too deep or has too long a number.
    """
    told = request.content_length
    if told is not None and told > settings.max_body:
        raise outcomes.body_too_long(settings.max_body)
    request.max_content_length = settings.max_body + 1  # of a longer body without a length, no more than this is read
    try:
        data = request.get_data(cache=False)
    except Exception:  # noqa: BLE001 - every server has its own for a broken connection or framing
        raise outcomes.cut_off() from None
    if len(data) > settings.max_body:
        raise outcomes.body_too_long(settings.max_body)
    if told not in (None, len(data)):
        raise outcomes.cut_off()
    most = settings.max_body // BYTES_PER_VALUE
    if ndjson:
        _measure(data, settings.max_line, most)
    else:
        _check(data, most)
    return data


def _measure(data: bytes, longest: int, most: int) -> None:
    """The lines of NDJSON; they are counted like values."""
    for number, line in enumerate(io.BytesIO(data), 1):
        if len(line) > longest:
            raise outcomes.line_too_long(number, longest)
        if number > most or (len(line) > most and _values(line) > most):
            raise outcomes.too_many_values(most)


def _check(data: bytes, most: int) -> None:
    if _values(data) > most:
        raise outcomes.too_many_values(most)
    try:
        json.check_limits(data)
    except JsonError as error:
        raise outcomes.beyond_limits(error.message) from None


def _values(data: bytes) -> int:
    """How many values a JSON text has, or more, counted without parsing it."""
    return sum(map(data.count, (b",", b"{", b"["))) + 1
