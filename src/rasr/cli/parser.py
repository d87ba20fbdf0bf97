"""The words of the ``rasr`` command: what can be asked, with which options. Light: it loads nothing else."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from enum import IntEnum
from pathlib import Path
from typing import NoReturn

Build = Callable[[argparse.ArgumentParser], None]


MOST_OF_BENCH = 10_000_000
YEARS = range(1950, 2200)
"""Years a region can be judged in: those of the setting starts_on."""


class Exit(IntEnum):
    """How a command ends, the same for all of them."""

    DONE = 0
    FOUND = 1
    NOT_DONE = 2
    INTERRUPTED = 130


EXITS = {
    Exit.DONE: "done",
    Exit.FOUND: "done, and something is wrong: check found an error, verify found a difference",
    Exit.NOT_DONE: "not done, and one line says why: wrong words, refused input, a refused act, a full disk",
    Exit.INTERRUPTED: "interrupted",
}
"""What each exit code means."""


class OneLine(argparse.ArgumentParser):
    """A parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Exit with the message and where to read on."""
        self.exit(Exit.NOT_DONE, f"{self.prog}: {message} (see {self.prog} --help)\n")


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command with all its subcommands."""
    parser = OneLine(
        prog="rasr",
        description="Know what is held, see what could explode or leak, and plan together what to make safe first.",
        epilog="Exit codes: " + "; ".join(f"{code:d} {told}" for code, told in EXITS.items()) + ".",
    )
    parser.add_argument("--version", action="store_true", help="print the version and the edition of the rule data")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, (text, build) in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        build(command)
        command.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    return parser


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a day: write it as 2027-05-31") from None
    if day.year not in YEARS:
        raise argparse.ArgumentTypeError(f"the year must be between {YEARS[0]} and {YEARS[-1]}; it is {day.year}")
    return day


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is not a seed: give a whole number, 0 or more")
    return int(text)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if not 0 <= rate < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a rate: give a number, 0 or more")
    return rate


def _region(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "region", type=Path, help="workbook (.xlsx), folder of CSV or Parquet files, or node: for the node's register"
    )
    command.add_argument("--as", dest="user", metavar="NAME", help="with node: the user whose rights are used")
    _home(command)
    command.add_argument("--as-of", type=_day, metavar="DAY", help="day to judge by (default: starts_on, else today)")
    command.add_argument("--rule-data", type=Path, metavar="DIR", help="own rule files in front of the shipped ones")


def _run(command: argparse.ArgumentParser) -> None:
    _region(command)
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the result")
    command.add_argument("--exact", action="store_true", help="exact positions in the report (default: a coarse grid)")
    command.add_argument("--language", default="en", help="of the report: en, bcms, bg, mk, ro, sq or sl")
    command.add_argument("--again", action="store_true", help="work it out anew even if a kept run answers")


def _demo(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", type=Path, default=Path("demo"), metavar="DIR", help="folder (default: demo)")
    command.add_argument("--no-serve", action="store_true", help="stop after the answer, without a node to look at it")
    command.add_argument("--bind", default="127.0.0.1:8000", metavar="HOST:PORT", help="address of the node")
    _sample_options(command)


def _sample_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", type=_seed, default=1, help="seed of the sample (default: 1)")
    command.add_argument("--scale", type=float, default=1.0, help="size, 0.1 to 20; 1: 120 sites (default: 1)")


def _sample(command: argparse.ArgumentParser) -> None:
    command.add_argument("out", type=Path, help="folder, or workbook if it ends in .xlsx")
    _sample_options(command)


def _template(command: argparse.ArgumentParser) -> None:
    command.add_argument("out", type=Path, help="workbook to write (.xlsx)")


def _check(command: argparse.ArgumentParser) -> None:
    _region(command)
    command.add_argument("--annotate", type=Path, metavar="COPY.xlsx", help="write a marked copy of the workbook")


def _assess(command: argparse.ArgumentParser) -> None:
    _run(command)
    _workers(command)


def _workers(command: argparse.ArgumentParser) -> None:
    command.add_argument("--workers", type=int, default=1, metavar="N", help="processes to use (default: 1)")
    command.add_argument("--cluster", metavar="ADDRESS", help="Dask cluster to use instead (needs the extra cluster)")


def _plan(command: argparse.ArgumentParser) -> None:
    _run(command)
    command.add_argument("--assessment", type=Path, metavar="DIR", help="folder of an earlier rasr assess")
    command.add_argument("--alone", action="store_true", help="each jurisdiction with its own lines and money only")
    command.add_argument("--partial", action="store_true", help="plan what can be planned without a line or money")
    told = "CSV of what was decided by hand: origin_id, line_id, family, decision (never, at_least), mass_kg, by"
    command.add_argument("--decided", type=Path, metavar="FILE", help=told)
    told = "CSV of security works on offer: work_id, site_id, cost_eur, index_removed"
    command.add_argument("--works", type=Path, metavar="FILE", help=told)
    told = "with --works: expected fatalities per year that one unit of the diversion index is worth"
    command.add_argument("--rate", type=_rate, metavar="X", help=told)
    studies = command.add_argument_group("studies, instead of one plan")
    studies.add_argument("--coalitions", action="store_true", help="what every group of jurisdictions can avert")
    studies.add_argument("--members", metavar="A,B,...", help="with --coalitions: who takes part (default: all)")
    studies.add_argument("--frontier", action="store_true", help="danger against money: the plan at eight budgets")
    studies.add_argument("--scenarios", type=Path, metavar="FILE", help="CSV of changes: scenarios side by side")
    studies.add_argument("--draws", type=int, metavar="N", help="how sure the first year's queue is, by N draws")
    studies.add_argument("--seed", type=_seed, default=1, help="of the draws (default: 1)")
    _workers(command)


def _blast(command: argparse.ArgumentParser) -> None:
    command.add_argument("--mass-kg", type=float, required=True, metavar="M", help="explosive, kg")
    command.add_argument("--distance-m", type=float, required=True, metavar="R", help="distance, m")
    command.add_argument("--explosive", default="TNT", metavar="NAME", help="which, counted as TNT (default: TNT)")
    command.add_argument(
        "--geometry", default="hemispherical", metavar="G", help="hemispherical (on the ground, default) or spherical"
    )
    command.add_argument(
        "--method",
        default="kingery-bulmash",
        metavar="NAME",
        help="kingery-bulmash (default), swisdak or swisdak-english",
    )


def _distance(command: argparse.ArgumentParser) -> None:
    command.add_argument("--rules", default="aastp-1", help="rule set: aastp-1 (default), generic or one of your own")
    command.add_argument("--hd", required=True, metavar="H", help="hazard division, for example 1.1")
    asked = command.add_mutually_exclusive_group(required=True)
    asked.add_argument("--neq-kg", type=float, metavar="Q", help="net explosive quantity, kg")
    asked.add_argument("--distance-m", type=float, metavar="R", help="distance, m: tells the greatest quantity for it")
    command.add_argument("--exposure", required=True, metavar="KIND", help="for example inhabited_building")
    command.add_argument("--pes", metavar="KIND", help="construction of the potential explosion site")
    command.add_argument("--pes-face", metavar="FACE", help="its face: front, side or rear (default: the worst)")
    command.add_argument("--exposure-face", metavar="FACE", help="face of the exposed site (default: the worst)")
    command.add_argument("--mce-kg", type=float, metavar="M", help="maximum credible event, kg")
    command.add_argument("--barricaded", action="store_true", default=None, help="with an effective barricade")


def _home(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--home", type=Path, metavar="DIR", help="home folder of the node (default: RASR_HOME or node)"
    )


def _serve(command: argparse.ArgumentParser) -> None:
    _home(command)
    command.add_argument("--bind", metavar="HOST:PORT", help="where to answer (default: the setting bind)")
    command.add_argument("--workers", type=int, metavar="N", help="processes (default: the setting workers)")
    command.add_argument("--no-worker", action="store_true", help="the server only; run rasr worker beside it")


USER_ACTIONS = ("add", "list", "password", "invite", "deactivate", "erase", "reset-second-factor")


def _user(command: argparse.ArgumentParser) -> None:
    command.add_argument("action", choices=USER_ACTIONS, help="what to do")
    command.add_argument("name", nargs="?", metavar="NAME", help="name to sign in with")
    command.add_argument("--role", help="for example storekeeper, planner, approver, auditor or administrator")
    place = command.add_mutually_exclusive_group()
    place.add_argument("--organisation", metavar="ID", help="the role holds in this organisation only")
    place.add_argument("--site", metavar="ID", help="the role holds in this site only")
    place.add_argument("--store", metavar="ID", help="the role holds in this store only")
    command.add_argument("--email", default="", metavar="ADDRESS", help="invite: only this address can be used")
    command.add_argument("--language", metavar="CODE", help="invite: language of the pages to join")
    command.add_argument("--reason", default="", metavar="TEXT", help="deactivate, erase: why; it stays on the trail")
    command.add_argument("--password-file", type=Path, metavar="F", help="file with the password (default: asked for)")
    _home(command)


def _certificate(command: argparse.ArgumentParser) -> None:
    _home(command)
    command.add_argument(
        "--name", action="append", metavar="HOST", help="name or address of the server; may be given more than once"
    )
    command.add_argument("--days", type=int, default=397, metavar="N", help="how long it holds (default: 397)")
    command.add_argument("--renew", action="store_true", help="a new certificate by the same authority")


def _passphrase(command: argparse.ArgumentParser) -> None:
    _home(command)
    command.add_argument(
        "--passphrase-file", type=Path, metavar="F", help="file with the passphrase (default: asked for)"
    )


def _backup(command: argparse.ArgumentParser) -> None:
    command.add_argument("out", type=Path, help="file to write")
    _passphrase(command)


def _restore(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, help="backup to read")
    _passphrase(command)
    command.add_argument("--training", action="store_true", help="mark the node as a training copy, for good")


def _verify(command: argparse.ArgumentParser) -> None:
    command.add_argument("--witness", type=Path, metavar="FILE", help="witness of the log, a copy held elsewhere")
    command.add_argument("--bundle", type=Path, metavar="FILE", help="log that was exported: verified without its node")
    command.add_argument("--key", type=Path, metavar="FILE", help="public key of the node (default: the node's own)")
    _home(command)


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_OF_BENCH:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number up to {MOST_OF_BENCH:,}")
    return int(text)


def _bench(command: argparse.ArgumentParser) -> None:
    command.add_argument("what", choices=("campaign",), help="campaign: arms received, moved, destroyed over 3 years")
    command.add_argument("--weapons", type=_whole, default=50_000, metavar="N", help="items (default: 50000)")
    command.add_argument("--rounds", type=_whole, default=500_000, metavar="N", help="in lots (default: 500000)")
    command.add_argument(
        "--database", default="sqlite", metavar="URL", help="an empty PostgreSQL database (default: SQLite, removed)"
    )


COMMANDS: dict[str, tuple[str, Build]] = {
    "demo": ("make the sample region, check, assess and plan it, and print the answer", _demo),
    "sample": ("write a synthetic region that looks like the real one", _sample),
    "template": ("write a blank workbook to fill in", _template),
    "check": ("show every fault of a region at once; exit 1 if any is an error", _check),
    "assess": ("work out how dangerous a region's stock is", _assess),
    "plan": ("work out what to destroy first, where, and with whose money", _plan),
    "blast": ("airblast of a mass of explosive at a distance (Kingery and Bulmash)", _blast),
    "distance": ("distance that the rules require", _distance),
    "serve": ("serve the node to browsers, with a worker for the long work", _serve),
    "worker": ("do the long work of a node", _home),
    "user": ("add or invite a user of the node, list them, set a password, close an account", _user),
    "certificate": ("make or renew the certificate of the node, for TLS on a closed network", _certificate),
    "backup": ("write all rows of the node into one file, sealed with a passphrase", _backup),
    "restore": ("fill an empty node from a backup", _restore),
    "bench": ("run a whole campaign on a node made for it, and reconcile every piece", _bench),
    "verify": ("show what was changed behind the program's back, and on a node what is wrong with its ledger", _verify),
}
