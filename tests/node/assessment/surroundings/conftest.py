"""Files of surveys that others of the same process have left, and those of a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rasr.node.assessment.surroundings import sending


def _empty() -> None:
    for path in sending.folder().glob("*"):
        path.unlink()


@pytest.fixture
def no_files() -> Iterator[None]:
    """No file of a survey lies there before, nor afterwards."""
    _empty()
    yield
    _empty()
