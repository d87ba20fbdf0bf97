"""Every check of a region's records, one small function per family of finding codes: frames in, findings out.

>>> from rasr.core.records.region import Region
>>> [f.table for f in check_region(Region.from_frames({}), None) if f.code == "missing_table"][:2]
['jurisdictions', 'organisations']
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rasr.core.basis.findings import Finding
from rasr.core.hazard import mixing
from rasr.core.hazard.mixing import Matrix
from rasr.core.records.checks import articles, cells, days, ids, planning, stock, stores, structure
from rasr.core.records.checks.found import Records, in_order

if TYPE_CHECKING:
    from rasr.core.records.region import Region

FAMILIES = (
    structure.missing_tables,
    structure.empty_tables,
    cells.empty_cells,
    cells.out_of_range,
    cells.not_allowed,
    cells.settings,
    ids.duplicate_ids,
    ids.duplicate_rows,
    ids.unknown_ids,
    articles.masses,
    articles.division_groups,
    days.future,
    days.ends_before_start,
    days.destroy_by_passed,
    stock.totals,
    stores.licences,
    stores.mixing,
    stores.completeness_notes,
    planning.currencies,
    planning.lines_without_rates,
    planning.curves,
)


def check_region(region: Region, as_of: date | None, matrix: Matrix | None = None) -> list[Finding]:
    """Every finding of a region in the order of tables, rows, columns and codes.

    as_of: the day against which futures, licences and deadlines are judged; None leaves those checks out.
    matrix: which groups may lie together; None: as shipped.
    """
    records = Records(region, as_of, matrix or mixing.shipped())
    return in_order([*region.door, *(finding for family in FAMILIES for finding in family(records))])
