"""The yield of a mixed store: its lots summed, each by the TNT equivalence of its article's explosive."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.core.assessment.test_assess import ARTICLES, AS_OF, house, record, region, store

from rasr.core.assessment.assess import assess, one_store
from rasr.core.assessment.explosives.consequence import fatality_shares


def test_the_yield_is_summed_over_lots_by_the_explosive_of_each() -> None:
    """10,000 kg Composition B and 1,000 kg not in the table: 1.11 x 10,000 + 1,000; what goes by NEQ stays."""
    filled = [{"article_id": "bomb", "explosive": " composition  b"}, {"article_id": "charge", "explosive": "ANFO"}]
    names = {row["article_id"]: row["explosive"] for row in filled}
    articles = [{**row, "explosive": names.get(row["article_id"])} for row in ARTICLES]
    lots, near = [record("bomb", 100), record("charge", 100)], [house(200.0)]
    plain = assess(region(lots, near), as_of=AS_OF)
    told = assess(region(lots, near, articles=articles), as_of=AS_OF)
    before, after = store(plain), store(told)
    assert (before["tnt_event_kg"], before["neq_event_known_kg"]) == (11_000.0, 0.0)
    assert (after["tnt_event_kg"], after["neq_event_known_kg"]) == (pytest.approx(12_100.0), 10_000.0)
    killed = 4.0 * float(fatality_shares("inhabited_building", 12_100.0, 200.0)[1, 0])
    assert after["fatalities_per_event"] == pytest.approx(killed, rel=1e-5)
    assert after["fatalities_per_event"] > before["fatalities_per_event"]
    for name in ("neq_event_kg", "required_ibd_m", "persons_in_ibd", "events_per_year", "events_per_year_high"):
        assert after[name] == before[name], name
    assert_frame_equal(told.distances, plain.distances)
    assert one_store(region(lots, near, articles=articles), "S", as_of=AS_OF).store["tnt_event_kg"].item() == (
        pytest.approx(12_100.0)
    )
    (note,) = told.methods.filter(pl.col("method") == "tnt_equivalence")["note"]
    assert note.endswith("Of 11,000 kg that can go up 10,000 kg had a known explosive.")
    assert told.risk is not None
    assert told.risk.stores["tnt_kg"].to_list()[0] == pytest.approx(12_100.0)
    curve = told.danger_curves.filter(pl.col("neq_kg") == pl.col("neq_kg").max())
    assert curve["fatalities_per_year"].item() == pytest.approx(after["fatalities_per_year"])
