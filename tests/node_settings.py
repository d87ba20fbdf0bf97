"""Settings of the node for tests: a home folder of their own; the database from RASR_DATABASE_URL, else SQLite."""

from __future__ import annotations

import os
import tempfile
from atexit import register
from pathlib import Path
from shutil import rmtree

HOME = Path(tempfile.mkdtemp(prefix="rasr-test-"))
register(rmtree, HOME, ignore_errors=True)
(HOME / "uploads").mkdir()
(HOME / "static").mkdir()
os.environ["RASR_HOME"] = str(HOME)
os.environ["RASR_MODE"] = "test"
os.environ.setdefault("RASR_LOG_LEVEL", "warning")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser of other tests in this process runs a loop

from rasr.node.settings import *  # noqa: E402, F403  # made from the environment just set

STATIC_ROOT = HOME / "static"
