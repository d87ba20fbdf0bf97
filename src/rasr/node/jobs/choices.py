"""Words of jobs: why one failed where no refusal of the core says it, and which states are not the end."""

from __future__ import annotations

from datetime import timedelta

from rasr.node.jobs.models import State

LOST = "worker_lost"
"""The worker was killed, or its machine went down."""
FAULT = "fault"
"""A fault of the program; the log says which."""
NOT_ALLOWED = "not_allowed"
"""Whoever asked for it lost the right to it meanwhile."""
LOST_AFTER = timedelta(seconds=60)
"""So long without a heartbeat is a dead worker."""
OPEN = (State.WAITING, State.RUNNING)
