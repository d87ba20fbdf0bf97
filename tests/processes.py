"""What processes inherit that tests start."""

from __future__ import annotations

import os


def environment(**more: str) -> dict[str, str]:
    """Of this process, without the settings of the tests' own node; and what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RASR_", "DJANGO_"))}
    return {**kept, **more}
