"""``rasr worker``: does the long work of a node."""

from __future__ import annotations

from argparse import Namespace

from rasr.cli.nodes import config_of
from rasr.cli.say import Say
from rasr.node.start import start


def worker(args: Namespace, say: Say) -> int:
    """Work until told to stop."""
    config = config_of(args)
    start(config.home)
    from rasr.node.host import worker as host_worker  # needs Django

    say.line(f"Working for the node in {config.home} (Ctrl-C ends it).")
    host_worker.run()
    return 0
