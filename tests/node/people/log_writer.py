"""One of several processes on one node, each of which writes entries and signs: ``python -m ... HOME COUNT``."""

from __future__ import annotations

import sys
from pathlib import Path

from django.utils import timezone

from rasr.node.start import start


def write(home: Path, count: int) -> None:
    """So many entries, and a checkpoint after each, if nobody else was quicker."""
    start(home)
    # models can be loaded only when Django has been set up
    from rasr.node.people import sequencer, trail

    for number in range(count):
        trail.record(actor=None, act="row.change", table="t", row_id=number)
        sequencer.sequence(timezone.now())


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
