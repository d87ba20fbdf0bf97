"""``rasr certificate``: TLS on a closed network, by the node's own authority."""

from __future__ import annotations

import socket
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rasr.cli import nodes
from rasr.cli.nodes import config_of
from rasr.cli.say import Say
from rasr.core.basis.findings import Refused
from rasr.node.host import certificates


def certificate(args: Namespace, say: Say) -> int:
    """Make or renew the certificate of the server; say what is left to do."""
    config = config_of(args)
    given = args.name or ([] if args.renew else [*config.host_names, socket.gethostname()])
    with _entered(args, given):
        made = certificates.make(config.home, given, now=datetime.now(UTC), days=args.days, renew=args.renew)
    say.line(f"Certificate for {', '.join(made.names)}, until {made.not_after:%Y-%m-%d}, in {config.home / 'tls'}")
    say.line(f"Fingerprint of the authority (SHA-256): {made.fingerprint}")
    if made.new_authority:
        say.line("Every machine that uses the node must trust the authority once: see the page /trust/ of the node.")
    missing = sorted(set(made.names) - {name.strip("[]") for name in config.host_names})
    if missing:
        say.line(f"The node answers to these names only once they are in its setting hosts: {', '.join(missing)}")
    say.line("A server that runs takes the new certificate when it is started again.")
    say.result(
        names=list(made.names),
        not_after=made.not_after.isoformat(),
        fingerprint=made.fingerprint,
        new_authority=made.new_authority,
    )
    return 0


@contextmanager
def _entered(args: Namespace, names: list[str]) -> Iterator[None]:
    """What is done inside stands on the trail of the node; often there is none yet, then it is done all the same."""
    try:
        nodes.begin(args, there=True)
    except Refused as refused:
        if refused.code != "node_not_set_up":
            raise
        yield
        return
    from django.db import transaction  # slow to load

    from rasr.node.people import trail  # needs Django

    with transaction.atomic():
        trail.record(
            actor=None, act="node.certificate", after={"names": names, "days": args.days, "renewed": args.renew}
        )
        yield
