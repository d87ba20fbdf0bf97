"""What somebody may see of the register: their sites' stock, and with the whole register in scope all of it.

Masses and net explosive quantities are those of ``rasr.core.records.stockview``, worked out by the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import cos, degrees, radians
from typing import Any

import numpy as np
import polars as pl
from django.contrib.auth.models import AnonymousUser
from django.db.models import (
    Case,
    Count,
    ExpressionWrapper,
    F,
    FloatField,
    ForeignKey,
    Model,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from rasr.core.assessment.explosives.neighbours import on_sphere_m
from rasr.core.basis.units import EARTH_RADIUS_M, KG_PER_GRAM, M_PER_KM
from rasr.core.hazard.divisions import NOT_APPLICABLE
from rasr.core.hazard.licence import against_licence
from rasr.core.records import quantities
from rasr.core.records.quantities import Each
from rasr.core.reference import loader
from rasr.node.people.models import User
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.places import queries as places
from rasr.node.places.models import Licence
from rasr.node.records import bridge
from rasr.node.records.models import Article, Batch, Exposure, Holding, MovementLine, Register
from rasr.node.web.words import rows_holding

Actor = User | AnonymousUser
SITE_OF = {"sites": "", "lines": "site__", "line_rates": "line__site__"}
"""Tables whose rows are of a whole site, with the path to it."""
STORE_OF = {"stores": "", "licences": "store__"}
"""Tables whose rows are of a store, with the path to it."""
OF_EVERYBODY = ("jurisdictions", "articles", "exchange_rates", "settings")
"""Tables that tell nothing of anybody's stock."""


@dataclass(frozen=True)
class RegisterState:
    """How far the register has come. empty: nothing was ever loaded."""

    version: int
    digest: str
    changed_at: datetime | None
    empty: bool


def register() -> RegisterState:
    """The state of the register."""
    found = Register.objects.values_list("version", "digest", "changed_at").first()
    version, digest, changed_at = found or (0, "", None)
    return RegisterState(version, digest, changed_at, version == 0)


# The stock.


def stock(actor: Actor) -> QuerySet[Holding]:
    """What the stores in scope hold, in the order of the register, also records of 0.

    With batch, article, store, site, organisation and jurisdiction; annotated with mass_kg and neq_kg, None unknown.
    """
    rows = Holding.objects.filter(scope_of(actor).stores("store__"))
    related = rows.select_related("batch__article", "store__site__organisation__jurisdiction")
    return related.annotate(mass_kg=mass_kg(), neq_kg=neq_kg()).order_by("position")


def mass_kg() -> Case:
    """Mass of a holding, kg: gross if known, else net; the quantity itself where the unit is gram."""
    each = Coalesce("batch__article__gross_mass_kg_each", "batch__article__mass_kg_each")
    whole = Value(KG_PER_GRAM, output_field=FloatField())
    return Case(When(batch__article__unit="gram", then=_times(whole)), default=_times(each), output_field=FloatField())


def neq_kg() -> Case:
    """Net explosive quantity of a holding, kg: 0 where the hazard division does not apply."""
    return Case(
        When(batch__article__hazard_division=NOT_APPLICABLE, then=Value(0.0, output_field=FloatField())),
        default=_times(F("batch__article__neq_kg_each")),
        output_field=FloatField(),
    )


def each_of(article: Article) -> Each:
    """What one of an article holds and weighs."""
    return Each(
        article.unit,
        article.neq_kg_each,
        article.mass_kg_each,
        article.gross_mass_kg_each,
        article.hazard_division,
    )


def masses_of(held: Holding) -> tuple[quantities.Figure, quantities.Figure]:
    """Mass and NEQ of a holding, kg, each with how well it is known; its article is read already."""
    each = each_of(held.batch.article)
    told = each, held.quantity, held.quantity_basis
    return quantities.mass_kg(*told), quantities.neq_kg(*told)


def _times(each: Any) -> Any:
    return ExpressionWrapper(F("quantity") * each, output_field=FloatField())


def articles(actor: Actor) -> QuerySet[Article]:
    """The catalogue, for who may see the register."""
    rows = Article.objects.filter(closed=False).order_by("position")
    return rows if may(actor, "view_register") else rows.none()


def article(actor: Actor, article_id: str) -> Article:
    """One article. Raises Article.DoesNotExist."""
    return articles(actor).get(pk=article_id)


def article_holdings(actor: Actor, article_id: str) -> QuerySet[Holding]:
    """``stock`` of one article."""
    return stock(actor).filter(batch__article_id=article_id)


def totals(holdings: QuerySet[Holding]) -> dict[str, Any]:
    """Sums over holdings of ``stock``, None where nothing is known, and of how many records each is unknown."""
    return holdings.aggregate(
        records=Count("pk"),
        stores=Count("store_id", distinct=True),
        pieces=Sum("quantity"),
        uncounted=Count("pk", filter=Q(quantity=None)),
        mass_total=Sum("mass_kg"),
        mass_unknown=Count("pk", filter=Q(mass_kg=None)),
        neq_total=Sum("neq_kg"),
        neq_unknown=Count("pk", filter=Q(neq_kg=None)),
    )


# One store.


def store_holdings(actor: Actor, store_id: str) -> QuerySet[Holding]:
    """``stock`` of one store; nothing where it is out of scope."""
    return stock(actor).filter(store_id=store_id)


@dataclass(frozen=True)
class Passage:
    """One line of a movement as a store sees it.

    quantity: None is all there was, nobody knew how many. came: whether it came in. other: the other end, a store id
    within scope or the name of a virtual place, empty where it is a store out of scope. by: who recorded it.
    """

    kind: str
    kind_name: str
    effective_at: datetime
    recorded_at: datetime
    by: str
    reason: str
    stock_id: str
    article_id: str
    article_name: str
    quantity: int | None
    came: bool
    other: str


def movements_of(actor: Actor, store_id: str, n: int) -> list[Passage]:
    """The last n lines that touched a store, the latest first. Raises Store.DoesNotExist."""
    places.store(actor, store_id)
    touching = Q(from_place__store=store_id) | Q(to_place__store=store_id)
    lines = (
        MovementLine.objects.filter(touching)
        .select_related("movement__actor", "batch__article", "from_place", "to_place")
        .order_by("-pk")[:n]
    )
    found = [(line, line.to_place if line.from_place.store_id == store_id else line.from_place) for line in lines]
    others = {place.store_id for _, place in found if place.store_id}
    seen = set(places.stores(actor).filter(pk__in=others).values_list("pk", flat=True)) if others else set()
    return [_passage(line, place, store_id, seen) for line, place in found]


def _passage(line: MovementLine, place: Any, store_id: str, seen: set[str]) -> Passage:
    other = str(place.get_kind_display()) if place.store_id is None else place.store_id
    movement, batch = line.movement, line.batch
    return Passage(
        kind=movement.kind,
        kind_name=str(movement.get_kind_display()),
        effective_at=movement.effective_at,
        recorded_at=movement.recorded_at,
        by=movement.actor.get_username(),
        reason=movement.reason,
        stock_id=batch.stock_id,
        article_id=batch.article_id,
        article_name=batch.article.name,
        quantity=line.quantity,
        came=line.to_place.store_id == store_id,
        other=other if place.store_id is None or place.store_id in seen else "",
    )


def licence_use(actor: Actor, store_id: str) -> pl.DataFrame:
    """NEQ of a store against its licence, one row per division that is held or licensed.

    hazard_division, neq_kg, neq_limit_kg, valid_until (both null without a licence), licence_share. Raises
    Store.DoesNotExist.
    """
    places.store(actor, store_id)
    rows: QuerySet[Any] = store_holdings(actor, store_id)
    held = rows.values_list("store_id", "batch__article__hazard_division", "neq_kg")
    schema = {"store_id": pl.String(), "hazard_division": pl.String(), "neq_kg": pl.Float64()}
    frame = pl.DataFrame(list(held), schema=schema, orient="row")
    licences = bridge.read_table(Licence.objects.filter(store_id=store_id)).drop("position")
    used = against_licence(frame, licences)
    unused = licences.join(used, on=["store_id", "hazard_division"], how="anti").with_columns(
        neq_kg=pl.lit(0.0), licence_share=pl.lit(0.0)
    )
    columns = ("hazard_division", "neq_kg", "neq_limit_kg", "valid_until", "licence_share")
    return pl.concat([used.select(columns), unused.select(columns)]).sort("hazard_division")


# The tables.


def table_frame(actor: Actor, table: str) -> pl.DataFrame:
    """The rows of a table of the contract that somebody may see, in order. Raises KeyError for no table."""
    if table == bridge.STOCK:
        return bridge.read_stock(stock(actor)).select(bridge.STOCK_COLUMNS)
    return bridge.read_table(_rows(actor, table)).drop("position")


def table_rows(actor: Actor, table: str, words: str = "") -> QuerySet[Any, dict[str, Any]]:
    """The rows of ``table_frame`` that hold every word in one of their texts, to be read page by page.

    A record of the stock that lies in several stores has its own id in each of them.
    """
    texts = [column.name for column in loader.contract(table).columns if column.dtype == "text"]
    if table == bridge.STOCK:
        names = {name: name if name in bridge.OF_HOLDING else f"batch__{name}" for name in bridge.STOCK_COLUMNS}
        rows: QuerySet[Any] = stock(actor)
    else:
        names = {column.name: column.name for column in loader.contract(table).columns}
        rows = _rows(actor, table)
    rows = rows_holding(rows, words, (_text_path(rows.model, names[text]) for text in texts))
    renamed = {name: F(path) for name, path in names.items() if name != path}
    kept = [name for name, path in names.items() if name == path]
    return rows.order_by("position").values(*kept, **renamed)


def _text_path(model: type[Model], path: str) -> str:
    """The path to a text to look into; of a reference, to the key that it names."""
    before, _, name = path.rpartition("__")
    owner = Batch if before else model
    found = next(field for field in owner._meta.concrete_fields if field.attname == name)
    inner = f"{found.name}__{found.target_field.name}" if isinstance(found, ForeignKey) else name
    return f"{before}__{inner}" if before else inner


def exposures_near(latitude_deg: float, longitude_deg: float, radius_km: float) -> pl.DataFrame:
    """Exposed sites within a distance of a place, the nearest first: the columns of the table and distance_m.

    It asks for no rights: the caller shows what lies around a site that somebody may see.
    """
    radius_m = radius_km * M_PER_KM
    high_deg = degrees(radius_m / EARTH_RADIUS_M)
    rows = Exposure.objects.filter(latitude_deg__range=(latitude_deg - high_deg, latitude_deg + high_deg))
    widest = cos(radians(min(abs(latitude_deg) + high_deg, 90.0)))
    wide_deg = high_deg / widest if widest > high_deg / 180.0 else 180.0
    if longitude_deg - wide_deg > -180.0 and longitude_deg + wide_deg < 180.0:
        rows = rows.filter(longitude_deg__range=(longitude_deg - wide_deg, longitude_deg + wide_deg))
    frame = bridge.read_table(rows).drop("position")
    here, there = (
        on_sphere_m([latitude_deg], [longitude_deg]),
        on_sphere_m(frame["latitude_deg"], frame["longitude_deg"]),
    )
    distances = pl.Series("distance_m", np.linalg.norm(there - here, axis=1), dtype=pl.Float64)
    near = frame.with_columns(distances).filter(pl.col("distance_m") <= radius_m)
    return near.sort("distance_m", maintain_order=True)


def table_counts(actor: Actor) -> dict[str, int]:
    """How many rows of each table somebody may see, in the order of the tables."""
    return {table: (stock(actor) if table == bridge.STOCK else _rows(actor, table)).count() for table in loader.TABLES}


def _rows(actor: Actor, table: str) -> QuerySet[Any]:
    """Rows of the sites and stores in scope; tables of no site only for who sees everything.

    Where houses stand tells where stores are, so exposures are of no site either.
    """
    rows, scope = bridge.rows_of(table), scope_of(actor)
    if not may(actor, "view_register"):
        return rows.none()
    if table in OF_EVERYBODY or scope.everything or may(actor, "view_runs"):
        return rows
    if table in SITE_OF:
        return rows.filter(scope.sites(SITE_OF[table]))
    if table in STORE_OF:
        return rows.filter(scope.stores(STORE_OF[table]))
    if table == "organisations":
        return rows.filter(pk__in=places.sites_named(actor).order_by().values("organisation_id"))
    if table == "requirements":
        return rows.filter(organisation_id__in=scope.organisation_ids)
    return rows.none()
