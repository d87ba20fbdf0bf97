"""What processes inherit that tests start."""

from __future__ import annotations

import os
from collections.abc import Mapping


def environment(given: Mapping[str, str] | None = None, /, **more: str) -> dict[str, str]:
    """Of this process, without the settings of the tests' own node; and what is given, which goes before the named."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RASR_", "DJANGO_"))}
    return {**kept, **more, **(given or {})}
