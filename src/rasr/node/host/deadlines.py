"""The process that answers requests, with deadlines: whoever takes their time holds no thread for long.

A request has so long for its head; then so long for its body, by its size; and so long in all. What is late is cut on
this side of the connection: a read that waits ends as if the client had gone.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from time import monotonic
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_S = 15.0
BODY_S = 30.0
SLOWEST_BYTES_PER_S = 16_000.0
"""Slowest upload that is waited for: 64 MB in 70 minutes. A choice of this program, as are the other deadlines."""
ANSWER_S = 600.0
"""From the end of the time for the body: work and the answer, which the slowest export on a slow line has to meet."""


class DeadlineWorker(ThreadWorker):
    """gunicorn's worker with threads, which looks at its connections each second and cuts what is late."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._read_by_s: dict[TConn, float] = {}
        self._gone_by_s: dict[TConn, float] = {}

    def handle(self, conn: TConn) -> Any:
        """Read the head of a request within its time, and let it be answered."""
        self._gone_by_s[conn] = monotonic() + HEAD_S
        try:
            return super().handle(conn)
        finally:
            self._gone_by_s.pop(conn, None)
            self._read_by_s.pop(conn, None)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """Answer a request whose head was read; its body has time by the size that the head says."""
        said = next((value for name, value in req.headers if name == "CONTENT-LENGTH"), "0")
        by_size_s = int(said) / SLOWEST_BYTES_PER_S if said.isdecimal() else 0.0
        self._read_by_s[conn] = monotonic() + BODY_S + by_size_s
        self._gone_by_s[conn] = self._read_by_s[conn] + ANSWER_S
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """Called by the loop each second: cut what is late."""
        super().murder_pending()
        now = monotonic()
        for late, how in ((self._read_by_s, socket.SHUT_RD), (self._gone_by_s, socket.SHUT_RDWR)):
            for conn, until in tuple(late.items()):
                if until < now:
                    late.pop(conn, None)
                    with suppress(OSError):  # it may have ended meanwhile
                        socket.socket.shutdown(conn.sock, how)  # of TLS too the connection underneath
