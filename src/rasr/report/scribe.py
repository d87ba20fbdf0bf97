"""Says things in the reader's language: texts, numbers and the names of places together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import polars as pl
from markupsafe import Markup

from rasr.core.records.region import Region
from rasr.report.charts import LogScale, range_mark
from rasr.report.disclosure import DISTANCE_STEP_M, Disclosure
from rasr.report.numerals import Numerals
from rasr.report.page import Cell, Head
from rasr.report.texts import Texts

KOSOVO = "Kosovo"


class Scribe:
    """Writes for one report: in one language, about one region, with one disclosure."""

    def __init__(self, region: Region, disclosure: Disclosure, language: str) -> None:
        self.region = region
        self.disclosure = disclosure
        self.texts = Texts(language)
        self.numerals = Numerals(self.texts.t("decimal_mark"))

    def t(self, key: str, **numbers: str) -> str:
        """A text with numbers that are written already."""
        return self.texts.t(key, **numbers)

    def say(self, key: str, numbers: Mapping[str, float]) -> str:
        """A text whose numbers are written by their unit: _kg as _t in tonnes, _m in metres, _share as _pct."""
        return self.t(key, **dict(self._written(name, value) for name, value in numbers.items()))

    def _written(self, name: str, value: float) -> tuple[str, str]:
        if name.endswith("_kg"):
            return f"{name.removesuffix('_kg')}_t", self.numerals.tonnes(value)
        if name.endswith("_share"):
            return f"{name.removesuffix('_share')}_pct", self.numerals.percent(value)
        if name == "nearest_m":
            return name, self.numerals.whole(self.disclosure.distance_m(value))
        return name, self.numerals.whole(value) if value >= 1 or value == 0 else self.numerals.significant(value, 1)

    def head(self, key: str, *, numeric: bool = True) -> Head:
        """A column head."""
        return Head(self.t(key), numeric)

    def danger(self, value: float | None) -> Cell:
        """A cell of expected fatalities."""
        return Cell(self.numerals.danger(value), numeric=True)

    def interval(self, low: float | None, high: float | None, mark: Markup | None = None) -> Cell:
        """A cell with both ends of an interval, and a mark under them."""
        return Cell(self.numerals.interval(low, high), numeric=True, mark=mark)

    def mark(self, low: float, value: float, high: float, scale: LogScale) -> Cell:
        """A cell with a dot and its interval."""
        return Cell(range_mark(low, value, high, scale), tone="drawn")

    def whole(self, value: float | None) -> Cell:
        """A cell of a counted thing."""
        return Cell(self.numerals.whole(value), numeric=True)

    def tonnes(self, mass_kg: float | None) -> Cell:
        """A cell of tonnes."""
        return Cell(self.numerals.tonnes(mass_kg), numeric=True)

    def thousands(self, amount: float | None) -> Cell:
        """A cell of thousands of euro."""
        return Cell(self.numerals.thousands(amount), numeric=True)

    def percent(self, share: float | None) -> Cell:
        """A cell of per cent."""
        return Cell(self.numerals.percent(share), numeric=True)

    def status(self, status: str) -> Cell:
        """A badge: verified, secondary, assumed or not_verified."""
        return Cell(self.texts.label("status", status), badge=status)

    @cached_property
    def _jurisdictions(self) -> dict[str, dict[str, str | None]]:
        return {row["jurisdiction_id"]: row for row in self.region.table("jurisdictions").iter_rows(named=True)}

    @cached_property
    def _sites(self) -> dict[str, str]:
        return dict(self.region.table("sites").select("site_id", "name").iter_rows())

    @cached_property
    def _line_sites(self) -> dict[str, str]:
        return dict(self.region.table("lines").select("line_id", "site_id").iter_rows())

    @cached_property
    def _donors(self) -> dict[str, str]:
        return dict(self.region.table("funds").select("fund_id", "donor").iter_rows())

    @cached_property
    def site_jurisdictions(self) -> dict[str, str]:
        """Jurisdiction of each site."""
        owners = self.region.table("organisations").select("organisation_id", "jurisdiction_id")
        sites = self.region.table("sites").select("site_id", "organisation_id")
        return dict(sites.join(owners, on="organisation_id").select("site_id", "jurisdiction_id").iter_rows())

    def jurisdiction(self, jurisdiction_id: str | None) -> str:
        """Name of a jurisdiction; Kosovo* keeps its asterisk whatever the records say."""
        if jurisdiction_id is None:
            return self.t("unknown")
        name = str(self._jurisdictions.get(jurisdiction_id, {}).get("name") or jurisdiction_id)
        return f"{name}*" if name.strip() == KOSOVO else name

    def capital(self, jurisdiction_id: str) -> str:
        """Capital of a jurisdiction, or nothing."""
        return self._jurisdictions.get(jurisdiction_id, {}).get("capital") or ""

    def site(self, site_id: str) -> str:
        """Name of a site, or of any other origin its id."""
        return self._sites.get(site_id, site_id)

    def line(self, line_id: str) -> str:
        """A disposal line with the site it stands on."""
        site_id = self._line_sites.get(line_id)
        return f"{line_id}, {self.site(site_id)}" if site_id else line_id

    def fund(self, fund_id: str) -> str:
        """A fund with its donor."""
        donor = self._donors.get(fund_id)
        return f"{donor} ({fund_id})" if donor else fund_id

    def footnotes(self) -> list[str]:
        """The footnote of Kosovo*, always, and those of the records."""
        kosovo = self.t("footnote_kosovo")
        notes = {kosovo: None}
        for row in self.region.table("jurisdictions").sort("jurisdiction_id").iter_rows(named=True):
            if row["footnote"] and not str(row["name"]).startswith(KOSOVO):
                notes[f"{row['name']}: {row['footnote']}"] = None
        return list(notes)

    def positions_told(self) -> str:
        """The sentence that says how exact positions are."""
        if self.disclosure.exact:
            return self.t("positions_exact")
        grid = f"{self.disclosure.grid_deg:g}".replace(".", self.numerals.decimal_mark)
        return self.t("positions_snapped", grid=grid, step=self.numerals.whole(DISTANCE_STEP_M))

    def place_names(self) -> list[tuple[str, float, float]]:
        """Names of jurisdictions at the middle of their sites, as those may be told."""
        sites = self.region.table("sites").select("site_id", "latitude_deg", "longitude_deg")
        owner = pl.DataFrame(
            {"site_id": list(self.site_jurisdictions), "jurisdiction_id": list(self.site_jurisdictions.values())},
            schema={"site_id": pl.String, "jurisdiction_id": pl.String},
        )
        middle = (
            self.disclosure.frame(sites)
            .join(owner, on="site_id")
            .group_by("jurisdiction_id")
            .agg(pl.col("latitude_deg").mean(), pl.col("longitude_deg").mean())
            .sort("jurisdiction_id")
        )
        return [(self.jurisdiction(name), latitude, longitude) for name, latitude, longitude in middle.iter_rows()]
