"""The programme of storages and evidence rooms: what is published stands as it is, and the sums are worked out."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from rasr.core.assessment.security.programme import beside
from tools import docs

CASE = Path(__file__).parents[2] / "cases" / "seesac-storages-2016"
ORDER = ["RS", "MD", "ME", "XK", "BA", "AL"]
"""By capital: Belgrade, Chişinău, Podgorica, Pristina, Sarajevo, Tirana."""


def test_what_is_stated_and_what_the_items_add_up_to_stand_side_by_side() -> None:
    items, stated = (pl.read_csv(CASE / f"{name}.csv") for name in ("items", "stated"))
    assert beside(items, stated).rows() == [("central storages", 7, 7, 0), ("evidence rooms", 15, 13, 2)]
    assert items["jurisdiction_id"].unique(maintain_order=True).to_list() == ORDER
    (central, rooms) = (items.filter(pl.col("what") == what)["count"].to_list() for what in stated["what"])
    assert (central, rooms) == ([1, 1, 1, 1, 2, 1], [2, 2, 2, 2, 3, 2])


def test_what_is_only_stated_or_only_itemised_is_not_dropped() -> None:
    items = pl.DataFrame({"what": ["racks"], "count": [70]})
    stated = pl.DataFrame({"what": ["rooms"], "count": [15]})
    assert beside(items, stated).rows() == [("rooms", 15, None, None), ("racks", None, 70, None)]


def test_every_file_has_its_source_and_the_page_shows_the_difference() -> None:
    sources = docs.read(CASE, "SOURCES.csv")
    assert {row["file"] for row in sources} == {"items.csv", "stated.csv"}
    assert all(row["source"].startswith("SEESAC, ") for row in sources)
    page = docs.programme_page(docs.ROOT)
    assert "| evidence rooms | 15 | 13 | 2 |" in page
    assert "| central storages | 7 | 7 | 0: agrees |" in page
    assert "UNSCR 1244 (1999)" in page
