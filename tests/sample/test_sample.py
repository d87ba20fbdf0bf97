"""The sample looks like the region, holds no error and is the same for the same seed."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from rasr.core.basis.findings import Refused
from rasr.core.records.region import Region
from rasr.core.reference import loader
from rasr.sample import make_sample, write_sample
from rasr.sample.assumptions import DATA, apportion, assumed, number
from rasr.sample.geometry import distance_km

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "sample.md"
AS_OF = date(2027, 1, 1)
Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def sample() -> Tables:
    return make_sample(seed=1)


def with_masses(tables: Tables) -> pl.DataFrame:
    gram = pl.col("unit") == "gram"
    return (
        tables["stock"]
        .join(tables["articles"], on="article_id")
        .join(tables["stores"].select("store_id", "site_id"), on="store_id")
        .join(tables["sites"].select("site_id", "organisation_id"), on="site_id")
        .join(tables["organisations"].select("organisation_id", "jurisdiction_id"), on="organisation_id")
        .with_columns(
            mass_kg=pl.col("quantity") * pl.when(gram).then(0.001).otherwise("gross_mass_kg_each"),
            neq_kg=pl.col("quantity") * pl.col("neq_kg_each"),
        )
    )


def test_the_same_seed_writes_the_same_bytes_and_another_seed_other_ones(tmp_path: Path) -> None:
    for name, seed in (("a", 4), ("b", 4), ("c", 5)):
        write_sample(tmp_path / name, seed, 0.2)
    written = [{file.name: file.read_bytes() for file in (tmp_path / name).glob("*.csv")} for name in "abc"]
    assert written[0] == written[1]
    assert written[0]["stock.csv"] != written[2]["stock.csv"]
    assert len(written[0]) == 17


def test_scale_1_has_the_rows_that_the_guide_states(sample: Tables) -> None:
    stated = dict(re.findall(r"^\| (\w+) \| (\d+) \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE))
    assert {name: str(frame.height) for name, frame in sample.items()} == stated
    assert {name: sample[name].height for name in ("sites", "stores", "stock", "lines", "exposures")} == {
        "sites": 120,
        "stores": 900,
        "stock": 3000,
        "lines": 25,
        "exposures": 60000,
    }


@pytest.mark.parametrize(("seed", "scale"), [(1, 1.0), (2, 1.0), (1, 0.1), (7, 0.1), (3, 0.3)])
def test_a_clean_sample_has_no_error_and_some_warnings(seed: int, scale: float) -> None:
    findings = Region.from_frames(make_sample(seed, scale)).check(as_of=AS_OF)
    assert [finding for finding in findings if finding.severity == "error"] == []
    assert {"over_licence", "neq_unknown"} <= {finding.code for finding in findings}


def test_every_table_keeps_its_contract(sample: Tables) -> None:
    assert set(sample) == set(loader.TABLES) - {"pools", "danger_curves"}
    for name, frame in sample.items():
        assert dict(frame.schema) == loader.contract(name).schema


@pytest.mark.parametrize("scale", [0.1, 1.0])
def test_every_family_in_stock_has_a_line(scale: float) -> None:
    tables = make_sample(seed=3, scale=scale)
    held = set(with_masses(tables)["family"])
    assert held <= set(tables["line_rates"]["family"])


def test_rare_families_have_few_lines_and_one_of_them_takes_foreign_stock(sample: Tables) -> None:
    rates = sample["line_rates"].join(sample["lines"].select("line_id", "accepts_foreign"), on="line_id")
    for family in ("white_phosphorus", "cluster", "guided_missile", "manpads"):
        lines = rates.filter(pl.col("family") == family).unique("line_id")
        assert 1 <= lines.height <= 3
        assert lines["accepts_foreign"].any()


def test_every_line_stands_in_its_jurisdiction_and_has_a_rate(sample: Tables) -> None:
    places = sample["lines"].join(sample["sites"], on="site_id").join(sample["organisations"], on="organisation_id")
    stated = dict(assumed("lines").select("line", "jurisdiction_id").iter_rows())
    assert all(stated[line[2:4]] == home for line, home in places.select("line_id", "jurisdiction_id").iter_rows())
    assert set(sample["lines"]["line_id"]) == set(sample["line_rates"]["line_id"])
    assert dict(sample["lines"]["status"].value_counts().iter_rows()) == {"existing": 15, "proposed": 7, "mobile": 3}


def test_all_positions_lie_in_south_east_europe_and_sites_keep_off_the_towns(sample: Tables) -> None:
    for table in ("sites", "stores", "exposures"):
        assert sample[table]["latitude_deg"].is_between(39.5, 48.7).all()
        assert sample[table]["longitude_deg"].is_between(13.0, 30.3).all()
    towns, sites = assumed("towns"), sample["sites"]
    away = distance_km(
        sites["latitude_deg"].to_numpy()[:, None],
        sites["longitude_deg"].to_numpy()[:, None],
        towns["latitude_deg"].to_numpy(),
        towns["longitude_deg"].to_numpy(),
    ).min(axis=1)
    assert away.min() >= 2.99
    assert away.max() <= 25.01
    assert sites["name"].str.ends_with("(fictitious)").all()
    assert sites["name"].n_unique() == sites.height
    assert not set(sites["name"].str.strip_suffix(" (fictitious)")) & set(towns["name"])


def test_ids_tell_the_place(sample: Tables) -> None:
    first = sample["stores"].row(0, named=True)
    assert (first["site_id"], first["store_id"]) == ("AL-S0001", "AL-S0001-01")


def test_kosovo_stands_with_asterisk_and_footnote(sample: Tables) -> None:
    row = sample["jurisdictions"].row(by_predicate=pl.col("jurisdiction_id") == "XK", named=True)
    assert row["name"] == "Kosovo*"
    assert row["footnote"] == "in the context of UNSCR 1244 (1999)"
    mentions = sample["organisations"].filter(pl.col("name").str.contains("Kosovo"))["name"]
    assert mentions.str.contains("Kosovo*", literal=True).all()


def test_masses_have_the_order_of_what_is_assumed(sample: Tables) -> None:
    stock = with_masses(sample)
    total = stock.group_by("jurisdiction_id").agg(tonne=pl.col("mass_kg").sum() / 1000)
    assumed_tonne = dict(assumed("jurisdictions").select("jurisdiction_id", "ammunition_tonne").iter_rows())
    for jurisdiction, tonne in total.iter_rows():
        assert 0.6 * assumed_tonne[jurisdiction] < tonne < 1.4 * assumed_tonne[jurisdiction]
    per_store = stock.group_by("store_id").agg(pl.col("neq_kg").sum())["neq_kg"]
    assert per_store.to_numpy().max() <= 1.01 * number("store_neq_most_kg")
    assert per_store.is_between(1000, 61000).sum() > 0.6 * per_store.len()
    unknown = stock.select(pl.col("neq_kg").is_null().mean(), pl.col("mass_kg").is_null().mean()).row(0)
    assert 0.02 < min(unknown) <= max(unknown) < 0.08


def test_houses_keep_their_distance_from_every_store_and_some_are_near(sample: Tables) -> None:
    public = sample["exposures"].filter(pl.col("kind") == "inhabited_building", pl.col("relation") == "public")
    stores = sample["stores"]
    nearest = np.array(
        [
            distance_km(
                np.array(latitude),
                np.array(longitude),
                public["latitude_deg"].to_numpy(),
                public["longitude_deg"].to_numpy(),
            ).min()
            for latitude, longitude in stores.select("latitude_deg", "longitude_deg")[::3].iter_rows()
        ]
    )
    assert nearest.min() > 0.245
    assert 0.1 < (nearest < 0.8).mean() < 0.5
    assert (nearest > 3).mean() > 0.05


def test_deadlines_are_late_and_only_where_a_home_line_takes_the_family(sample: Tables) -> None:
    due = with_masses(sample).filter(pl.col("destroy_by").is_not_null())
    lasting = sample["lines"].filter(pl.col("status") == "existing", pl.col("closes_on").is_null())
    home = (
        lasting.join(sample["line_rates"], on="line_id")
        .join(sample["sites"].select("site_id", "organisation_id"), on="site_id")
        .join(sample["organisations"].select("organisation_id", "jurisdiction_id"), on="organisation_id")
    )
    assert due.height >= 5
    assert (due["destroy_by"] >= date(2029, 12, 31)).all()
    assert due.join(home, on=["jurisdiction_id", "family"], how="anti").is_empty()
    assert set(due["condition"]) == {"D"}


@pytest.mark.parametrize("scale", [0.0, 0.05, 21.0])
def test_a_scale_out_of_range_is_refused(scale: float) -> None:
    with pytest.raises(Refused, match="out_of_range"):
        make_sample(scale=scale)


def test_a_large_sample_has_ten_times_the_rows_and_distinct_ids() -> None:
    tables = make_sample(seed=1, scale=10)
    assert [tables[name].height for name in ("sites", "stores", "stock", "lines", "exposures")] == [
        1200,
        9000,
        30000,
        250,
        600000,
    ]
    for name in ("sites", "stores", "stock", "lines", "exposures"):
        assert tables[name].to_series(0).n_unique() == tables[name].height


def test_every_assumption_names_its_source() -> None:
    for path in sorted(DATA.glob("*.csv")):
        assert assumed(path.stem)["source"].null_count() == 0, path.name
    scalars = assumed("assumptions")
    assert scalars["unit"].null_count() == 0
    assert scalars["key"].n_unique() == scalars.height


def test_every_scalar_assumption_is_used() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in DATA.parent.glob("*.py"))
    for key in assumed("assumptions")["key"]:
        stem = re.sub(r"_(least|most)$", "", key)
        year = key.startswith("year_") and 'number(f"year_{which}")' in code
        assert f'"{key}"' in code or f'between(rng, "{stem}"' in code or year, key


@pytest.mark.parametrize(
    ("weights", "total", "least", "most", "expected"),
    [
        ([1, 1, 2], 8, 0, None, [2, 2, 4]),
        ([0, 1], 5, 1, None, [1, 4]),
        ([9, 1], 10, 0, 6, [6, 4]),
        ([1, 1], 1, 2, 9, [2, 2]),
        ([1, 1], 99, 0, 3, [3, 3]),
    ],
)
def test_apportion(weights: list[float], total: int, least: int, most: int | None, expected: list[int]) -> None:
    assert apportion(np.array(weights, dtype=float), total, least, most).tolist() == expected
