"""``rasr bench campaign``: a collection of arms as it happens in the field, three years of it, and the reconciliation.

Everything goes through the services that people use, with rights, rules, second person, trail and log, in a node of its
own that is removed afterwards. Nothing of it is real.
"""

from __future__ import annotations

import os
import tempfile
from argparse import Namespace
from pathlib import Path

from rasr.cli import nodes
from rasr.cli.say import Say
from rasr.core.basis.findings import Refused
from rasr.node import config

SETTINGS = 'mode = "demo"\nlog_level = "error"\n'


def bench(args: Namespace, say: Say) -> int:
    """Run it and print what became of every piece; exit 1 if anything is unaccounted for."""
    with tempfile.TemporaryDirectory(prefix="rasr-bench-") as folder:
        home = Path(folder) / "node"
        home.mkdir(mode=0o700)
        (home / config.FILE).write_text(SETTINGS, encoding="utf-8")
        # never the database of a node that somebody works with, unless it is named here and is empty
        os.environ["RASR_DATABASE_URL"] = args.database
        nodes.begin(Namespace(home=home, bind=None, workers=None))
        from rasr.cli.commands import campaign  # its models need Django

        if campaign.is_in_use():
            raise Refused("bad_option", option="--database", reason="it holds a node already; give an empty one")
        with say.progress("Campaign") as progress:
            found = campaign.run(args.weapons, args.rounds, progress)
    return _tell(found, say)


def _tell(found: dict[str, object], say: Say) -> int:
    articles = found["articles"]
    assert isinstance(articles, dict)
    columns = ("received", "moved", "destroyed", "in stores", "unaccounted")
    rows = [(name, *(f"{counts[column]:,}" for column in columns)) for name, counts in articles.items()]
    say.table("Campaign of three simulated years", ("", *columns), rows)
    say.line(f"{found['movements']:,} movements, {found['lines']:,} lines, in {found['seconds']:.1f} s")
    say.line(f"({found['processor_seconds']:.1f} s of this program's processor time).")
    say.line(f"Items without a place, or in another than their history says: {found['items_astray']:,}.")
    say.line(f"Holdings that are not what the movements make of them: {found['holdings_wrong']:,}.")
    say.result(**found)
    wrong = any(counts["unaccounted"] for counts in articles.values())
    return 1 if wrong or found["items_astray"] or found["holdings_wrong"] else 0
