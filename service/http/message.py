"""What a handler is given and what it gives."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """A request that passed the guard.

    `path` are the variables of the path, `query` the parameters, each known and well-formed. `ndjson`: the body is that. `answer` is
    the media type to answer in, `url` where the client found us, without trailing slash.
    """

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    ndjson: bool = False
    answer: str = ""
    url: str = ""

    @property
    def lines(self) -> Iterator[bytes]:
        """The lines of an NDJSON body, without their ends."""
        return (line.rstrip(b"\r\n") for line in io.BytesIO(self.body))


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: its body (whole, or line by line) of a media type."""

    body: bytes | Iterator[bytes]
    type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
