"""What somebody may see of movements: those that touch a store in scope, and of these only the lines that do.

What lies where, to choose lines from, is scoped by the right of who records, not only by what may be seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Replace

from rasr.core.records import names
from rasr.core.records.ledger.places import IN_TRANSIT, LOST, ON_ISSUE, STOLEN, UNEXPLAINED, Spot
from rasr.node.people.models import User
from rasr.node.people.rights import may
from rasr.node.people.scopes import Scope, scope_of
from rasr.node.places import queries as places
from rasr.node.places.models import Site, Store
from rasr.node.records.ledger import missing
from rasr.node.records.ledger.facts import in_parts
from rasr.node.records.models import (
    Article,
    ArticleComponent,
    Batch,
    Holding,
    Item,
    ItemPosition,
    Movement,
    MovementLine,
    Package,
    Party,
    Place,
    PlaceKind,
)
from rasr.node.web.words import rows_holding

Actor = User | AnonymousUser
MOST_ROWS = 300
"""Rows that a form offers at once; more are found by words."""
WORKS = ("keep_stock", "judge_stock")
SIGNS = ("keep_stock", "judge_stock", "approve_stock")


# Movements and their lines.


def touching(scope: Scope) -> Q:
    """A filter to the lines that touch a store in scope, or are on their way to one."""
    if scope.everything:
        return Q()
    seen = Store.objects.filter(scope.stores()).order_by().values("pk")
    return Q(from_place__store__in=seen) | Q(to_place__store__in=seen) | Q(movement__destination__in=seen)


def movements(actor: Actor, right: str = "view_register") -> QuerySet[Movement]:
    """Movements with a line that touches a store in scope, the latest first."""
    scope = scope_of(actor, right)
    rows = Movement.objects.select_related("actor", "site").order_by("-recorded_at", "-pk")
    if not may(actor, right):
        return rows.none()
    if scope.everything:
        return rows
    return rows.filter(Exists(MovementLine.objects.filter(touching(scope), movement=OuterRef("pk"))))


def movement(actor: Actor, movement_id: UUID) -> Movement:
    """One movement. Raises Movement.DoesNotExist."""
    rows = movements(actor).select_related("actor", "site__organisation", "corrects")
    return rows.get(pk=movement_id)


@dataclass(frozen=True)
class End:
    """One end of a line as its reader may see it. name: empty for a store out of scope. store_id: to link to."""

    kind: str
    name: str
    store_id: str | None


@dataclass(frozen=True)
class SeenLine:
    """A line with both ends as its reader may see them. number: its place in the movement, from 1."""

    number: int
    line: MovementLine
    origin: End
    target: End


def rows_of(actor: Actor, movement_id: UUID) -> QuerySet[MovementLine]:
    """The lines of a movement that touch a store in scope, in their order; for ``seen``, a part of them at a time."""
    return MovementLine.objects.filter(touching(scope_of(actor)), movement=movement_id).order_by("position")


def lines_of(actor: Actor, movement_id: UUID) -> list[SeenLine]:
    """All of ``rows_of``, with what they are about."""
    return seen(actor, rows_of(actor, movement_id))


def seen(actor: Actor, rows: Iterable[MovementLine] | QuerySet[MovementLine]) -> list[SeenLine]:
    """Lines with their ends by name; the same number of queries for any number of lines."""
    if isinstance(rows, QuerySet):
        rows = rows.select_related("movement__actor", "batch__article", "item", "from_place", "to_place")
    found = list(rows)
    ends = [place for line in found for place in (line.from_place, line.to_place)]
    told = _Names(actor, ends)
    return [SeenLine(line.position + 1, line, told.end(line.from_place), told.end(line.to_place)) for line in found]


class _Names:
    """Names of places, as somebody may see them."""

    def __init__(self, actor: Actor, ends: Iterable[Place]) -> None:
        ends = list(ends)
        store_ids = {end.store_id for end in ends if end.store_id}
        self.stores = set(places.stores(actor).filter(pk__in=store_ids).values_list("pk", flat=True))
        refs = {_uuid(end.ref) for end in ends if end.kind == ON_ISSUE}
        known = parties(actor).filter(pk__in=[ref for ref in refs if ref]) if refs else Party.objects.none()
        self.parties = {one.party_id.hex: one.name for one in known} if refs else {}

    def end(self, place: Place) -> End:
        """The place by its name; what its reader may not know of stays empty."""
        kind = str(place.get_kind_display())
        if place.store_id is not None:
            if place.store_id not in self.stores:
                return End(kind, "", None)
            stack = f" · {place.ref}" if place.ref else ""
            return End(kind, f"{place.store_id}{stack}", place.store_id)
        who = self.parties.get(place.ref, "") if place.kind == ON_ISSUE else ""
        return End(kind, f"{kind}: {who}" if who else kind, None)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(hex=text)
    except ValueError:
        return None


# Where one works.


def stores(actor: Actor, right: str = "keep_stock") -> QuerySet[Store]:
    """Open stores in which somebody has a right."""
    rows = Store.objects.filter(scope_of(actor, right).stores(), closed=False)
    return rows.select_related("site__organisation").order_by("site__name", "pk")


def store(actor: Actor, store_id: str, right: str = "keep_stock") -> Store:
    """One of them. Raises Store.DoesNotExist."""
    return stores(actor, right).get(pk=store_id)


def works_in(actor: Actor, store: Store) -> bool:
    """Whether somebody records movements, and counts, in a store that they see; its site is read already."""
    scope = scope_of(actor, "keep_stock")
    inside = (
        scope.everything
        or store.pk in scope.store_ids
        or store.site_id in scope.site_ids
        or store.site.organisation_id in scope.organisation_ids
    )
    return inside and not store.closed and may(actor, "keep_stock")


def parties(actor: Actor) -> QuerySet[Party]:
    """Who may have things on issue, of the sites in scope; of whom sees single stores, those of their sites."""
    sites = Site.objects.filter(scope_of(actor).sites_named()).order_by().values("pk")
    return Party.objects.filter(site__in=sites).order_by("name", "pk")


# What lines are chosen from.


@dataclass(frozen=True)
class Held:
    """So much of a batch, or one item of it, in a place, to be chosen. quantity: None is unknown.

    key: under which a form sends it. place: what is said of where it is, where that is not the store itself.
    """

    key: str
    batch: Batch
    spot: Spot
    quantity: int | None
    basis: str | None
    item: Item | None = None
    place: str = ""


@dataclass(frozen=True)
class Offer:
    """What a form offers. more: how many more there are than are shown."""

    rows: list[Held]
    more: int = 0


def in_store(store_id: str, words: str = "", keys: Iterable[str] = ()) -> Offer:
    """What lies in a store, whoever asks: the caller has looked at the right. keys: those to be there in any case."""
    return _held(Q(place__store=store_id), words, keys)


def with_party(party: Party, words: str = "", keys: Iterable[str] = ()) -> Offer:
    """What somebody has on issue."""
    return _held(Q(place__kind=ON_ISSUE, place__ref=party.party_id.hex), words, keys)


def in_transit(despatch_id: UUID) -> Offer:
    """What of a despatch is still on its way."""
    return _held(Q(place__kind=IN_TRANSIT, place__ref=despatch_id.hex), "", ())


def gone(store: Store, words: str = "", keys: Iterable[str] = ()) -> Offer:
    """What was lost or stolen from a store or is missing from it, as far as it has not come back.

    What was lost on its way or on issue is offered in every store of the site in whose books that stands.
    """
    left = _left_from(store)
    same = left.filter(to_place=OuterRef("place"))
    offered = _held(
        Q(Exists(same.filter(batch=OuterRef("batch"))), place__kind__in=(LOST, STOLEN)),
        words,
        keys,
        Q(Exists(same.filter(item=OuterRef("item"))), place__kind__in=(LOST, STOLEN, UNEXPLAINED)),
    )
    short = _missing(left.filter(to_place__kind=UNEXPLAINED), words)
    room = max(0, MOST_ROWS - len(offered.rows))
    wanted = frozenset(keys)
    shown = short[:room] + [one for one in short[room:] if one.key in wanted]
    return Offer(offered.rows + shown, offered.more + len(short) - len(shown))


def _left_from(store: Store) -> QuerySet[MovementLine]:
    """Lines out of a store, or out of hands that its site answers for."""
    on_the_way = Q(from_place__kind__in=(IN_TRANSIT, ON_ISSUE), movement__site=store.site_id)
    return MovementLine.objects.filter(Q(from_place__store=store.pk) | on_the_way).order_by()


def _missing(left: QuerySet[MovementLine], words: str) -> list[Held]:
    """Of batches that went missing here, what all their lines leave missing: nothing keeps a holding of it."""
    went = left.filter(item=None, batch__itemised=False).values_list("batch", flat=True).distinct()
    short = {pk: one for pk, one in missing.short_of(went).items() if one.unknown or one.pieces}
    spot, said = Spot(UNEXPLAINED), str(PlaceKind(UNEXPLAINED).label)
    rows = Batch.objects.filter(pk__in=list(short))
    looked_in = [name.removeprefix("batch__") for name in LOOKED_IN]
    found = rows_holding(rows, words, looked_in).select_related("article").order_by("article__name", "pk")
    return [
        Held(f"u{one.pk.hex}", one, spot, None if short[one.pk].unknown else short[one.pk].pieces, None, place=said)
        for one in found
    ]


LOOKED_IN = ("batch__stock_id", "batch__lot", "batch__article__name", "batch__article__article_id")


def _held(where: Q, words: str, keys: Iterable[str], of_items: Q | None = None) -> Offer:
    """Holdings and items, the words found in them, together with those that are named by key.

    of_items: where it is not the same for items.
    """
    keys = frozenset(keys)
    related = ("batch__article", "place")
    bare = Holding.everywhere.filter(where, batch__itemised=False).exclude(quantity=0)
    items = ItemPosition.objects.filter(where if of_items is None else of_items)
    found = rows_holding(bare, words, LOOKED_IN).select_related(*related).order_by("batch__article__name", "pk")
    marked = (*LOOKED_IN, "item__serial", "item__normalised")
    listed = rows_holding(items, words, marked).select_related(*related, "item").order_by("item__serial", "pk")
    rows = [*map(_of_holding, found[: MOST_ROWS + 1]), *map(_of_item, listed[: MOST_ROWS + 1])]
    more = 0
    if len(rows) > MOST_ROWS:
        more = found.count() + listed.count() - MOST_ROWS
        rows = rows[:MOST_ROWS]
    if missing := keys - {row.key for row in rows}:
        wanted = [_parse(key) for key in missing]
        holdings = [pk for kind, pk in wanted if kind == "h" and isinstance(pk, int)]
        item_ids = [pk for kind, pk in wanted if kind == "i" and isinstance(pk, UUID)]
        rows += [_of_holding(one) for one in bare.filter(pk__in=holdings).select_related(*related)]
        rows += [_of_item(one) for one in items.filter(pk__in=item_ids).select_related(*related, "item")]
    return Offer(rows, more)


def _parse(key: str) -> tuple[str, int | UUID | None]:
    kind, rest = key[:1], key[1:]
    if kind == "h" and rest.isascii() and rest.isdigit() and len(rest) < 19:
        return kind, int(rest)
    return (kind, _uuid(rest)) if kind == "i" else ("", None)


def _of_holding(one: Holding) -> Held:
    return Held(f"h{one.pk}", one.batch, _spot(one.place), one.quantity, one.quantity_basis, place=_told(one.place))


def _of_item(one: ItemPosition) -> Held:
    return Held(f"i{one.pk.hex}", one.batch, _spot(one.place), 1, "counted", one.item, _told(one.place))


def _spot(place: Place) -> Spot:
    return Spot(place.kind, place.store_id, place.ref)


def _told(place: Place) -> str:
    return place.ref if place.store_id else str(place.get_kind_display())


# Who has things, and what is on its way.

Row = TypeVar("Row")


@dataclass(frozen=True)
class Found(Generic[Row]):
    """Some of what there is to choose from. more: how many more there are; words find them."""

    rows: list[Row]
    more: int


@dataclass(frozen=True)
class Consignment:
    """A despatch of which something is still on its way."""

    despatch: Movement
    bound_for: str


def consignments(actor: Actor, store_id: str, words: str = "") -> Found[Consignment]:
    """Despatches that have not arrived whole, from or to a store in which somebody works; first those for this one.

    words: in the number of the voucher, the reason or the store that it is bound for.
    """
    moving = Holding.everywhere.filter(place__kind=IN_TRANSIT).exclude(quantity=0).order_by()
    ids = {key for ref in moving.values_list("place__ref", flat=True).distinct() if (key := _uuid(ref))}
    mine = rows_holding(movements(actor, "keep_stock"), words, ("voucher", "reason", "destination__store_id"))
    found = [one for some in in_parts(ids) for one in mine.filter(pk__in=some)]
    found.sort(key=lambda one: (one.destination_id != store_id, one.effective_at, one.pk))
    shown = [Consignment(one, one.destination_id or "") for one in found[:MOST_ROWS]]
    return Found(shown, len(found) - len(shown))


def consignment(actor: Actor, despatch_id: UUID) -> Movement:
    """A despatch that somebody may receive. Raises Movement.DoesNotExist."""
    return movements(actor, "keep_stock").filter(kind="despatch").get(pk=despatch_id)


def stores_named(actor: Actor, words: str) -> list[Store]:
    """The stores in which somebody works whose id or site holds every word."""
    found = rows_holding(stores(actor), words, ("store_id", "site__name", "site__site_id"))
    return list(found[:MOST_ROWS])


def parties_holding(actor: Actor, site_id: str, words: str = "") -> Found[Party]:
    """Who of a site has something on issue, by name."""
    held = Holding.everywhere.filter(place__kind=ON_ISSUE, place__ref=OuterRef("ref")).exclude(quantity=0)
    ref = Replace(Cast("pk", TextField()), Value("-"), Value(""), output_field=TextField())  # as places are told apart
    return _some(_parties_named(actor, site_id, words).annotate(ref=ref).filter(Exists(held)))


def parties_known(actor: Actor, site_id: str, words: str = "", chosen: str = "") -> Found[Party]:
    """Who is in the books of a site, by name. chosen: the id of one that is there in any case."""
    found = _some(_parties_named(actor, site_id, words))
    pk = _uuid(chosen)
    if pk is not None and all(one.pk != pk for one in found.rows):
        found.rows.extend(parties(actor).filter(site=site_id, pk=pk))
    return found


def _parties_named(actor: Actor, site_id: str, words: str) -> QuerySet[Party]:
    return rows_holding(parties(actor).filter(site=site_id), words, ("name", "number"))


def _some(rows: QuerySet[Party]) -> Found[Party]:
    shown = list(rows[: MOST_ROWS + 1])
    more = rows.count() - MOST_ROWS if len(shown) > MOST_ROWS else 0
    return Found(shown[:MOST_ROWS], more)


# The catalogue, to write lines from.

MOST_ARTICLES = 2_000
"""Articles that a form offers while one writes; all others are known by their id or name."""


def article_choices(actor: Actor) -> list[tuple[str, str]]:
    """Articles to choose from, by name."""
    if not may(actor, "view_register"):
        return []
    rows = Article.objects.filter(closed=False).order_by("name", "pk")
    return list(rows.values_list("pk", "name")[:MOST_ARTICLES])


def articles_named(written: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """What was written of articles to their ids: the id itself, a name, or another name; and what is no article, or
    several."""
    texts = sorted(set(written))
    rows = Article.objects.filter(closed=False)
    found = dict.fromkeys(texts, frozenset[str]())
    for text in texts:
        ids = frozenset(rows.filter(pk=text.strip()).values_list("pk", flat=True))
        if not ids:
            same = Q(name__iexact=text.strip()) | Q(names__normalised=names.name(text))
            ids = frozenset(rows.filter(same).values_list("pk", flat=True).distinct()[:2])
        found[text] = ids
    known = {text: next(iter(ids)) for text, ids in found.items() if len(ids) == 1}
    return known, [text for text in texts if text not in known]


MOST_PACKAGES = 200
"""Names of packages that a form offers."""


def package_names() -> list[str]:
    """What packages of open articles are called, each once, by name."""
    rows = Package.objects.filter(article__closed=False).order_by("name").values_list("name", flat=True)
    return list(rows.distinct()[:MOST_PACKAGES])


def packages_of(article_ids: Iterable[str]) -> dict[str, list[Package]]:
    """How these articles are packed, the smallest package first."""
    wanted, found = set(article_ids), dict[str, list[Package]]()
    rows = Package.objects.filter(article__in=wanted).order_by("quantity", "name") if wanted else Package.objects.none()
    for one in rows:
        found.setdefault(one.article_id, []).append(one)
    return found


def components_of(article_ids: Iterable[str]) -> list[ArticleComponent]:
    """What one of each of these articles is made of, as far as the catalogue knows."""
    rows = ArticleComponent.objects.filter(article__in=set(article_ids), component__closed=False)
    return list(rows.select_related("component").order_by("component__name", "pk"))
