"""TNT equivalence: the published factors, what is not covered, and the sums of mixed stores."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasr.core.assessment.explosives import equivalence
from rasr.core.assessment.explosives.equivalence import tnt_kg, yields
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

PUBLISHED = {
    "Amatol": (0.99, 0.98),
    "Composition B": (1.11, 0.98),
    "Composition C3": (1.08, 1.01),
    "Composition C4": (1.37, None),
    "HMX": (1.02, 1.03),
    "Octol 75/25": (1.06, 1.06),
    "PETN": (1.27, 1.11),
    "RDX": (1.14, 1.09),
    "Cyclotol 60/40": (1.14, 1.09),
    "Tetryl": (1.07, 1.05),
    "TNT": (1.0, 1.0),
    "Tritonal": (1.07, 0.96),
}
"""IATG 01.80 clause 7.2: kg of TNT by peak pressure and by impulse, as two public transcriptions have them."""


def fillings(*rows: tuple[str, str | None, float | None]) -> pl.DataFrame:
    schema = {"store_id": pl.String, "explosive": pl.String, "neq_kg": pl.Float64}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def test_the_table_is_the_published_one_and_nothing_more() -> None:
    known = {each.explosive: each for each in equivalence.equivalents().values()}
    assert known.keys() == PUBLISHED.keys()
    for explosive, (pressure, impulse) in PUBLISHED.items():
        factors = {"pressure": pressure} | ({"impulse": impulse} if impulse else {})
        assert known[explosive].factors == factors
        assert (known[explosive].status, known[explosive].source[:10]) == ("secondary", "IATG 01.80")


def test_the_pressures_between_which_a_factor_holds() -> None:
    found = equivalence.equivalent("PETN")
    assert (found.pressure_from_kpa, found.pressure_to_kpa) == (35.0, 700.0)
    assert equivalence.equivalent("HMX").pressure_from_kpa is None


def test_mass_counts_by_effect() -> None:
    assert tnt_kg("Composition B", [10.0, 100.0]).tolist() == pytest.approx([11.1, 111.0])
    assert float(tnt_kg("composition  b", 100.0, "impulse")) == pytest.approx(98.0)


def test_the_impulse_of_c4_is_not_covered() -> None:
    assert float(tnt_kg("Composition C4", 1.0)) == 1.37
    with pytest.raises(Refused, match="not_available") as refused:
        tnt_kg("Composition C4", 1.0, "impulse")
    assert "Composition C4 by impulse" in loader.say(refused.value.code, refused.value.numbers)


@pytest.mark.parametrize("explosive", ["ANFO", "black powder", ""])
def test_another_explosive_is_refused(explosive: str) -> None:
    with pytest.raises(Refused, match="unknown_rule"):
        tnt_kg(explosive, 1.0)


@pytest.mark.parametrize("mass_kg", [0.0, -1.0, float("nan"), float("inf")])
def test_what_is_no_mass_is_refused(mass_kg: float) -> None:
    with pytest.raises(Refused, match="not_above_zero"):
        tnt_kg("TNT", [1.0, mass_kg])


def test_a_mixed_store_yields_the_sum_and_says_what_is_not_covered() -> None:
    held = fillings(
        *(("B", "RDX", 100.0), ("A", "TNT", 1000.0), ("A", " composition \t c4", 10.0)),
        *(("A", "nitrocellulose", 5.0), ("A", None, 2.0), ("A", "TNT", None)),
    )
    of_b, of_a = yields(held).rows(named=True)
    assert of_b["store_id"] == "B"
    assert (of_b["pressure_tnt_kg"], of_b["impulse_tnt_kg"]) == pytest.approx((114.0, 109.0))
    assert of_b["pressure_not_covered_kg"] == of_b["impulse_not_covered_kg"] == 0.0
    assert of_a == {
        "store_id": "A",
        "neq_kg": 1017.0,
        "pressure_tnt_kg": pytest.approx(1013.7),
        "pressure_not_covered_kg": 7.0,
        "impulse_tnt_kg": 1000.0,
        "impulse_not_covered_kg": 17.0,
    }


def test_what_is_not_covered_counts_only_by_a_factor_that_the_caller_names() -> None:
    (found,) = yields(fillings(("A", "TNT", 100.0), ("A", "ANFO", 50.0)), assumed_factor=0.8).rows(named=True)
    assert found["pressure_tnt_kg"] == pytest.approx(140.0)
    assert found["pressure_not_covered_kg"] == 50.0


def test_no_filling_yields_nothing() -> None:
    assert yields(fillings()).height == 0


lots = st.tuples(st.sampled_from("AB"), st.sampled_from([*PUBLISHED, "ANFO", None]), st.floats(0.0, 1e6))


@given(st.lists(lots, max_size=12))
def test_sums_add_up_whatever_the_order(rows: list[tuple[str, str | None, float]]) -> None:
    found, turned = yields(fillings(*rows)), yields(fillings(*reversed(rows)))
    for store in found["store_id"]:
        one, other = (each.row(by_predicate=pl.col("store_id") == store, named=True) for each in (found, turned))
        assert one == pytest.approx(other)
        for effect, at in (("pressure", 0), ("impulse", 1)):
            factors = [
                (neq_kg, PUBLISHED.get(name or "", (None, None))[at]) for at_, name, neq_kg in rows if at_ == store
            ]
            assert one[f"{effect}_tnt_kg"] == pytest.approx(sum(neq * (factor or 0.0) for neq, factor in factors))
            uncovered = sum(neq for neq, factor in factors if factor is None)
            assert one[f"{effect}_not_covered_kg"] == pytest.approx(uncovered)


def test_a_table_of_ones_own_counts(tmp_path: Path) -> None:
    own = tmp_path / "explosives" / "tnt_equivalence.csv"
    own.parent.mkdir()
    shipped = (loader.SHIPPED / "explosives" / "tnt_equivalence.csv").read_text(encoding="utf-8")
    own.write_text(shipped + "ANFO,0.5,0.5,,,national standard,assumed,\n", encoding="utf-8")
    try:
        loader.use_folder(tmp_path)
        assert float(tnt_kg("ANFO", 2.0)) == 1.0
    finally:
        loader.use_folder(None)
    with pytest.raises(Refused, match="unknown_rule"):
        tnt_kg("ANFO", 2.0)


def test_what_stands_in_for_an_explosive_that_is_not_covered() -> None:
    assert equivalence.factor("rdx") == 1.14
    assert [equivalence.factor(name) for name in ("ANFO", "", None)] == [1.0] * 3
    assert equivalence.greatest_factor() == 1.37
