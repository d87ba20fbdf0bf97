"""What could leak where, for who may see how a site is secured: scores, index, works, and both dangers beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import polars as pl
from django.db.models import QuerySet

from rasr.core.assessment.security import choice, danger, losses
from rasr.core.assessment.security.danger import Diversion
from rasr.core.assessment.security.score import Scores, points, score
from rasr.core.assessment.security.works import effects_of
from rasr.core.basis.findings import Refused
from rasr.core.records.region import Region
from rasr.core.records.stockview import stock_with_masses
from rasr.core.reference import loader
from rasr.node.assessment import queries as assessments
from rasr.node.assessment.leaks.services import opened
from rasr.node.assessment.models import SecurityVisit, SecurityWork
from rasr.node.assessment.security import bridge
from rasr.node.assessment.security import queries as visits
from rasr.node.assessment.security.queries import Actor
from rasr.node.people.models import User
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Site
from rasr.node.records import bridge as records
from rasr.node.records.models import Incident, IncidentKind
from rasr.node.records.queries import register

READ = ("organisations", "sites", "stores", "articles")
BORDER = "distance_to_border_km"


@dataclass(frozen=True)
class Found:
    """What is known of some sites. points: of the questions, works: contract ``works`` (those with a cost)."""

    sites: list[Site]
    points: pl.DataFrame
    scores: Scores
    diversion: Diversion
    works: pl.DataFrame

    @property
    def offer(self) -> choice.Offer:
        """The works that have a cost, for these sites."""
        costed = self.works.filter(pl.col("cost_eur").is_not_null())
        exposed = choice.danger_of_places(self.diversion.stores, self.scores.places)
        return choice.Offer(self.points, exposed, costed, effects_of(costed))


def found(actor: Actor, sites: Iterable[Site]) -> Found:
    """All of it for sites that the actor sees, drawn by ``security.queries``."""
    seen = list(sites)
    ids = [one.pk for one in seen]
    asked = points(visits.answers(actor, ids))
    scored = score(asked)
    stock, places = _held()
    here, wanted = pl.col("site_id").is_in(ids), ("site_id", BORDER)
    index = danger.diversion(stock.filter(here), places.filter(here).select(wanted), scored.places, lost(actor, ids))
    return Found(seen, asked, scored, index, works(actor, ids))


def lost(actor: Actor, site_ids: list[str]) -> pl.DataFrame | None:
    """Losses and thefts on record at sites that are seen; None where the node has no record of incidents at all."""
    if not isinstance(actor, User) or not Incident.objects.exists():
        return None
    kinds = (IncidentKind.LOSS, IncidentKind.THEFT)
    rows = Incident.objects.filter(scope_of(actor, visits.VIEW).sites("site__"), kind__in=kinds, site_id__in=site_ids)
    told = rows.values_list("incident_id", "site_id", "happened_at", "article__family", "article__unit", "quantity")
    schema = {"event_id": pl.String, "site_id": pl.String, "happened_on": pl.Date, "family": pl.String,
              "pieces": pl.Int64}  # fmt: skip
    return pl.DataFrame(
        [
            (str(event), site, at.date() if at else None, family, quantity if unit == "piece" else None)
            for event, site, at, family, unit, quantity in told
        ],
        schema=schema,
        orient="row",
    )


def rates(actor: Actor, site_id: str, years: float) -> losses.Rates | None:
    """Losses a year of one site, where losses have been kept on record for so many years. Refused: not_above_zero."""
    known = lost(actor, [site_id])
    return None if known is None else losses.rates(known, years=years, sites=pl.Series("site_id", [site_id]))


def offered(actor: Actor, right: str = visits.VIEW) -> QuerySet[SecurityWork]:
    """Works that are offered at sites that are whole in scope."""
    if not isinstance(actor, User) or not may(actor, right):
        return SecurityWork.objects.none()
    return SecurityWork.objects.filter(scope_of(actor, right).sites("site__"), withdrawn_at=None).select_related("site")


def works(actor: Actor, site_ids: Iterable[str]) -> pl.DataFrame:
    """Works that are offered at these sites, as the contract ``works``; what cannot be read again is left out."""
    rows = []
    for one in offered(actor).filter(site_id__in=list(site_ids)):
        try:
            told = opened(one)
        except Refused:
            continue
        rows.append(
            {
                "work_id": str(one.pk),
                "site_id": one.site_id,
                "store_id": told.store_id,
                "kind": told.kind,
                "cost_eur": told.cost_eur,
                "cost_low_eur": told.cost_low_eur,
                "cost_high_eur": told.cost_high_eur,
                "life_years": told.life_years,
                "upkeep_eur_per_year": told.upkeep_eur_per_year,
                "source": told.source,
            }
        )
    schema = loader.contract("works").schema
    return pl.DataFrame(rows, schema=schema, strict=False)


def trend(actor: Actor, site: Site) -> list[tuple[SecurityVisit, float, float]]:
    """Each finished visit to a site with the low and high score of the site as a whole, the first first."""
    rows = visits.visits(actor).defer(None).filter(site=site, finished_at__isnull=False, withdrawn_at=None)
    told = []
    for one in rows.order_by("visited_on", "finished_at", "visit_id"):
        try:
            frame = bridge.frame([(one, bridge.opened(one).answers)])
        except Refused:
            continue
        places = score(points(frame)).places.filter(pl.col("store_id").is_null(), pl.col("score_low").is_not_null())
        for low, high in places.select("score_low", "score_high").iter_rows():
            told.append((one, low, high))
    return told


def both(actor: Actor) -> pl.DataFrame:
    """Both dangers of every site that is seen: site_id, fatalities_per_year (null: not assessed), diversion, low.

    diversion, diversion_low: the index at its high and low value.
    """
    seen = list(visits.sites(actor))
    known = dict(assessments.site_dangers(actor).values_list("site_id", "fatalities_per_year"))
    index = found(actor, seen).diversion.sites.select("site_id", diversion="index_high", diversion_low="index_low")
    killed = pl.DataFrame({"site_id": list(known), "fatalities_per_year": list(known.values())},
                          schema={"site_id": pl.String, "fatalities_per_year": pl.Float64})  # fmt: skip
    return index.join(killed, on="site_id", how="left", maintain_order="left")


def _held() -> tuple[pl.DataFrame, pl.DataFrame]:
    """The stock of the register with its masses, and its sites. The caller shows what somebody may see."""
    digest = register().digest
    return _kept(digest) if digest else _read()


@lru_cache(maxsize=1)
def _kept(_digest: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    return _read()


def _read() -> tuple[pl.DataFrame, pl.DataFrame]:
    tables = {name: records.read_table(records.rows_of(name)) for name in READ}
    region = Region.from_frames(records.by_contract({**tables, records.STOCK: records.read_stock()}))
    return stock_with_masses(region), region.table("sites")
