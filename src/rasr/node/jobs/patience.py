"""Outlasting a database that is gone or locked for a while.

>>> patiently(lambda: 7)
7
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")
GONE = (OperationalError, InterfaceError)
"""What Django raises where the database cannot be reached, has hung up, or is locked."""
PATIENCE_S = 60.0
PAUSE_S = 1.0
log = logging.getLogger("rasr.jobs")


def patiently(act: Callable[[], T], *, patience_s: float = PATIENCE_S, pause_s: float = PAUSE_S) -> T:
    """Do it, and again where the database was gone, for up to ``patience_s``. act: whole or not at all, so repeatable.

    Within a transaction of the caller it is tried once: what was done there before would be lost.
    """
    until_s = time.monotonic() + patience_s
    while True:
        try:
            return act()
        except GONE as fault:
            if connection.in_atomic_block or time.monotonic() >= until_s:
                raise
            log.warning("the database cannot be reached; trying again", exc_info=fault)
            connection.close()
            time.sleep(pause_s)
