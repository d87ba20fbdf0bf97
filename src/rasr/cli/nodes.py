"""How the commands of a node reach it: its home folder, its settings, Django, and what is asked in secret."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from rasr.core.basis.findings import Refused
from rasr.node.config import BadConfigError, NodeConfig
from rasr.node.start import start
from rasr.report.texts import Texts

if TYPE_CHECKING:
    from rasr.core.hazard.mixing import Matrix
    from rasr.core.records.region import Region

NODE_REGION = "node:"
"""What stands for the node's own register where a command wants a region."""
RIGHTS = {"check": (), "assess": ("assess",), "plan": ("plan",)}
"""What a command needs beside the sight of the whole register."""


def config_of(args: Namespace, *, there: bool = False) -> NodeConfig:
    """The settings of the node that the command line means; children of this process mean the same one.

    args: ``home`` and, where the command has them, ``bind`` and ``workers``. there: the home folder must exist.
    Raises Refused: bad_node_setting, node_not_set_up.
    """
    for name in ("home", "bind", "workers"):
        if (given := getattr(args, name, None)) is not None:
            os.environ[f"RASR_{name.upper()}"] = str(given.absolute() if isinstance(given, Path) else given)
    home = Path(os.environ.get("RASR_HOME", "node")).absolute()
    if there and not home.is_dir():
        raise Refused("node_not_set_up", path=str(home))
    try:
        return NodeConfig.read()
    except BadConfigError as fault:
        raise Refused("bad_node_setting", reason=str(fault)) from fault


def begin(args: Namespace, *, there: bool = False) -> NodeConfig:
    """Set Django up for that node, and its home folder and tables too unless ``there``: then they must be there.

    Raises Refused: bad_node_setting, node_not_set_up, database_unreachable, database_newer.
    """
    config = config_of(args, there=there)
    start(config.home)
    from rasr.node.host import home  # needs Django

    if there:
        home.must_be_there()
    else:
        home.prepare()
    return config


def register(args: Namespace) -> tuple[Region, str]:
    """The register of the node, read as the user that ``--as`` names, on the trail; and the word of its class mark.

    The word is that of the report's language; empty where there is nothing that has a mark.
    Raises Refused where there is no node, no such user, not the right, or no such language.
    """
    if not args.user:
        raise Refused("bad_option", option="--as", reason="say as which user of the node")
    begin(args, there=True)
    from django.utils import translation  # needs Django, as what follows does

    from rasr.node.records import reading
    from rasr.node.web import marks

    language = Texts(getattr(args, "language", "en")).language
    act, takes = f"cli.{args.command}", getattr(args, "out", None) is not None
    region, mark = reading.read_as(username=args.user, act=act, rights=RIGHTS[args.command], takes=takes)
    with translation.override(language):
        return region, "" if mark is None else marks.word(mark)


def matrix() -> Matrix:
    """Which groups may lie together on the node that was begun."""
    from rasr.node.records import mixing  # needs Django

    return mixing.in_force()


def secret(file: Path | None, what: str, option: str, *, twice: bool = False) -> str:
    """A passphrase or password: the first line of ``file``, else asked on the terminal without showing it.

    Raises Refused: passphrase_unreadable, passphrase_differs, no_terminal.
    """
    if file is not None:
        try:
            return (file.read_text(encoding="utf-8").splitlines() or [""])[0]
        except (OSError, UnicodeDecodeError) as fault:
            reason = (fault.strerror if isinstance(fault, OSError) else None) or "it is no text in UTF-8"
            raise Refused("passphrase_unreadable", path=str(file), reason=reason) from fault
    if not sys.stdin.isatty():
        raise Refused("no_terminal", option=option)
    given = getpass.getpass(f"{what}: ")
    if twice and getpass.getpass(f"{what} once more: ") != given:
        raise Refused("passphrase_differs")
    return given
