"""Pages of movements: the list, what can be done in a store, and the one form for all kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from rasr.core.basis.findings import Refused
from rasr.node.people import trail
from rasr.node.people.rights import may, require
from rasr.node.places.models import Store
from rasr.node.records.ledger.rules import WAIVABLE
from rasr.node.records.models import Movement, Origin, Party
from rasr.node.records.movements import queries, services, telling
from rasr.node.records.movements.forms import FACTS, REST_ON_ITS_WAY, BaseThings, MoveForm, NewThing, Things
from rasr.node.records.movements.parts import as_sent, parts_of
from rasr.node.records.movements.queries import Offer
from rasr.node.records.movements.services import Recorded, Wish
from rasr.node.records.movements.shapes import GROUPS, SHAPES, Shape, Source, Target
from rasr.node.records.movements.tables import MovementFilter, MovementTable
from rasr.node.records.services import LinesRefused, MovementDraft
from rasr.node.records.views import Righted, Sorted, actor_of
from rasr.node.web import marks
from rasr.node.web.crafted import is_crafted, none_crafted
from rasr.node.web.messages import say

TAKES_APART = "conversion"
LOOKS_KNOWN = ("lot_looks_alike", "serials_shared")
"""Refusals that hold only until somebody says that it is another one."""


class Movements(Righted, Sorted):
    """Every movement that touches a store in scope."""

    name = "movements"
    page_title = _("Movements")
    export_name = "movements"
    table_class = MovementTable
    filterset_class = MovementFilter
    template_name = "records/movements/list.html"

    def queryset(self) -> QuerySet[Movement]:
        """Those in scope."""
        return queries.movements(self.request.user)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Where somebody works: one store leads straight to what can be done there."""
    actor = actor_of(request)
    require(actor, "keep_stock")
    marks.shows_all_seen(request)
    words = request.GET.get("q", "").strip()
    found = queries.stores_named(actor, words)
    if len(found) == 1 and not words:
        return redirect("records:move-in", store_id=found[0].pk)
    context = {"page_title": _now("Record a movement"), "stores": found, "words": words, "most": queries.MOST_ROWS}
    return render(request, "records/movements/start.html", context)


@require_safe
def actions(request: HttpRequest, store_id: str) -> HttpResponse:
    """What can be done in a store."""
    actor = actor_of(request)
    require(actor, "keep_stock")
    store = _store(request, store_id, "keep_stock")
    groups = [
        {"name": name, "shapes": [one for one in SHAPES.values() if one.group is group and may(actor, one.right)]}
        for group, name in GROUPS.items()
    ]
    context = {
        "store": store,
        "groups": [one for one in groups if one["shapes"]],
        "coming": [one for one in queries.consignments(actor, store_id).rows if one.bound_for == store_id],
    }
    return render(request, "records/movements/actions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, kind: str, store_id: str) -> HttpResponse:
    """The form of a kind of movement in a store."""
    page = page_of(request, kind, store_id)
    return page.post() if request.method == "POST" else page.show()


def page_of(request: HttpRequest, kind: str, store_id: str) -> MovePage:
    """The form that a request is about. Raises Http404, PermissionDenied."""
    shape = SHAPES.get(kind)
    if shape is None:
        raise Http404
    require(actor_of(request), shape.right)
    return MovePage(request, shape, _store(request, store_id, shape.right))


def _store(request: HttpRequest, store_id: str, right: str) -> Store:
    try:
        found = queries.store(actor_of(request), store_id, right)
    except Store.DoesNotExist as gone:
        raise Http404 from gone
    marks.shows(request, found.site.mark)
    return found


def _faults(form: BaseForm) -> list[str]:
    """What is wrong with a form that was sent, each with the name of its field."""
    named = {name: form.fields[name].label for name in form.errors if name in form.fields}
    told = [(named.get(name), fault) for name, faults in form.errors.items() for fault in faults]
    return [f"{label}: {fault}" if label else str(fault) for label, fault in told]


class MovePage:
    """The form of one kind in one store, while one request is answered."""

    def __init__(self, request: HttpRequest, shape: Shape, store: Store) -> None:
        self.request, self.shape, self.store = request, shape, store
        self.actor = actor_of(request)
        self.party: Party | None = None
        self.despatch: Movement | None = None
        self._chosen()
        self.words = request.GET.get("q", "").strip()[:100]
        self.find = request.GET.get("find", "").strip()[:100]
        self.offer = self._offer()

    def show(self) -> HttpResponse:
        """The empty form; of what becomes something else, with the facts that the address proposes."""
        proposed = {name: self.request.GET[name] for name in FACTS if name in self.request.GET}
        return self._page(self._form(initial=proposed), self._things())

    def post(self) -> HttpResponse:
        """Record what was sent, or show it again with what is wrong."""
        if (sent := services.sent_before(self.actor, self.request.POST.get("movement_id", ""))) is not None:
            return self._done(sent)
        form, things = self._form(self.request.POST), self._things(self.request.POST)
        none_crafted(form)
        if "parts" in self.request.POST and self.shape.kind == TAKES_APART:
            return self._taken_apart(form)
        if things is not None and any(map(is_crafted, things.forms)):
            raise Http404
        whole = form.is_valid() and (things is None or things.is_valid())
        if not whole:
            return self._page(form, things, status=400)
        try:
            new = self._new(things)
            recorded = services.record(actor=self.actor, session=trail.session(), wish=self._wish(form, new))
        except LinesRefused as fault:
            return self._refused(form, things, telling.lines(fault, form.chosen()), fault)
        except Refused as fault:
            return self._refused(form, things, [say(fault)], fault)
        except ObjectDoesNotExist as gone:
            raise Http404 from gone
        return self._done(recorded)

    def draft(self) -> MovementDraft | list[str]:
        """What was sent as the movement that it would be, or what is wrong with it; nothing is recorded.

        A reason is not asked for yet. Raises Http404.
        """
        sent = self.request.POST.copy()
        sent["reason"] = sent.get("reason", "").strip() or "–"
        form, things = self._form(sent), self._things(sent)
        none_crafted(form)
        if things is not None and any(map(is_crafted, things.forms)):
            raise Http404
        if things is not None and not things.is_valid():  # what packages hold is asked when it is recorded
            worked_out = {one.add_prefix("worked_out"): one.pieces for one in things.filled() if one.pieces is not None}
            sent.update({name: str(pieces) for name, pieces in worked_out.items()})
            things = self._things(sent)
        if not (form.is_valid() and (things is None or things.is_valid())):
            whole = [] if things is None else map(str, things.non_form_errors())
            return [*_faults(form), *whole, *(line for one in things or () for line in _faults(one))]
        try:
            return services.drafted(actor=self.actor, wish=self._wish(form, self._new(things)))
        except LinesRefused as fault:
            return list(telling.lines(fault, form.chosen()))
        except Refused as fault:
            return [say(fault)]
        except ObjectDoesNotExist as gone:
            raise Http404 from gone

    def _chosen(self) -> None:
        """The person or the consignment that the lines are of, if the address names one. Raises Http404."""
        given = self.request.GET
        try:
            if (self.shape.source is Source.TRANSIT or self.shape.also_from_transit) and given.get("despatch"):
                self.despatch = queries.consignment(self.actor, UUID(given["despatch"]))
                if not self._may_be_of(self.shape, self.despatch):
                    raise Http404
            if (self.shape.source is Source.PARTY or self.shape.also_from_party) and given.get("party"):
                self.party = queries.parties(self.actor).get(pk=UUID(given["party"]), site=self.store.site_id)
        except (ValueError, ObjectDoesNotExist) as gone:
            raise Http404 from gone

    def _may_be_of(self, shape: Shape, despatch: Movement) -> bool:
        """A second person decides on what is on its way where it was sent from; so that is asked for there."""
        return not shape.needs_second_person or despatch.site_id == self.store.site_id

    def _offer(self) -> Offer:
        sent = [key.removesuffix("-all") for key, value in self.request.POST.items() if value]
        if self.despatch is not None:
            return queries.in_transit(self.despatch.pk)
        if self.party is not None:
            return queries.with_party(self.party, self.words, sent)
        if self.shape.source is Source.STORE:
            return queries.in_store(self.store.pk, self.words, sent)
        if self.shape.source is Source.GONE:
            return queries.gone(self.store, self.words, sent)
        return Offer([])

    def _form(self, data: Any = None, **more: Any) -> MoveForm:
        more |= {"shape": self.shape, "store": self.store, "rows": self.offer.rows, "find": self.find}
        return MoveForm(data, actor=self.actor, **more)

    def _things(self, data: Any = None) -> BaseThings | None:
        if not self.shape.makes_things:
            return None
        origin = (self.request.POST.get("origin") or Origin.FOUND) if self.shape.kind == "find" else None
        made = Things(data, prefix="things", form_kwargs={"packages": queries.package_names(), "origin": origin})
        assert isinstance(made, BaseThings)
        return made

    def _taken_apart(self, form: MoveForm) -> HttpResponse:
        """The form again, with what the chosen pieces are made of as what comes out; nothing is recorded."""
        form.is_valid()  # only how many of what is needed, whatever else is still empty
        parts = parts_of(form.chosen())
        sent = {name: value for name, value in self.request.POST.items() if not name.startswith("things-")}
        again = self._form(initial=sent)
        if not parts:
            told = _now("The catalogue has no components of what you chose. Write what comes out of it yourself.")
            return self._page(again, self._things(self.request.POST), [told])
        return self._page(again, self._things(as_sent(parts, "things")))

    def _new(self, things: BaseThings | None) -> Sequence[NewThing]:
        if things is None:
            return ()
        filled = things.filled()
        articles, missing = queries.articles_named(one.cleaned_data["article"] for one in filled)
        if missing:
            raise Refused("article_unknown", article=", ".join(missing))
        return [one.thing(articles) for one in filled]

    def _wish(self, form: MoveForm, new: Sequence[NewThing]) -> Wish:
        given = form.cleaned_data
        return Wish(
            movement_id=given["movement_id"],
            shape=self.shape,
            store=self.store,
            reason=form.said_of("reason"),
            basis=given["basis"],
            effective_at=given["effective_at"],
            chosen=form.chosen() if self.shape.source is not Source.NEW else (),
            things=new,
            party=form.who() if self.shape.target is Target.PARTY else None,
            to_store=given.get("to_store") or given.get("to_code") or "",
            stack=given.get("stack") or "",
            facts=form.new_facts() if self.shape.target is Target.FACTS else {},
            offered=self.offer.rows if self.shape.source is Source.TRANSIT else (),
            rest=given.get("rest") or REST_ON_ITS_WAY,
            ask=bool(given.get("ask")),
            sure=bool(given.get("sure")),
        )

    def _done(self, recorded: Recorded) -> HttpResponse:
        if recorded.approval is not None:
            messages.success(self.request, _now("Asked for. It is recorded when a second person has agreed."))
            return redirect("people:approval", approval_id=recorded.approval.pk)
        if recorded.known:
            messages.warning(self.request, _now("This form was sent before. Nothing was recorded a second time."))
        else:
            messages.success(self.request, _now("Recorded."))
        for warning in recorded.warnings:
            messages.warning(self.request, say(warning))
        return redirect("records:movement", movement_id=recorded.movement_id)

    def _refused(self, form: MoveForm, things: BaseThings | None, told: Sequence[str], fault: Refused) -> HttpResponse:
        """The form with why it was refused, and with a box where somebody may let it pass."""
        codes = {one.code for _, one in fault.lines} if isinstance(fault, LinesRefused) else {fault.code}
        for name, lets_pass in (("ask", WAIVABLE), ("sure", LOOKS_KNOWN)):
            if codes <= set(lets_pass):
                form.fields[name] = MoveForm.base_fields[name]
        return self._page(form, things, told, status=400)

    def _page(
        self, form: MoveForm, things: BaseThings | None, told: Sequence[str] = (), status: int = 200
    ) -> HttpResponse:
        chooses = self._chooses()
        context: dict[str, Any] = {
            "shape": self.shape,
            "store": self.store,
            "form": form,
            "table": [] if chooses else form.table(),
            "things": things,
            "takes_apart": self.shape.kind == TAKES_APART,
            "articles": queries.article_choices(self.actor) if things is not None else [],
            "told": told,
            "offer": self.offer,
            "words": self.words,
            "find": self.find,
            "party": self.party,
            "despatch": self.despatch,
            "arrives": self.despatch is not None and self.shape.source is Source.TRANSIT,
            "chooses": chooses,
            "lists": self.shape.source is not Source.NEW,
            **self._others(),
        }
        return render(self.request, "records/movements/move.html", context, status=status)

    def _chooses(self) -> bool:
        """Whether it must be chosen first whose things they are."""
        if self.shape.source is Source.PARTY:
            return self.party is None
        return self.shape.source is Source.TRANSIT and self.despatch is None

    def _others(self) -> Mapping[str, Any]:
        """Whom or which consignments one may choose."""
        shape, found = self.shape, dict[str, Any]()
        if (shape.source is Source.TRANSIT or shape.also_from_transit) and not self.despatch:
            moving = queries.consignments(self.actor, self.store.pk, self.find)
            found["consignments"] = [one for one in moving.rows if self._may_be_of(shape, one.despatch)]
            found["more_consignments"] = moving.more
        if shape.source is Source.PARTY or shape.also_from_party:
            holding = queries.parties_holding(self.actor, self.store.site_id, self.find)
            found |= {"parties": holding.rows, "more_parties": holding.more}
        if shape.source is Source.TRANSIT and self.despatch:
            lost = [one for one in SHAPES.values() if one.also_from_transit]
            found["never_came"] = [one for one in lost if self._may_be_of(one, self.despatch)]
        return found
