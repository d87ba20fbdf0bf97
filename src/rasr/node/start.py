"""Starts Django for a program that is no web server: the command line, a worker, a test.

The home folder of the node is in the environment variable RASR_HOME; see ``rasr.node.config``.
"""

from __future__ import annotations

import os
from pathlib import Path


def start(home: Path | None = None) -> None:
    """Load the settings of the node in ``home`` (None: where RASR_HOME says) and set Django up; once per process."""
    import django  # slow to load, and only for commands of the node

    if home is not None:
        os.environ["RASR_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rasr.node.settings")
    django.setup()
