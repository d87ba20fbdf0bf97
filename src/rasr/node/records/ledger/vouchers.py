"""Numbers of vouchers: for each site and year from 1, without a gap, given in the transaction that uses them.

>>> number_of("B-1", 2026, 7)
'B-1/2026/7'
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from rasr.node.records.models import VoucherSeries


def numbers(site_ids: Sequence[str | None], now: datetime) -> list[str]:
    """The next number for each of these sites, in order; empty for None. The register is locked by who calls it."""
    year = timezone.localtime(now).year
    last: dict[str, int] = {}
    given = []
    for site in site_ids:
        if site is None:
            given.append("")
            continue
        if site not in last:
            series, _ = VoucherSeries.objects.select_for_update().get_or_create(site_id=site, year=year)
            last[site] = series.last
        last[site] += 1
        given.append(number_of(site, year, last[site]))
    for site, number in last.items():
        VoucherSeries.objects.filter(site_id=site, year=year).update(last=number)
    return given


def number_of(site_id: str, year: int, number: int) -> str:
    """How a voucher is called."""
    return f"{site_id}/{year}/{number}"
