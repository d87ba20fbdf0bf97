"""A user's own rule files: what cannot stand in for a shipped one is refused in one line, before anything is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

FINDINGS = (loader.SHIPPED / "findings.csv").read_text(encoding="utf-8")
SETTINGS = (loader.SHIPPED / "settings.csv").read_text(encoding="utf-8")
STOCK = (loader.SHIPPED / "columns" / "stock.csv").read_text(encoding="utf-8")
CONSTANTS = (loader.SHIPPED / "explosives" / "constants.csv").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _shipped_again() -> Iterator[None]:
    yield
    loader.use_folder(None)


def use(folder: Path, name: str, content: str | bytes) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    loader.use_folder(folder)


def test_copies_of_every_shipped_file_can_stand_in(tmp_path: Path) -> None:
    edition = loader.edition()
    for file in loader.SHIPPED.rglob("*.csv"):
        use(tmp_path, file.relative_to(loader.SHIPPED).as_posix(), file.read_bytes())
    assert loader.edition() == edition


def test_another_figure_can_stand_in(tmp_path: Path) -> None:
    edition = loader.edition()
    use(tmp_path, "settings.csv", SETTINGS.replace("real,1.35", "real,1.5"))
    assert loader.settings_contract()["road_factor"]["default"] == "1.5"
    assert loader.edition() != edition


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("findings.csv", "", "no row"),
        ("findings.csv", FINDINGS.encode("utf-16"), "decode"),
        ("findings.csv", FINDINGS.replace("{value} is outside", "{value.__class__} is outside"), "names what"),
        ("findings.csv", FINDINGS.replace("{value} is outside", "{value is outside"), "names what"),
        ("findings.csv", FINDINGS.replace("missing_file,", "missing_fill,"), "missing_file is missing"),
        ("settings.csv", SETTINGS.replace("minimum,", "least,"), "minimum"),
        ("settings.csv", SETTINGS.replace("road_factor,real,", "road_factor,"), "more or fewer cells"),
        ("columns/stock.csv", STOCK.replace("quantity,whole", "quantity,banana"), "must stay whole"),
        ("columns/stock.csv", STOCK.replace("year_made,", "year,"), "year_made is missing"),
        ("explosives/constants.csv", CONSTANTS.replace("tnt_factor,1", "tnt_factor,nan"), "must be a number"),
        ("explosives/constants.csv", CONSTANTS.replace("tnt_factor,", "factor,"), "tnt_factor is missing"),
    ],
)
def test_what_cannot_stand_in_is_refused(tmp_path: Path, name: str, content: str | bytes, reason: str) -> None:
    with pytest.raises(Refused, match="unreadable_file") as caught:
        use(tmp_path, name, content)
    assert reason in str(caught.value.numbers["reason"])


def test_a_file_whose_name_is_mistyped_is_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="unknown_rule"):
        use(tmp_path, "explosives/constant.csv", CONSTANTS)
