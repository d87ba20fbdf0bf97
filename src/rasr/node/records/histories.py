"""Which records of the register have a history on the trail, who may see them, and what else belongs to it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from rasr.node.people.histories import Row, extend, tell, uuid_of
from rasr.node.people.models import User
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Licence, Site, Store
from rasr.node.records import queries
from rasr.node.records.catalogue import histories as catalogue
from rasr.node.records.entering import row_id_of
from rasr.node.records.models import Article, Batch, Count, Movement, MovementLine, Register, Upload
from rasr.node.records.movements import queries as of_movements

LATEST = 200
"""Movements, or counts, that belong to a history: the latest. Each is an id in the question to the database."""
MOVEMENTS = Movement._meta.db_table


def tell_all() -> None:
    """Name them; called once, when the node starts."""
    article = {"page": "records:article", "argument": "article_id", "parts": catalogue.PARTS}
    tell(Article, _("Article"), _article, beside=_of_article, **article)
    catalogue.tell_all()
    tell(Batch, _("Batch"), _batch, beside=_of_batch)
    signed = ("records:voucher", "records:movement-sign", "records:movement-correct")
    tell(Movement, _("Movement"), _movement, page="records:movement", argument="movement_id", parts=signed)
    tell(Register, _("Register"), _register, page="records:register")
    checked = ("records:annotated", "records:check", "records:load", "records:discard")
    tell(Upload, _("Upload"), _upload, page="records:upload", argument="upload_id", parts=checked)
    extend(Site, _of_site)
    extend(Store, _of_store)


# Who may see them.


def _article(actor: User, row_id: str) -> str | None:
    if not may(actor, "view_register"):
        return None
    found = queries.articles(actor).filter(pk=row_id).first()
    return found.name if found and catalogue.sees(actor, row_id) else None


def _upload(actor: User, row_id: str) -> str | None:
    own = Upload.objects.filter(actor=actor, pk=uuid_of(row_id)).first()
    return own.name if own and may(actor, "load_register") else None


def _register(actor: User, _row_id: str) -> str | None:
    """Its loads tell of every place, so it is for who may load it."""
    return "" if may(actor, "load_register") else None


def _movement(actor: User, row_id: str) -> str | None:
    found = of_movements.movements(actor).filter(pk=uuid_of(row_id)).first()
    return f"{found.get_kind_display()} {found.voucher}".strip() if found else None


def _batch(actor: User, row_id: str) -> str | None:
    found = _lines(actor).filter(batch=uuid_of(row_id)).select_related("batch").first()
    return found.batch.stock_id if found else None


def _lines(actor: User) -> QuerySet[MovementLine]:
    """Lines to or from a store in scope."""
    scope = scope_of(actor)
    if scope.everything:
        return MovementLine.objects.all()
    return MovementLine.objects.filter(scope.stores("from_place__store__") | scope.stores("to_place__store__"))


# What else belongs to the history of one.


def _of_store(actor: User, row_id: str) -> Iterable[Row]:
    licence = Licence._meta.db_table
    divisions = Licence.objects.filter(store=row_id).values_list("hazard_division", flat=True)
    yield from ((licence, row_id_of((row_id, division))) for division in divisions)
    counts = Count.objects.filter(store=row_id).order_by("-frozen_at").values_list("pk", flat=True)
    yield from ((Count._meta.db_table, str(key)) for key in counts[:LATEST])
    yield from movements(actor, Q(from_place__store=row_id) | Q(to_place__store=row_id))


def _of_site(actor: User, row_id: str) -> Iterable[Row]:
    yield from ((Store._meta.db_table, key) for key in Store.objects.filter(site=row_id).values_list("pk", flat=True))
    yield from movements(actor, Q(from_place__store__site=row_id) | Q(to_place__store__site=row_id))


def _of_article(actor: User, row_id: str) -> Iterable[Row]:
    return movements(actor, Q(batch__article=row_id))


def _of_batch(actor: User, row_id: str) -> Iterable[Row]:
    return movements(actor, Q(batch=uuid_of(row_id)))


def movements(actor: User, lines: Q) -> Iterable[Row]:
    """Movements with such a line to or from a store in scope, the latest of them."""
    found = Movement.objects.filter(pk__in=_lines(actor).filter(lines).order_by().values("movement"))
    return ((MOVEMENTS, str(key)) for key in found.order_by("-recorded_at").values_list("pk", flat=True)[:LATEST])
