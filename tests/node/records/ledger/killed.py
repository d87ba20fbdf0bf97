"""Posts, and is killed in the middle, again and again: ``python -m tests.node.records.ledger.killed HOME KILLS SEED``.

Each child opens the database anew, looks whether what the last one was told is there and whole, and posts; whatever it
was told to be ``created`` it writes down at once, outside the database, as the id of the movement and the number of its
lines. Then it is killed (SIGKILL), at a time by chance, until so many were killed in the middle of a posting.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from mmap import mmap
from pathlib import Path
from random import Random
from uuid import UUID

from rasr.node.start import start

ACKNOWLEDGED = "acknowledged"
SIZES = (1, 1, 1, 4, 60)
"""Lines of a movement."""
LONGEST_S = 0.1
AT_MOST = 3
"""Children to each kill in the middle of a posting."""


def post_some(home: Path, size: int, busy: mmap) -> None:
    """Receive and move so many. busy: its byte is 1 in the middle of a posting."""
    from django.utils import timezone
    from uuid6 import uuid7

    from rasr.node.people.models import User
    from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft, Spot, post

    actor = User.objects.get(username="ana")
    acquired, one, two = Spot("acquired"), Spot.store("S1"), Spot.store("S2")
    batches = tuple(BatchDraft(uuid7(), "R", "rifles") for _ in range(size))
    for kind, here, there, brought in (("receipt", acquired, one, batches), ("transfer", one, two, ())):
        lines = tuple(LineDraft(batch.batch_id, 10, "counted", here, there) for batch in batches)
        movement = MovementDraft(uuid7(), kind, timezone.now(), "so", lines, batches=brought)
        busy[0] = 1
        answer = post(actor=actor, movement=movement)
        busy[0] = 0
        assert answer == "created"
        with (home / ACKNOWLEDGED).open("ab", buffering=0) as out:
            out.write(f"{movement.movement_id.hex} {size}\n".encode())


def look(told: bytes) -> None:
    """What was told is there with all of its lines, and the register counts what is there. told: lines of the file."""
    from django.db.models import Count, Max

    from rasr.node.records.models import Movement, MovementLine, Register

    wanted = {UUID(one): int(many) for one, many in map(str.split, told.decode().splitlines())}
    there = MovementLine.objects.filter(movement__in=wanted).values_list("movement").annotate(Count("pk"))
    assert dict(there) == wanted
    state = Register.objects.get()
    assert state.version == Movement.objects.count()
    assert state.last_line == MovementLine.objects.aggregate(last=Max("pk"))["last"]


def kill(home: Path, kills: int, seed: int) -> int:
    """Begin a child and kill it, until so many were killed in the middle of a posting. How many children there were."""
    chance, busy, file = Random(seed), mmap(-1, 1), home / ACKNOWLEDGED
    begun, hit, seen = 0, 0, file.stat().st_size
    while hit < kills:
        before, begun, busy[0] = file.stat().st_size, begun + 1, 0
        child = os.fork()
        if child == 0:
            with file.open("rb") as told:
                told.seek(seen)
                look(told.read())
            sizes = Random(seed + begun)
            while True:
                post_some(home, sizes.choice(SIZES), busy)
        while begun % 4 and file.stat().st_size == before:
            assert os.waitpid(child, os.WNOHANG) == (0, 0), "the child has ended by itself"
            time.sleep(0.002)
        time.sleep(chance.uniform(0.0, LONGEST_S))
        os.kill(child, signal.SIGKILL)
        ended = os.waitpid(child, 0)[1]
        assert os.WIFSIGNALED(ended), "the child has ended by itself"
        hit, seen = hit + busy[0], before
        assert begun <= AT_MOST * kills + 10, "too few are killed in the middle"
    return begun


def main(home: Path, kills: int, seed: int) -> None:
    """Post once, so that all that is loaded when it is needed is loaded; then kill."""
    start(home)
    from django.db import connections

    (home / ACKNOWLEDGED).touch()
    post_some(home, SIZES[-1], mmap(-1, 1))
    connections.close_all()  # no connection is open when a child begins
    print(f"{kills} killed in the middle of a posting, of {kill(home, kills, seed)} children")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
