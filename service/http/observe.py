"""Request ids and a log of JSON lines without patient data: no body, no path as sent, no value of a query, no message of an exception."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

LOG = logging.getLogger("kap")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ROOT = Path(__file__).parents[2]
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})


class JsonLines(logging.Formatter):
    """A log record as one line of JSON: time, level, event, and what was told with it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; the record's message is the name of an event."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"time": at, "level": record.levelname.lower(), "event": record.msg, **getattr(record, "told", {})})


def to_stdout() -> None:
    """Send the log to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    LOG.handlers = [handler]
    LOG.propagate = False
    LOG.setLevel(logging.INFO)


def request_id(sent: str) -> str:
    """The client's request id where it is a plain word of at most 64 characters, else a new one."""
    return sent if _REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex


_PROBES = ("/livez", "/readyz")
"""An orchestrator asks for these every few seconds: an answer that is well is no news."""


@dataclass(slots=True)
class Answered:
    """A line of the log about one answer, written when all of it has been sent.

    `route` is the path's template, `started` a time of `perf_counter`, `length` the bytes sent so far.
    """

    method: str
    route: str
    status: int
    started: float
    request: str
    length: int = 0

    def counted(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The same pieces, counted while they are sent."""
        for piece in pieces:
            self.length += len(piece)
            yield piece

    def close(self) -> None:
        """Write the line."""
        told = {
            "method": self.method if self.method in _METHODS else "other",
            "route": self.route,
            "status": self.status,
            "ms": round((time.perf_counter() - self.started) * 1000, 1),
            "bytes": self.length,
            "request": self.request,
        }
        quiet = self.route in _PROBES and self.status < 400
        LOG.log(logging.DEBUG if quiet else logging.INFO, "answered", extra={"told": told})


def refused(error: Exception) -> None:
    """Log, by the exception's class alone, bytes that are no request."""
    LOG.info("refused", extra={"told": {"error": type(error).__name__}})


def failed(error: Exception, request: str = "") -> None:
    """Log an exception by its class and the lines of our code that it came through, not by its message, which may hold data."""
    frames = [(Path(one.filename), one.lineno) for one in traceback.extract_tb(error.__traceback__)]
    ours = [f"{path.relative_to(_ROOT)}:{line}" for path, line in frames if path.is_relative_to(_ROOT / "service")]
    LOG.error("failed", extra={"told": {"error": type(error).__name__, "at": ours, "request": request}})
