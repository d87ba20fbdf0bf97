"""What lies in the stores of the sample: lots, and what their owners say they need of them.

Each store has a storage class, so that compatibility groups lie apart in most of them. The mass of a jurisdiction is
spread over its families by the published mix, and over the lots of a family by drawn sizes.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from rasr.core.basis.units import KG_PER_TONNE
from rasr.sample.assumptions import Ints, apportion, assumed, between, draw, draw_by_key, number

NOT_OWNED = ["evidence", "confiscated", "surrendered"]
GRAMS_PER_KG = 1000
LICENCE_STEP_KG = 100.0
"""Licences are written in steps of this."""
DEADLINES = (date(2029, 12, 31), date(2030, 6, 30), date(2030, 12, 31))
"""Days by which a few lots are to be destroyed: late in the horizon of the sample."""


def make_stock(rng: np.random.Generator, sites: pl.DataFrame, stores: pl.DataFrame, scale: float) -> pl.DataFrame:
    """Lots: the contract's columns, and those of its article, jurisdiction_id, organisation_id, kind, kg, neq_kg."""
    lots = _lots(rng, sites, stores, scale)
    lots = _with_quantities(lots, scale)
    lots = _with_history(rng, lots)
    return _with_references(rng, lots)


def _lots(rng: np.random.Generator, sites: pl.DataFrame, stores: pl.DataFrame, scale: float) -> pl.DataFrame:
    """Which article lies where, and how large the lot is against others (size)."""
    kind = sites["kind"].gather(stores["site"])
    classes = draw_by_key(rng, "storage_classes", "site_kind", kind, "storage_class").to_numpy()
    mixed = rng.random(stores.height) < number("mixed_store_share")
    size = sites["size"].gather(stores["site"]).to_numpy() * rng.lognormal(0, number("store_size_sigma"), stores.height)
    counts = apportion(
        rng.gamma(number("store_lots_shape"), 1.0, stores.height) + number("store_lots_base"),
        round(number("lots") * scale),
    )
    store = np.repeat(np.arange(stores.height), counts)
    article = _articles(rng, classes[store], mixed[store])
    return pl.DataFrame(
        {
            "store_id": stores["store_id"].gather(store),
            "kind": kind.gather(store),
            "organisation_id": sites["organisation_id"].gather(stores["site"]).gather(store),
            "jurisdiction_id": sites["jurisdiction_id"].gather(stores["site"]).gather(store),
            "size": size[store] * rng.lognormal(0, number("lot_size_sigma"), len(store)),
        }
    ).hstack(assumed("articles")[article].drop("source", "note", "name"))


def _articles(rng: np.random.Generator, classes: np.ndarray, mixed: np.ndarray) -> Ints:
    """For each lot an article of its store's class; in a mixed store any article."""
    articles = assumed("articles").join(assumed("families"), on="family", how="left", maintain_order="left")
    share = articles.select(
        pl.col("share_of_family") * pl.max_horizontal("mass_share", pl.col("pieces_per_weapon").fill_null(0.0))
    ).to_series()
    weight = share.to_numpy() ** number("lot_number_power")
    own = articles["storage_class"].to_numpy()
    chosen = draw(rng, np.where(own == "heavy", 0.0, weight), len(classes))
    for one in sorted(set(own)):
        mask = (classes == one) & ~mixed
        chosen[mask] = draw(rng, np.where(own == one, weight, 0.0), int(mask.sum()))
    return chosen


def _with_quantities(lots: pl.DataFrame, scale: float) -> pl.DataFrame:
    """Quantities that add up to what the jurisdiction holds, less what would overfill a store."""
    jurisdictions = assumed("jurisdictions").select("jurisdiction_id", "ammunition_tonne", "weapons")
    families = assumed("families").select("family", "mass_share", "pieces_per_weapon")
    here = ["jurisdiction_id", "family"]
    present = (
        lots.select(here).unique(maintain_order=True).join(families, on="family", how="left", maintain_order="left")
    )
    whole = present.group_by("jurisdiction_id").agg(of_present=pl.col("mass_share").sort().sum())
    lots = (
        lots.join(jurisdictions, on="jurisdiction_id", how="left", maintain_order="left")
        .join(families, on="family", how="left", maintain_order="left")
        .join(whole, on="jurisdiction_id", how="left", maintain_order="left")
        .with_columns(of_family=pl.col("size") / pl.col("size").sum().over(here))
    )
    kg = pl.col("ammunition_tonne") * scale * KG_PER_TONNE * pl.col("mass_share") / pl.col("of_present")
    each = pl.coalesce("gross_mass_kg_each", pl.lit(number("piece_mass_unknown_kg")))
    by_mass = (
        pl.when(pl.col("unit") == "gram")
        .then((kg * pl.col("of_family")).round() * GRAMS_PER_KG)
        .otherwise(kg * pl.col("of_family") / each)
    )
    by_count = pl.col("weapons") * scale * pl.col("pieces_per_weapon") * pl.col("of_family")
    lots = lots.with_columns(wanted=pl.when(pl.col("mass_share") > 0).then(by_mass).otherwise(by_count))
    in_store = (pl.col("wanted") * pl.col("neq_kg_each").fill_null(0.0)).sum().over("store_id")
    fits = pl.min_horizontal(1.0, number("store_neq_most_kg") / pl.max_horizontal(in_store, 1.0))
    lots = lots.with_columns(quantity=(pl.col("wanted") * fits).round().clip(1).cast(pl.Int64))
    return lots.with_columns(
        kg=pl.col("quantity")
        * pl.when(pl.col("unit") == "gram").then(1 / GRAMS_PER_KG).otherwise("gross_mass_kg_each"),
        neq_kg=pl.col("quantity") * pl.col("neq_kg_each"),
    )


def _with_history(rng: np.random.Generator, lots: pl.DataFrame) -> pl.DataFrame:
    """Year, condition, purpose and how the quantity is known."""
    count = lots.height
    first, mode, last = (number(f"year_{which}") for which in ("first", "mode", "last"))
    year = np.floor(rng.triangular(first, mode, last, count)).astype(np.int64)
    bands = assumed("conditions")["age_from_years"].unique().sort().to_numpy()
    band = bands[np.searchsorted(bands, _start().year - year, side="right") - 1]
    condition = draw_by_key(rng, "conditions", "age_from_years", pl.Series(band), "condition")
    purpose = draw_by_key(rng, "purposes", "site_kind", lots["kind"], "purpose")
    for_disposal = (condition == "D") & ~purpose.is_in(NOT_OWNED)
    waits = for_disposal.to_numpy() & (rng.random(count) < number("awaiting_share"))
    basis = rng.random(count)
    counted, book = number("basis_counted_share"), number("basis_counted_share") + number("basis_book_share")
    known = np.select(
        [basis < counted, basis < book, basis < (1 + book) / 2], ["counted", "book", "weighed"], "estimated"
    )
    return lots.with_columns(
        condition=condition,
        purpose=pl.Series(np.where(waits, "awaiting_disposal", purpose.to_numpy())),
        year_made=pl.Series(year).set(pl.Series(rng.random(count) < number("year_unknown_share")), None),
        quantity=lots["quantity"].set(pl.Series(rng.random(count) < number("quantity_unknown_share")), None),
        quantity_basis=pl.Series(known),
        lot=_lot_names(rng, year),
        **_stabiliser(rng, lots["family"], year),
    )


def _lot_names(rng: np.random.Generator, year: Ints) -> pl.Series:
    """Lot names as stamped: a works, a running number, the year; unknown where the identity is lost."""
    works, running = rng.integers(1, 40, len(year)), rng.integers(1, 999, len(year))
    names = pl.DataFrame({"a": works, "b": running, "c": year % 100}).select(
        pl.format("{}-{}-{}", "a", pl.col("b").cast(pl.String).str.zfill(3), pl.col("c").cast(pl.String).str.zfill(2))
    )
    return names.to_series().set(pl.Series(rng.random(len(year)) < number("lot_unknown_share")), "unknown")


def _stabiliser(rng: np.random.Generator, family: pl.Series, year: Ints) -> dict[str, pl.Series]:
    """Stabiliser tests of part of the propellant, falling with age."""
    tested = (family == "propellant").to_numpy() & (rng.random(len(year)) < number("stabiliser_test_share"))
    ago_days = between(rng, "test_days", len(year)).astype(np.int64)
    loss_pct = (
        number("stabiliser_loss_pct_per_year") * (_start().year - year) * between(rng, "stabiliser_loss", len(year))
    )
    left_pct = np.maximum(number("stabiliser_start_pct") - loss_pct, number("stabiliser_left_least_pct")).round(2)
    on = np.datetime64(_start()) - ago_days.astype("timedelta64[D]")
    untested = pl.Series(~tested)
    return {
        "stabiliser_pct": pl.Series(left_pct).set(untested, None),
        "stabiliser_tested_on": pl.Series(on)
        .cast(pl.Date)
        .to_frame("on")
        .select(pl.when(~untested).then("on"))
        .to_series(),
    }


def _with_references(rng: np.random.Generator, lots: pl.DataFrame) -> pl.DataFrame:
    """Ids and references of decisions: declared surplus, released."""
    chance, release, of_year = (
        rng.random(lots.height),
        rng.random(lots.height),
        rng.integers(int(number("decision_year_first")), _start().year, lots.height),
    )
    share = (
        pl.when(pl.col("purpose") == "awaiting_disposal")
        .then(number("declared_of_awaiting_share"))
        .otherwise(number("declared_of_others_share"))
    )
    draws = pl.DataFrame({"chance": chance, "release": release, "of_year": of_year})
    numbered = lots.with_row_index("n", offset=1).hstack(draws)
    text = pl.col("n").cast(pl.String).str.zfill(6)
    owned = ~pl.col("purpose").is_in(NOT_OWNED)
    freed = pl.col("purpose").is_in(["confiscated", "surrendered"]) & (pl.col("release") < number("release_share"))
    return numbered.with_columns(
        stock_id=pl.format("R-{}", text),
        declared_surplus_ref=pl.when(owned & (pl.col("chance") < share)).then(pl.format("SUR/{}/{}", "of_year", text)),
        release_ref=pl.when(freed).then(pl.format("REL/{}/{}", "of_year", text)),
    ).drop("n", "chance", "release", "of_year")


def with_deadlines(rng: np.random.Generator, lots: pl.DataFrame, home: pl.DataFrame) -> pl.DataFrame:
    """A day by which to destroy a few lots that a line at home can take.

    home: jurisdiction_id, family of what existing lines take without end.
    """
    at_home = lots.join(
        home.with_columns(taken=pl.lit(True)), on=["jurisdiction_id", "family"], how="left", maintain_order="left"
    )
    eligible = (
        pl.col("taken").fill_null(False)
        & (pl.col("condition") == "D")
        & (pl.col("purpose") == "awaiting_disposal")
        & (pl.col("kg") < number("destroy_by_most_kg"))
        & pl.col("quantity").is_not_null()
    )
    draws = pl.DataFrame({"chance": rng.random(lots.height), "which": rng.integers(0, len(DEADLINES), lots.height)})
    days = pl.Series("destroy_by", DEADLINES, dtype=pl.Date).gather(draws["which"])
    return (
        at_home.with_columns(chance=draws["chance"], day=days)
        .with_columns(destroy_by=pl.when(eligible & (pl.col("chance") < number("destroy_by_share"))).then("day"))
        .drop("chance", "day", "taken")
    )


def make_requirements(rng: np.random.Generator, lots: pl.DataFrame) -> pl.DataFrame:
    """What organisations need of what they hold; for some pairs nobody has stated it."""
    shares = assumed("jurisdictions").select("jurisdiction_id", "required_share")
    waits = (pl.col("condition") == "D") | (pl.col("purpose") == "awaiting_disposal")
    disposed = waits | pl.col("declared_surplus_ref").is_not_null()
    pairs = (
        lots.filter(~pl.col("purpose").is_in(NOT_OWNED), ~pl.col("organisation_id").str.ends_with("COMPANY"))
        .group_by("organisation_id", "article_id", "jurisdiction_id")
        .agg(rest=pl.col("quantity").filter(~disposed).sum())
        .sort("organisation_id", "article_id")
        .join(shares, on="jurisdiction_id", how="left", maintain_order="left")
    )
    stated = rng.random(pairs.height) < number("requirement_row_share")
    spread = rng.uniform(1 - number("requirement_spread"), 1 + number("requirement_spread"), pairs.height)
    need = pl.col("rest") * (pl.col("required_share") / number("requirement_of_rest") * pl.Series(spread)).clip(
        0, number("requirement_most")
    )
    return pairs.with_columns(quantity=need.round().cast(pl.Int64)).filter(pl.Series(stated))


def make_licences(rng: np.random.Generator, lots: pl.DataFrame) -> pl.DataFrame:
    """Explosives limits of the stores, most of them wide enough, some too narrow, some missing, some run out."""
    held = (
        lots.filter(pl.col("hazard_division") != "not_applicable")
        .group_by("store_id", hazard_division=pl.col("hazard_division").str.slice(0, 3))
        .agg(held_kg=pl.col("neq_kg").sum())
        .sort("store_id", "hazard_division")
    )
    kind = rng.random(held.height)
    missing, over = number("licence_missing_share"), number("licence_over_share")
    wide, narrow = between(rng, "licence_room", held.height), between(rng, "licence_over", held.height)
    room = np.where(kind < missing + over, narrow, wide)
    expired = rng.random(held.height) < number("licence_expired_share")
    year = np.where(expired, 0, rng.integers(1, int(number("licence_years")) + 1, held.height)) + _start().year - 1
    limit_kg = (np.ceil(held["held_kg"].to_numpy() * room / LICENCE_STEP_KG) * LICENCE_STEP_KG).clip(LICENCE_STEP_KG)
    last = pl.DataFrame({"year": year}).select(pl.date("year", 12, 30)).to_series()
    return held.with_columns(neq_limit_kg=pl.Series(limit_kg), valid_until=last).filter(pl.Series(kind >= missing))


def _start() -> date:
    """First day of the plan of the sample."""
    return date.fromisoformat(str(assumed("settings").filter(pl.col("key") == "starts_on")["value"].item()))
