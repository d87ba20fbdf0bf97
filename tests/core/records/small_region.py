"""A region small enough to read: two authorities, one depot with two stores, one line, one fund, one permit."""

from __future__ import annotations

import polars as pl

from rasr.core.records.region import Region


def frame(text: str) -> pl.DataFrame:
    """A frame of text cells from a table written out; a dot is an empty cell."""
    head, *lines = [line.split() for line in text.strip().splitlines()]
    cells = {name: [None if line[i] == "." else line[i] for line in lines] for i, name in enumerate(head)}
    return pl.DataFrame(cells, schema=dict.fromkeys(head, pl.String()))


def frames() -> dict[str, pl.DataFrame]:
    """The tables, as text, without any fault."""
    return {
        "jurisdictions": frame("""
            jurisdiction_id name
            AL              Albania
            ME              Montenegro"""),
        "organisations": frame("""
            organisation_id jurisdiction_id kind    name
            AL-MOD          AL              defence Army"""),
        "sites": frame("""
            site_id organisation_id kind  name  latitude_deg longitude_deg
            D1      AL-MOD          depot Depot 41.3         19.8"""),
        "stores": frame("""
            store_id site_id construction            latitude_deg longitude_deg barricaded
            S1       D1      earth_covered_magazine  41.301       19.801        yes
            S2       D1      unknown                 41.302       19.802        ."""),
        "licences": frame("""
            store_id hazard_division neq_limit_kg valid_until
            S1       1.1             5000         2030-12-31
            S2       1.4             100          2030-12-31"""),
        "articles": frame("""
            article_id name   family        unit  hazard_division compatibility_group
            MINE       Mine   mine          piece 1.1             D
            BALL       Ball   small_calibre piece 1.4             S
            POWDER     Powder propellant    gram  1.1             D
            RIFLE      Rifle  small_arms    piece not_applicable  not_applicable""").hstack(
            frame("""
            neq_kg_each mass_kg_each gross_mass_kg_each
            5           8            10
            0.002       0.012        0.015
            0.001       .            .
            .           4            5""")
        ),
        "stock": frame("""
            stock_id store_id article_id lot quantity condition purpose           year_made destroy_by  total_mass_kg
            R1       S1       MINE       L1  100      A         operational       1975      .           1000
            R2       S2       BALL       .   9000     B         training          .         2028-01-01  .
            R3       S1       POWDER     L7  250000   D         awaiting_disposal 1980      .           ."""),
        "lines": frame("""
            line_id site_id status   accepts_foreign opens_on
            P1      D1      existing no              2026-01-01"""),
        "line_rates": frame("""
            line_id technique    family capacity_kg_per_day cost_eur_per_tonne
            P1      disassembly  mine   500                 400"""),
        "permits": frame("""
            from_jurisdiction_id to_jurisdiction_id family valid_from valid_to
            ME                   AL                 all    2026-01-01 2030-12-31"""),
        "funds": frame("""
            fund_id donor currency starts_on  ends_on    amount carry_over
            F1      Donor EUR      2027-01-01 2029-12-31 500000 yes"""),
        "earmarks": frame("""
            fund_id jurisdiction_id activity
            F1      all             all"""),
        "settings": frame("""
            key       value
            starts_on 2027-01-01"""),
    }


def with_cell(table: str, row: int, column: str, value: str | None) -> dict[str, pl.DataFrame]:
    """The tables with one cell changed; a column that is not there yet is added, empty elsewhere."""
    tables = frames()
    changed = tables[table]
    if column not in changed.columns:
        changed = changed.with_columns(pl.lit(None, dtype=pl.String).alias(column))
    cells = changed[column].to_list()
    cells[row - 1] = value
    return {**tables, table: changed.with_columns(pl.Series(column, cells, dtype=pl.String))}


def small_region() -> Region:
    """The region of these tables."""
    return Region.from_frames(frames())
