"""What a handler is given and what it gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """A request that passed the guard.

    `path` are the variables of the path, `query` the parameters, each known and well-formed. `lines`: the body is NDJSON. `answer` is
    the media type to answer in, `url` where the client found us, without trailing slash, and `id` what the log calls the request.
    """

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    lines: bool = False
    answer: str = ""
    url: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: its body (whole, or line by line) of a media type."""

    body: bytes | Iterator[bytes]
    type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
