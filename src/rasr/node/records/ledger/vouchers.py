"""Numbers of vouchers: for each site and year from 1, without a gap, given in the transaction that uses them.

>>> number_of("B-1", 2026, 7)
'B-1/2026/7'
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.utils import timezone

TAKE = """
INSERT INTO records_voucherseries (site_id, year, last) VALUES (%s, %s, %s)
ON CONFLICT (site_id, year) DO UPDATE SET last = records_voucherseries.last + excluded.last RETURNING last
"""


def numbers(site_ids: Sequence[str | None], now: datetime) -> list[str]:
    """The next number for each of these sites, in order; empty for None. The register is locked by who calls it."""
    year = timezone.localtime(now).year
    wanted = Counter(site for site in site_ids if site is not None)
    last = dict(_taken(wanted, year))
    given = []
    for site in site_ids:
        if site is None:
            given.append("")
            continue
        last[site] += 1
        given.append(number_of(site, year, last[site]))
    return given


def _taken(wanted: Mapping[str, int], year: int) -> Iterator[tuple[str, int]]:
    """Take so many numbers for each of these sites; the last number of each before that."""
    with connection.cursor() as cursor:
        for site, count in wanted.items():
            cursor.execute(TAKE, [site, year, count])
            yield site, cursor.fetchone()[0] - count


def number_of(site_id: str, year: int, number: int) -> str:
    """How a voucher is called."""
    return f"{site_id}/{year}/{number}"
