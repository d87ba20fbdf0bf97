"""Numbers of vouchers: for each site and year from 1, without a gap, given in the transaction that uses them.

>>> number_of("B-1", 2026, 7)
'B-1/2026/7'
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from rasr.node.records.models import VoucherSeries
from rasr.node.web import rows


def numbers(site_ids: Sequence[str | None], now: datetime) -> list[str]:
    """The next number for each of these sites, in order; empty for None. The register is locked by who calls it."""
    year = timezone.localtime(now).year
    sites = {site for site in site_ids if site is not None}
    if not sites:
        return [""] * len(site_ids)
    known = dict(rows.select(VoucherSeries, ("site_id", "last"), {"site_id": sites, "year": [year]}))
    last = {site: known.get(site, 0) for site in sites}
    given = []
    for site in site_ids:
        if site is None:
            given.append("")
            continue
        last[site] += 1
        given.append(number_of(site, year, last[site]))
    new = sites - known.keys()
    rows.insert(VoucherSeries, ("site_id", "year", "last"), [(site, year, last[site]) for site in new])
    rows.update(VoucherSeries, ("last",), ("site_id", "year"), [(last[site], site, year) for site in known])
    return given


def number_of(site_id: str, year: int, number: int) -> str:
    """How a voucher is called."""
    return f"{site_id}/{year}/{number}"
