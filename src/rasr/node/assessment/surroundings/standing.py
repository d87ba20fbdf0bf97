"""What the node's stores hold and may hold now, as safeguarding counts it: read from the register as it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from rasr.core.assessment.explosives.safeguarding import counted
from rasr.core.records.region import Region
from rasr.core.records.stockview import stock_with_masses
from rasr.node.records import bridge
from rasr.node.records.queries import register

READ = ("organisations", "sites", "stores", "licences", "articles")


@dataclass(frozen=True)
class Standing:
    """stores: the table. quantities: store_id, hazard_division, neq_kg, the greater of held and licensed.

    uncounted: stores with records whose net explosive quantity is not known, so that they may ask for more.
    """

    stores: pl.DataFrame
    quantities: pl.DataFrame
    uncounted: frozenset[str]


def standing() -> Standing:
    """The stores as they are now. It asks for no rights: the caller shows what somebody may see."""
    digest = register().digest
    return _kept(digest) if digest else _standing()


@lru_cache(maxsize=1)
def _kept(_digest: str) -> Standing:
    return _standing()


def _standing() -> Standing:
    tables = {name: bridge.read_table(bridge.rows_of(name)) for name in READ}
    region = Region.from_frames(bridge.by_contract({**tables, bridge.STOCK: bridge.read_stock()}))
    stock = stock_with_masses(region)
    unknown = stock.filter(pl.col("neq_kg").is_null())
    known = stock.select("store_id", "hazard_division", "neq_kg").drop_nulls()
    return Standing(
        region.table("stores"), counted(known, region.table("licences")), frozenset(unknown["store_id"].drop_nulls())
    )
