"""``rasr serve``: the node in the browser."""

from __future__ import annotations

import logging.config
import sys
from argparse import Namespace
from datetime import UTC, datetime

from rasr.cli.nodes import config_of
from rasr.cli.say import Say
from rasr.node.host import crew, doors
from rasr.node.host.certificates import Files
from rasr.node.host.logs import logging_config
from rasr.node.start import start

COMMAND = (sys.executable, "-P", "-m", "rasr")


def serve(args: Namespace, say: Say) -> int:
    """Server and worker, each a process of its own; with --no-worker this process is the server."""
    config = config_of(args)
    tls = doors.checked(config, now=datetime.now(UTC))
    if args.no_worker:
        return _alone(say, tls)
    logging.config.dictConfig(logging_config(config.log_level))
    form = ["--json"] if say.as_json else []
    return crew.Crew([*COMMAND, "serve", "--no-worker", *form], [*COMMAND, "worker"]).run()


def _alone(say: Say, tls: Files | None) -> int:
    start()
    from rasr.node.host import server  # needs Django

    def ready(address: str) -> None:
        say.line(f"The node answers at {address} (Ctrl-C ends it).")
        say.result(address=address)
        sys.stdout.flush()
        crew.tell_ready()

    server.run(tls=tls, ready=ready)
    return 0
