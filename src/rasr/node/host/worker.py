"""The worker of a node: takes jobs from the database one after the other, and gives a sign of life.

It outlives a database that is gone for a while, and ends within seconds when asked to, whatever it is at: the job is
then marked as failed when the next worker looks.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import FrameType

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker

from rasr.core.basis.findings import Refused
from rasr.node.host import queries
from rasr.node.host.models import WorkerSeen
from rasr.node.jobs import services as jobs
from rasr.node.people import accounts, sequencer
from rasr.node.people.approvals import services as approvals
from rasr.node.records import uploading
from rasr.node.records.events import sweeping

GONE = (DatabaseError, InterfaceError)
INTERVAL_S = 0.5
BEAT_S = 5.0
SWEEP_S = 60.0
WAITS_S = (1.0, 2.0, 5.0)
FORGOTTEN_AFTER = timedelta(days=1)
log = logging.getLogger("rasr.worker")


def run() -> None:
    """Work until told to stop by SIGTERM or SIGINT. Needs Django set up; waits for the database and its tables."""
    name = f"{socket.gethostname()[:40]}-{os.getpid()}"
    loop = _Loop(name)
    loop.configure_signals()
    _wait_for_tables()
    beat = _Beat(name)
    beat.start()
    log.info("the worker has started")
    try:
        _work(loop)
    finally:
        beat.stop()
        log.info("the worker has ended")


def _work(loop: _Loop) -> None:
    failures = 0
    while loop.running:
        started_s = time.monotonic()
        try:
            loop.run()
            return
        except GONE as fault:
            failures = 0 if time.monotonic() - started_s > SWEEP_S else failures + 1
            wait_s = WAITS_S[min(failures, len(WAITS_S) - 1)]
            log.error("the database cannot be reached", exc_info=fault, extra={"fields": {"tries_again_in_s": wait_s}})
            connection.close()
            time.sleep(wait_s)


def _wait_for_tables() -> None:
    """Wait until the database answers and a server has made its tables; said once for each reason."""
    said = ""
    while True:
        try:
            if queries.migrated():
                return
            reason = "the tables are not there yet"
        except GONE:
            reason = "the database cannot be reached"
        connection.close()
        if reason != said:
            log.warning("%s: the worker waits", reason)
            said = reason
        time.sleep(1)


class _Loop(Worker):
    """The loop of django-tasks; asked to stop it ends at once, also in the middle of a job."""

    def __init__(self, name: str) -> None:
        super().__init__(
            queue_names=["*"],
            interval=INTERVAL_S,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=name,
            excluded_queue_names=[],
        )

    def shutdown(self, signum: int, _frame: FrameType | None) -> None:
        """Leave; a job at work is ended by the same exception and kept as failed."""
        self.running = False
        signal.signal(signum, signal.SIG_IGN)
        sys.exit(0)


class _Beat(threading.Thread):
    """Beside the loop, on a connection of its own: says that this worker lives, signs the log, looks for lost jobs."""

    def __init__(self, name: str) -> None:
        super().__init__(name="beat", daemon=True)
        self._worker, self._end = name, threading.Event()

    def run(self) -> None:
        """Until stopped; what fails is tried again at the next beat."""
        swept_s = -SWEEP_S
        while True:
            try:
                close_old_connections()
                _seen(self._worker)
                _carefully(_sequence)
                if time.monotonic() - swept_s >= SWEEP_S:
                    _carefully(_sweep)
                    swept_s = time.monotonic()
            except GONE:
                connection.close()
            if self._end.wait(BEAT_S):
                break
        _gone(self._worker)
        connection.close()

    def stop(self) -> None:
        """Say goodbye, within seconds."""
        self._end.set()
        self.join(2)


def _carefully(work: Callable[[], None]) -> None:
    """Do what is done again and again; what it cannot do is told and tried again later. Raises DatabaseError."""
    try:
        work()
    except (Refused, OSError) as fault:
        log.error("what is done again and again was broken off", exc_info=fault)


def _sequence() -> None:
    """Sign what the log got meanwhile; not for a training copy, which has no log of its own."""
    if not queries.training():
        sequencer.sequence(timezone.now())


def _sweep() -> None:
    """What happens without anybody: approvals, licences that end; and what nobody needs goes: jobs, sessions, files."""
    jobs.sweep_lost()
    jobs.prune()
    approvals.sweep(timezone.now())
    accounts.sweep()
    uploading.sweep(timezone.now())
    sweeping.sweep(timezone.now())


def _seen(worker: str) -> None:
    now = timezone.now()
    WorkerSeen.objects.update_or_create(worker=worker, defaults={"seen_at": now})
    WorkerSeen.objects.filter(seen_at__lt=now - FORGOTTEN_AFTER).delete()


def _gone(worker: str) -> None:
    try:
        WorkerSeen.objects.filter(worker=worker).delete()
    except GONE:
        log.warning("the end of the worker could not be noted")
