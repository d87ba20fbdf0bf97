"""The web server of the node: gunicorn with threads, TLS from the home folder, refusals before it starts.

One process loads the pages and holds the address; from it the processes that answer are forked.
"""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from rasr.core.basis.findings import Refused
from rasr.node.config import NodeConfig
from rasr.node.host import doors, home
from rasr.node.host.certificates import Files
from rasr.node.host.deadlines import DeadlineWorker

THREADS = 12
GRACE_S = 5
TIMEOUT_S = 120
REQUESTS_EACH = 10_000
"""After so many requests a process is replaced by a fresh one, whatever a library may leak."""
MEMORY_FOLDER = Path("/dev/shm")


def run(*, tls: Files | None, ready: Callable[[str], None]) -> None:
    """Serve until told to stop by SIGTERM or SIGINT. ready: called with the address once pages can be fetched.

    tls: what ``doors.checked`` gave. Needs Django set up. Raises Refused before anything is served: assets_missing,
    node_running, port_in_use, cannot_listen, and those of ``home.prepare``.
    """
    config: NodeConfig = settings.NODE
    if config.mode != "test" and not (manifest := settings.STATIC_ROOT / "staticfiles.json").exists():
        raise Refused("assets_missing", path=str(manifest))
    with home.alone():
        with doors.listening(config) as door:
            home.prepare()
            connections.close_all()
            handle = os.dup(door.fileno())  # gunicorn closes what it is given
        try:
            _Server(config, handle, tls, ready).run()
        except SystemExit as left:  # how gunicorn ends, also when all is well
            if left.code:
                raise


class _Log(Logger):
    """gunicorn's logger, without handlers of its own: its lines go where all lines go."""

    def setup(self, cfg: Any) -> None:
        """Undo what gunicorn sets up."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)
        self.access_log.handlers.clear()
        self.access_log.propagate = False


class _Server(BaseApplication):
    """gunicorn, with its settings made from the node's."""

    def __init__(self, config: NodeConfig, door: int, tls: Files | None, ready: Callable[[str], None]) -> None:
        self.config, self.door, self.tls, self.ready = config, door, tls, ready
        super().__init__()

    def load_config(self) -> None:
        """Every setting that is not gunicorn's default; nothing is read from its own files or environment."""
        given: dict[str, Any] = {
            "bind": f"fd://{self.door}",
            "workers": self.config.workers,
            "worker_class": DeadlineWorker,
            "threads": THREADS,
            "preload_app": True,
            "timeout": TIMEOUT_S,
            "graceful_timeout": GRACE_S,
            "max_requests": REQUESTS_EACH,
            "max_requests_jitter": REQUESTS_EACH // 10,
            "logger_class": _Log,
            "control_socket_disable": True,
            "proc_name": "rasr",
            "umask": 0o077,
            "when_ready": lambda _: self.ready(doors.address(self.config, self.tls)),
        }
        if MEMORY_FOLDER.is_dir() and os.access(MEMORY_FOLDER, os.W_OK):
            given["worker_tmp_dir"] = str(MEMORY_FOLDER)  # a slow disk must not look like a process that hangs
        if self.tls is not None:
            given |= {
                "certfile": str(self.tls.certificate),
                "keyfile": str(self.tls.key),
                "ssl_context": _ssl_context,
            }
        for name, value in given.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The pages, loaded once before the processes are forked. They must not start threads: those die in a fork."""
        application = get_wsgi_application()
        import_module(settings.ROOT_URLCONF)
        connections.close_all()
        return application


def _ssl_context(_config: Any, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
