"""The ``rasr`` command: parse, call, print. One clear line and a non-zero exit on anything that cannot be done."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from rasr import __version__
from rasr.cli.parser import Exit, build_parser

__all__ = ["build_parser", "main"]
ROOMS = {
    "demo": "rasr.cli.commands.demo",
    "sample": "rasr.cli.commands.files",
    "template": "rasr.cli.commands.files",
    "check": "rasr.cli.commands.check",
    "assess": "rasr.cli.commands.assess",
    "plan": "rasr.cli.commands.plan",
    "blast": "rasr.cli.commands.rules",
    "distance": "rasr.cli.commands.rules",
    "serve": "rasr.cli.commands.serve",
    "worker": "rasr.cli.commands.worker",
    "user": "rasr.cli.commands.user",
    "certificate": "rasr.cli.commands.certificate",
    "backup": "rasr.cli.commands.backup",
    "restore": "rasr.cli.commands.backup",
    "bench": "rasr.cli.commands.bench",
    "verify": "rasr.cli.commands.verify",
}
"""Where each command stands; loaded only when it is called, so that the help answers at once."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code: see ``EXITS`` of the parser."""
    parser = build_parser()
    args = parser.parse_args(argv)
    if args.version:
        return _version()
    if args.command is None:
        parser.print_help()
        return Exit.NOT_DONE
    try:
        return _run(args)
    except KeyboardInterrupt:
        # while the program was still being loaded: what says it otherwise may not be there yet
        print(f"rasr {args.command}: Interrupted: nothing was written.", file=sys.stderr)
        return Exit.INTERRUPTED


def _run(args: Namespace) -> int:
    # Slow to load, so only for a command: tables and solver.
    from rasr.cli.say import Say
    from rasr.core.basis.findings import Refused

    say = Say(args.command, as_json=args.json)
    try:
        return _call(args, say)
    except Refused as refused:
        return say.refused(refused)
    except KeyboardInterrupt:
        say.refused(Refused("interrupted"))
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone; what is still in the buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.NOT_DONE
    except OSError as fault:
        return say.refused(Refused("cannot_write", path=str(fault.filename or ""), reason=fault.strerror or str(fault)))


def _call(args: Namespace, say: object) -> int:
    _use_rules(getattr(args, "rule_data", None))
    run = getattr(import_module(ROOMS[args.command]), args.command)
    return int(run(args, say))


def _use_rules(folder: Path | None) -> None:
    """Let the user's own rule files stand in front of the shipped ones; None: the shipped ones only."""
    # slow to load
    from rasr.core.basis.findings import Refused
    from rasr.core.reference import loader

    if folder is not None and not folder.is_dir():
        raise Refused("bad_option", option="--rule-data", reason=f"there is no folder {folder}")
    loader.use_folder(folder)


def _version() -> int:
    from rasr.core.reference.loader import edition  # slow to load

    print(f"rasr {__version__}, rule data {edition()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
