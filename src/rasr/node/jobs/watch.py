"""Watches a running job from a thread with a connection of its own: heartbeat and progress out, cancelling in.

The job itself never waits for that: it leaves its progress here and looks whether it was cancelled. Where the database
is gone, or locked by a long transaction of the job, the watch tries again at its next look.
"""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType
from uuid import UUID

from django.db import connection
from django.utils import timezone

from rasr.node.jobs.models import Job, State
from rasr.node.jobs.patience import GONE
from rasr.node.jobs.registry import CancelledError

LOOK_S = 0.5
"""Between two looks; each writes progress at most once."""
HEARTBEAT_S = 5.0
LOCK_WAIT_MS = 200
"""How long a look waits for SQLite's lock before it leaves it to the next one."""
log = logging.getLogger("rasr.jobs")


class Watch:
    """The watch over one job, from ``with`` to its end."""

    def __init__(self, job_id: UUID, look_s: float = LOOK_S) -> None:
        self._job_id = job_id
        self._look_s = look_s
        self._told: tuple[str, float] = ("", 0.0)
        self._written: tuple[str, float] = ("", 0.0)
        self._beaten_s = time.monotonic()
        self._cancelled = threading.Event()
        self._was_gone = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch {job_id}", daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _fault: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def tell(self, stage: str, share: float) -> None:
        """Take the progress of the job; raises CancelledError where that was asked for.

        After the database was gone, the job's own connection is given up here, so that its next query opens another.
        """
        self._told = (stage, min(max(float(share), 0.0), 1.0))
        if self._cancelled.is_set():
            raise CancelledError
        if self._was_gone.is_set() and not connection.in_atomic_block:
            self._was_gone.clear()
            connection.close()

    def _run(self) -> None:
        try:
            while not self._over.wait(self._look_s):
                self._look()
        finally:
            connection.close()

    def _look(self) -> None:
        try:
            if connection.connection is None:
                _open()
            if Job.objects.filter(pk=self._job_id, cancel_asked=True).exists():
                self._cancelled.set()
        except GONE as fault:
            log.warning("the database cannot be reached", exc_info=fault)
            self._was_gone.set()
            connection.close()
            return
        self._write()

    def _write(self) -> None:
        told, now_s = self._told, time.monotonic()
        if told == self._written and now_s - self._beaten_s < HEARTBEAT_S:
            return
        stage, share = told
        try:
            Job.objects.filter(pk=self._job_id, state=State.RUNNING).update(
                stage=stage, share=share, heartbeat_at=timezone.now()
            )
            self._written, self._beaten_s = told, now_s
        except GONE:
            # Locked by a transaction of the job itself, or gone since the look just made: the next look tells.
            log.debug("progress could not be written")


def _open() -> None:
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {LOCK_WAIT_MS}")
