"""Weights of one's own: what cannot be a weight is refused in one line, before anything is ranked by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rasr.core.assessment.security.weights import constant, shipped
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader


@pytest.fixture(autouse=True)
def _shipped_again() -> Iterator[None]:
    yield
    loader.use_folder(None)


def use(folder: Path, name: str, old: str, new: str) -> None:
    text = (loader.SHIPPED / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    loader.use_folder(folder)


def test_a_weight_of_ones_own_can_stand_in(tmp_path: Path) -> None:
    use(tmp_path, "security/headings.csv", "lighting,1,", "lighting,7,")
    assert shipped().headings["lighting"] == 7.0


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("security/headings.csv", "lighting,1,", "lighting,-1,"),
        ("security/levels.csv", "3,1,", "3,-1,"),
        ("diversion.csv", "manpads,1,", "manpads,-1,"),
        ("diversion.csv", "manpads,1,,18", "manpads,1,,0"),
        ("security/constants.csv", "pressure_base_weight,2,", "pressure_base_weight,0,"),
    ],
)
def test_what_cannot_be_a_weight_is_refused(tmp_path: Path, name: str, old: str, new: str) -> None:
    use(tmp_path, name, old, new)
    with pytest.raises(Refused, match="out_of_range"):
        shipped()


def test_a_constant_has_limits_and_none_may_be_missing(tmp_path: Path) -> None:
    use(tmp_path, "security/constants.csv", "residual_ease,0.05,", "residual_ease,1.5,")
    with pytest.raises(Refused, match="out_of_range"):
        constant("residual_ease")
    with pytest.raises(Refused, match="unreadable_file"):
        use(tmp_path, "security/constants.csv", "residual_ease,", "resting_ease,")
