"""Keeps the processes of a node together: the server, and beside it a worker that is started again when it dies.

Loads neither Django nor tables, so that it costs next to nothing.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

READY = "RASR_READY_FD"
"""Environment variable: file descriptor to which the server writes a byte when it can be reached."""
STOP = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
WATCHED = {*STOP, signal.SIGCHLD}
STOP_WITHIN_S = 8.0
WAITS_S = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Before a worker is started again, each time it dies soon; the last one holds on."""
STEADY_S = 60.0
PR_SET_PDEATHSIG = 1
ENDED_BY_ITSELF = 2
"""Exit code where the server was killed, or ended without being asked: not done, as ``rasr --help`` says."""
log = logging.getLogger("rasr.crew")


@dataclass
class Crew:
    """server, worker: commands. The worker starts when the server can be reached."""

    server: Sequence[str]
    worker: Sequence[str]
    _server: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _worker: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _deaths: int = field(default=0, init=False)
    _started_s: float = field(default=0.0, init=False)
    _start_at_s: float = field(default=0.0, init=False)

    def run(self) -> int:
        """Until the server ends or a signal asks to stop; the exit code. Nothing it started runs on."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        try:
            return self._watch()
        finally:
            _stop([child for child in (self._worker, self._server) if child is not None])
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _watch(self) -> int:
        mine, theirs = os.pipe()
        os.set_blocking(mine, False)
        self._server = _spawn(self.server, {READY: str(theirs)}, (theirs,))
        os.close(theirs)
        ready = False
        while True:
            ready = ready or _said(mine)
            if (code := self._server.poll()) is not None:
                return code if code > 0 else ENDED_BY_ITSELF
            if ready:
                self._tend()
            caught = signal.sigtimedwait(WATCHED, 0.5 if ready else 0.1)
            if caught is not None and caught.si_signo in STOP:
                return 0

    def _tend(self) -> None:
        """Start the worker, or start it again when its time has come."""
        now_s = time.monotonic()
        if self._worker is not None and (code := self._worker.poll()) is not None:
            self._deaths = 0 if now_s - self._started_s > STEADY_S else self._deaths + 1
            wait_s = WAITS_S[min(self._deaths, len(WAITS_S) - 1)]
            log.error("the worker ended", extra={"fields": {"code": code, "starts_again_in_s": wait_s}})
            self._worker, self._start_at_s = None, now_s + wait_s
        if self._worker is None and now_s >= self._start_at_s:
            self._worker, self._started_s = _spawn(self.worker), now_s


def _said(pipe: int) -> bool:
    try:
        return bool(os.read(pipe, 1))
    except BlockingIOError:
        return False


def _spawn(
    command: Sequence[str], environment: dict[str, str] | None = None, keep: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """A child in a group of its own: Ctrl-C reaches this process only, which then stops the children in order."""
    return subprocess.Popen(
        command,
        env={**os.environ, **(environment or {})},
        pass_fds=keep,
        start_new_session=True,
        preexec_fn=_begin,
        stdin=subprocess.DEVNULL,
    )


def _begin() -> None:
    """In the child: signals as usual, and the end of the parent, however it came, is its end too."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)


def _stop(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask all to end, then end what did not."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    until_s = time.monotonic() + STOP_WITHIN_S
    for child in children:
        try:
            child.wait(max(0.1, until_s - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.error("a process did not end and was killed", extra={"fields": {"pid": child.pid}})
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def tell_ready() -> None:
    """Of the server: tell whoever started it that it can be reached."""
    if (handle := os.environ.pop(READY, None)) is not None:
        os.write(int(handle), b"1")
        os.close(int(handle))
