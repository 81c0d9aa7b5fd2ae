"""gunicorn's thread worker, for what never becomes a request: it is refused like one, and a silent client is not waited for."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

from service.http import observe, outcomes

SILENCE = 30
"""Seconds that a client may take between two pieces of what it sends or receives."""


class Worker(ThreadWorker):  # type: ignore[misc]
    """A thread worker that answers bytes that are no HTTP with an OperationOutcome and logs nothing of them.

    It takes no more connections than it has threads for.
    """

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """While all threads are taken, leave new connections to the other processes; gunicorn would let them wait here."""
        if self.nr_conns - len(self.keepalived_conns) - len(self.pending_conns) >= self.cfg.threads:
            self.set_accept_enabled(False)
        super().wait_for_and_dispatch_events(timeout)

    def handle(self, conn: TConn) -> Any:
        """Serve a connection."""
        seconds = struct.pack("ll", SILENCE, 0)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, seconds)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, seconds)
        return super().handle(conn)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer what could not be parsed; gunicorn would print it."""
        del req, addr
        match exc:
            case LimitRequestLine():
                failure = outcomes.bad_request(414)
            case LimitRequestHeaders():
                failure = outcomes.bad_request(431)
            case ParseException():
                failure = outcomes.bad_request(400)
            case _:
                failure = outcomes.internal()
        (observe.failed if failure.status == HTTPStatus.INTERNAL_SERVER_ERROR else observe.refused)(exc)
        text = failure.outcome
        head = f"HTTP/1.1 {failure.status} {HTTPStatus(failure.status).phrase}\r\nConnection: close\r\nContent-Type: {outcomes.TYPE}"
        with suppress(OSError):
            client.sendall(f"{head}\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text)
