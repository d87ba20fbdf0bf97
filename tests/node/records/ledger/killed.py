"""Posts, and is killed in the middle, again and again: ``python -m tests.node.records.ledger.killed HOME KILLS SEED``.

Each child opens the database anew and posts; whatever it was told to be ``created`` it writes down at once, outside the
database, as the id of the movement and the number of its lines. Then it is killed (SIGKILL), at a time by chance.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from importlib import import_module
from pathlib import Path
from random import Random

from rasr.node.start import start

ACKNOWLEDGED = "acknowledged"
SIZES = (1, 1, 1, 4, 60)
"""Lines of a movement."""
LONGEST_S = 0.25


def post_for_ever(home: Path, chance: Random) -> None:
    """Receive and move; never returns."""
    from django.utils import timezone
    from uuid6 import uuid7

    from rasr.node.people.models import User
    from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft, Spot, post

    actor = User.objects.get(username="ana")
    out = os.open(home / ACKNOWLEDGED, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    acquired, one, two = Spot("acquired"), Spot.store("S1"), Spot.store("S2")
    while True:
        size = chance.choice(SIZES)
        batches = tuple(BatchDraft(uuid7(), "R", "rifles") for _ in range(size))
        for kind, here, there, brought in (("receipt", acquired, one, batches), ("transfer", one, two, ())):
            lines = tuple(LineDraft(batch.batch_id, 10, "counted", here, there) for batch in batches)
            movement = MovementDraft(uuid7(), kind, timezone.now(), "so", lines, batches=brought)
            assert post(actor=actor, movement=movement) == "created"
            os.write(out, f"{movement.movement_id.hex} {size}\n".encode())


def kill(home: Path, kills: int, seed: int) -> None:
    """Begin a child and kill it, so many times."""
    chance = Random(seed)
    for number in range(kills):
        before = (home / ACKNOWLEDGED).stat().st_size
        child = os.fork()
        if child == 0:
            post_for_ever(home, Random(seed + number))
        while number % 4 and (home / ACKNOWLEDGED).stat().st_size == before:
            assert os.waitpid(child, os.WNOHANG) == (0, 0), "the child has ended by itself"
            time.sleep(0.002)
        time.sleep(chance.uniform(0.0, LONGEST_S))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    start(place)
    # loaded before the children begin, so that each begins at once; no connection is open yet
    import_module("rasr.node.records.services")
    (place / ACKNOWLEDGED).touch()
    kill(place, int(sys.argv[2]), int(sys.argv[3]))
