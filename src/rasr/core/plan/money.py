"""Money: what each fund may pay for whom, when, and up to how much in euro."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from rasr.core.plan.periods import Periods
from rasr.core.plan.problem import ACTIVITIES, SECURITY, Limits, Purses
from rasr.core.records.region import Region

EVERY = "all"
BASE_CURRENCY = "EUR"


@dataclass(frozen=True)
class Money:
    """Funds with their purses and limits."""

    funds: list[str]
    purses: Purses
    limits: Limits

    @property
    def spendable_eur(self) -> float:
        """All that can be spent within the horizon."""
        return float(self.limits.amount_eur[self.limits.open.any(axis=1)].sum()) if len(self.limits.amount_eur) else 0.0


def build_money(
    region: Region, periods: Periods, jurisdictions: list[str], *, alone: bool, works: bool = False
) -> Money:
    """Purses and limits of every fund.

    A fund without an earmark may pay anything; no fund, no money. alone: each fund is cut into equal shares, one for
    each jurisdiction it may pay for, so that no jurisdiction depends on what another does. works: whether any are
    offered; else nothing is paid for them.
    """
    table = region.table("funds").sort("fund_id")
    earmarks = _earmarks(region, jurisdictions)
    purses: list[tuple[int, int, int, int]] = []
    limits: list[tuple[float, bool, np.ndarray]] = []
    for number, fund in enumerate(table.iter_rows(named=True)):
        rights = earmarks.get(
            fund["fund_id"], {(k, a) for k in range(len(jurisdictions)) for a in range(len(ACTIVITIES))}
        )
        amount_eur = fund["amount"] * _eur_per_unit(region, fund["currency"], periods.starts_on)
        window = periods.touching(fund["starts_on"], fund["ends_on"])
        if not fund["carry_over"]:
            first = max(fund["starts_on"], periods.starts_on)
            # Equal parts for every period that it touches, those beyond the horizon too.
            amount_eur /= max(1, periods.number(fund["ends_on"]) - periods.number(first) + 1)
        rights = rights if works else {(k, a) for k, a in rights if a != SECURITY}
        payees = sorted({jurisdiction for jurisdiction, _ in rights})
        shares = [[payee] for payee in payees] if alone else [payees]
        for share in shares:
            limits.append((amount_eur / len(shares), bool(fund["carry_over"]), window))
            purses += [(number, k, a, len(limits) - 1) for k, a in sorted(rights) if k in share]
    return Money(table["fund_id"].to_list(), _purses(purses, limits, periods), _limits(limits, periods))


def _purses(
    purses: list[tuple[int, int, int, int]], limits: list[tuple[float, bool, np.ndarray]], periods: Periods
) -> Purses:
    fund, jurisdiction, activity, limit = np.array(purses, dtype=np.int64).reshape(-1, 4).T
    window = np.array([limits[index][2] for index in limit], dtype=bool).reshape(len(fund), periods.count)
    return Purses(fund, jurisdiction, activity, limit, window)


def _limits(limits: list[tuple[float, bool, np.ndarray]], periods: Periods) -> Limits:
    return Limits(
        amount_eur=np.array([amount for amount, _, _ in limits]),
        carry_over=np.array([carry for _, carry, _ in limits], dtype=bool),
        open=np.array([window for _, _, window in limits], dtype=bool).reshape(len(limits), periods.count),
    )


def _earmarks(region: Region, jurisdictions: list[str]) -> dict[str, set[tuple[int, int]]]:
    rights: dict[str, set[tuple[int, int]]] = {}
    for row in region.table("earmarks").iter_rows(named=True):
        of_whom = jurisdictions if row["jurisdiction_id"] == EVERY else [row["jurisdiction_id"]]
        of_what = ACTIVITIES if row["activity"] == EVERY else [row["activity"]]
        pairs = {(jurisdictions.index(k), ACTIVITIES.index(a)) for k in of_whom for a in of_what}
        rights.setdefault(row["fund_id"], set()).update(pairs)
    return rights


def _eur_per_unit(region: Region, currency: str, on: date) -> float:
    """The latest rate up to the day, else the earliest after it; the region's check holds that there is one."""
    if currency == BASE_CURRENCY:
        return 1.0
    rates = region.table("exchange_rates").filter(pl.col("currency") == currency).sort("on")
    before = rates.filter(pl.col("on") <= on)
    return float(before["eur_per_unit"][-1] if len(before) else rates["eur_per_unit"][0])
