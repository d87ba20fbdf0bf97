"""Every endpoint. Each calls a query or a service of a room, and turns what it gives into a shape.

The description is at ``/api/openapi.json``; there is no page to try things out, which would come from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from ninja import Body, NinjaAPI, Query
from ninja.errors import HttpError
from ninja.errors import ValidationError as NotValid
from ninja.security import SessionAuth
from pydantic import Field

from rasr import __version__
from rasr.core.basis.findings import Refused
from rasr.node.api import shapes
from rasr.node.api.shapes import Page
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.records import queries
from rasr.node.records.counts import queries as counts
from rasr.node.records.items import queries as items
from rasr.node.records.lots import queries as lots
from rasr.node.records.models import Article, Count, Holding, Item, Lot, Movement
from rasr.node.records.movements import queries as movements
from rasr.node.records.services import post_each
from rasr.node.web import marks
from rasr.node.web.messages import say, say_code

Movements = Annotated[list[shapes.MovementIn], Field(min_length=1, max_length=shapes.MOST_LINES)]
DONE = ("created", "exists", "exists_different")


class Reader(SessionAuth):
    """The session of a user, as a browser has it, who may see the register; with the CSRF token for what changes it."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Who asks; None where nobody is signed in. Raises PermissionDenied."""
        user = super().authenticate(request, key)
        if user is not None:
            require(user, "view_register")
        return user


class Api(NinjaAPI):
    """Without a page of links at its root, by whose address it would look where it stands."""

    def get_root_path(self, path_params: dict[str, Any]) -> str:
        """The address in front of every other."""
        return reverse("api:openapi-json", kwargs=path_params).removesuffix("openapi.json")


api = Api(
    title="RASR node",
    version=__version__,
    description=(
        "The register of one node, for other programs of its owner. Everything can be read; movements alone can be "
        "posted. Counts, incidents and what waits for a second person are worked on in the pages of the node."
    ),
    urls_namespace="api",
    auth=Reader(csrf=True),
    docs_url=None,
)


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _page(request: HttpRequest, rows: QuerySet[Any], cut: shapes.Cut, shape: Callable[[Any], Any]) -> dict[str, Any]:
    marks.shows_all_seen(request)
    mark = marks.shown(request)
    return {
        "count": rows.count(),
        "offset": cut.offset,
        "class_mark": "" if mark is None else marks.word(mark),
        "rows": [shape(one) for one in rows[cut.offset : cut.offset + cut.limit]],
    }


@api.get("/articles", response=Page[shapes.ArticleOut], tags=["catalogue"])
def list_articles(request: HttpRequest, cut: Query[shapes.Cut]) -> dict[str, Any]:
    """The catalogue."""
    return _page(request, queries.articles(_actor(request)), cut, _same)


@api.get("/articles/{path:article_id}", response={200: shapes.ArticleOut, 404: shapes.Fault}, tags=["catalogue"])
def one_article(request: HttpRequest, article_id: shapes.Id) -> Article:
    """One article."""
    marks.shows_all_seen(request)
    return queries.article(_actor(request), article_id)


@api.get("/stock", response=Page[shapes.StockOut], tags=["stock"])
def list_stock(request: HttpRequest, cut: Query[shapes.StockCut]) -> dict[str, Any]:
    """What the stores in scope hold."""
    rows = queries.stock(_actor(request)).select_related("place")
    if cut.store_id is not None:
        rows = rows.filter(store=cut.store_id)
    if cut.article_id is not None:
        rows = rows.filter(batch__article=cut.article_id)
    return _page(request, rows.order_by("position", "pk"), cut, _stock)


@api.get("/lots", response=Page[shapes.LotOut], tags=["stock"])
def list_lots(request: HttpRequest, cut: Query[shapes.Cut]) -> dict[str, Any]:
    """Lots of which something lies, or lay, in a store in scope."""
    return _page(request, lots.lots(_actor(request)).order_by("pk"), cut, _same)


@api.get("/items", response=Page[shapes.ItemOut], tags=["stock"])
def list_items(request: HttpRequest, cut: Query[shapes.Cut]) -> dict[str, Any]:
    """Weapons that are, or were, in a store in scope, with the place where they are."""
    actor = _actor(request)
    seen = {store.pk for store in movements.stores(actor, "view_register")}
    rows = items.items(actor).select_related("at__place", "at__batch").order_by("pk")
    return _page(request, rows, cut, lambda item: _item(item, seen))


@api.get("/counts", response=Page[shapes.CountOut], tags=["stock"])
def list_counts(request: HttpRequest, cut: Query[shapes.Cut]) -> dict[str, Any]:
    """Counts of stores in scope."""
    return _page(request, counts.counts(_actor(request)).order_by("-pk"), cut, _same)


@api.get("/movements", response=Page[shapes.MovementOut], tags=["movements"])
def list_movements(request: HttpRequest, cut: Query[shapes.Cut]) -> dict[str, Any]:
    """Movements that touch a store in scope, the latest first."""
    return _page(request, movements.movements(_actor(request)), cut, _same)


@api.get(
    "/movements/{uuid:movement_id}/lines",
    response={200: list[shapes.LineOut], 404: shapes.Fault},
    tags=["movements"],
)
def movement_lines(request: HttpRequest, movement_id: UUID) -> list[dict[str, Any]]:
    """The lines of a movement that touch a store in scope."""
    actor = _actor(request)
    found: Movement = movements.movement(actor, movement_id)
    marks.shows_all_seen(request)
    return [_line(one) for one in movements.lines_of(actor, found.pk)]


@api.post("/movements", response=list[shapes.Outcome], tags=["movements"])
def post_movements(request: HttpRequest, given: Body[Movements]) -> list[dict[str, Any]]:
    """Post movements, each for itself, in this order: what is refused leaves nothing and stops nothing.

    A movement is posted with all its lines or not at all. Sent again under the same id it answers ``exists``.
    """
    actor = _actor(request)
    outcomes = post_each(actor=actor, movements=[one.draft() for one in given])
    return [
        {
            "movement_id": one.movement_id,
            "code": one.code,
            "sentence": "" if one.code in DONE else _why(one.code.removeprefix("refused_"), one.numbers),
            "lines": one.lines,
            "warnings": [say(warning) for warning in one.warnings],
        }
        for one in outcomes
    ]


def _why(code: str, numbers: dict[str, str | int | float]) -> str:
    return gettext("You do not have the right to do this.") if code == "no_right" else say_code(code, numbers)


# Shapes of rows.


def _same(row: Article | Lot | Count | Movement) -> Any:
    return row


def _stock(one: Holding) -> dict[str, Any]:
    batch = one.batch
    return {
        **{
            name: getattr(batch, name) for name in ("batch_id", "stock_id", "article_id", "lot", "condition", "purpose")
        },
        "store_id": one.store_id,
        "stack": one.place.ref,
        "quantity": one.quantity,
        "quantity_basis": one.quantity_basis,
    }


def _item(one: Item, seen: Iterable[str]) -> dict[str, Any]:
    place = one.at.place
    known = place.store_id is None or place.store_id in seen
    names = ("item_id", "serial", "serial_state", "origin", "legal_status", "legal_hold")
    return {
        **{name: getattr(one, name) for name in names},
        "article_id": one.at.batch.article_id,
        "place": place.kind,
        "store_id": place.store_id if known else None,
    }


def _line(one: movements.SeenLine) -> dict[str, Any]:
    line = one.line
    return {
        "position": line.position,
        "batch_id": line.batch_id,
        "article_id": line.batch.article_id,
        "item_id": line.item_id,
        "quantity": line.quantity,
        "quantity_basis": line.quantity_basis,
        "from_place": one.origin.store_id or one.origin.kind,
        "to_place": one.target.store_id or one.target.kind,
    }


# Faults, as JSON.


def _answer(request: HttpRequest, status: int, code: str, sentence: str) -> HttpResponse:
    return api.create_response(request, {"code": code, "sentence": sentence}, status=status)


@api.exception_handler(PermissionDenied)
def _forbidden(request: HttpRequest, _fault: PermissionDenied) -> HttpResponse:
    return _answer(request, 403, "no_right", gettext("You do not have the right to do this."))


@api.exception_handler(ObjectDoesNotExist)
@api.exception_handler(Http404)
def _not_found(request: HttpRequest, _fault: Exception) -> HttpResponse:
    return _answer(request, 404, "not_found", gettext("There is nothing here, or it is not yours to see."))


@api.exception_handler(Refused)
def _refused(request: HttpRequest, fault: Refused) -> HttpResponse:
    return _answer(request, 409, fault.code, say(fault))


@api.exception_handler(NotValid)
def _not_valid(request: HttpRequest, fault: NotValid) -> HttpResponse:
    where = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in fault.errors[:20])
    return _answer(request, 422, "not_valid", where)


@api.exception_handler(HttpError)
def _http(request: HttpRequest, fault: HttpError) -> HttpResponse:
    return _answer(request, fault.status_code, "not_valid", str(fault))
