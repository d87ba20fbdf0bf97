"""Pages of items: the list, one item with its history, and what is done to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from rasr.core.records import names
from rasr.core.records.ledger.places import Spot
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import may, require
from rasr.node.records.catalogue import pictures
from rasr.node.records.items import custody, queries, returning, services
from rasr.node.records.items.forms import BackForm, FactsForm, HandForm, ItemiseForm, LegalForm, Once
from rasr.node.records.items.tables import ItemFilter, ItemTable, PiecesFilter, PiecesTable
from rasr.node.records.lots.pages import ActPage
from rasr.node.records.models import Custody, Holding, Item, LegalStatus
from rasr.node.records.views import Righted, Sorted, actor_of
from rasr.node.web import marks
from rasr.node.web.figures import write


class Items(Righted, Sorted):
    """Every item that is, or was, in a store in scope."""

    name = "items"
    page_title = _("Weapons")
    export_name = "items"
    table_class = ItemTable
    filterset_class = ItemFilter
    template_name = "records/items/items.html"

    def queryset(self) -> QuerySet[Item]:
        """Those in scope."""
        return queries.listed(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the buttons need."""
        return super().get_context_data(**kwargs, judges=may(self.request.user, queries.JUDGE))


class Pieces(Righted, Sorted):
    """Weapons that are held as so many pieces."""

    right = queries.JUDGE
    name = "pieces"
    page_title = _("Weapons not yet recorded one by one")
    pretitle = _("Weapons")
    export_name = "pieces"
    intro = _("Open a record to write down the serial numbers of its pieces.")
    table_class = PiecesTable
    filterset_class = PiecesFilter

    def queryset(self) -> QuerySet[Holding]:
        """Where the actor judges stock."""
        return queries.countable(self.request.user)


@require_GET
def item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """An item: its marks, the law, its photographs, where it is, and all that happened to it."""
    actor = actor_of(request)
    require(actor, queries.VIEW)
    try:
        found = queries.item(actor, item_id)
    except Item.DoesNotExist as gone:
        raise Http404 from gone
    marks.shows_all_seen(request)
    keeps = queries.kept(actor).filter(pk=found.pk).exists()
    at = getattr(found, "at", None)
    context = {
        "page_title": found.serial or _now("Item without a number"),
        "item": found,
        "keeps": keeps,
        "where": queries.whereabouts(actor, found),
        "in_store": at is not None and at.place.kind == "store",
        "out": found.custody != Custody.STORE,
        "to_owner": found.legal_status == LegalStatus.TO_OWNER,
        "alike": queries.alike(actor, found),
        "mixed": names.is_mixed(found.serial),
        "pictures": pictures.of(Item, found.pk),
        "history": queries.history(actor, found),
    }
    return render(request, "records/items/item.html", context)


class OfItem(ActPage):
    """What is done to one item."""

    right = queries.KEEP
    above = ("records:items", _("Weapons"))

    def found(self, actor: User, /, **ids: Any) -> Item:
        """The item, where the actor keeps stock."""
        found: Item = queries.kept(actor).get(pk=ids["item_id"])
        return found

    def back(self, found: Item, /) -> str:
        """Its page."""
        return reverse("records:item", args=[found.pk])

    def name(self, found: Item, /) -> str:
        """Its number and what it is."""
        return f"{found.article_now.name} {found.serial}".strip()

    def go(self, found: Item) -> HttpResponse:
        """Say that it is kept, on its page."""
        self.done(_now("It is kept."))
        return redirect(self.back(found))


class ChangeItem(OfItem):
    """Mend facts."""

    title = _("Marks and facts")
    makes_sure = ("serials_shared",)

    def form(self, _actor: User, found: Item, /) -> FactsForm:
        """With what is recorded now."""
        return FactsForm(self.sent(), initial={name: getattr(found, name) for name in services.FACTS})

    def act(self, actor: User, found: Item, form: FactsForm, /) -> HttpResponse:
        """Keep them."""
        given = form.cleaned_data
        facts = {name: given[name] for name in services.FACTS}
        services.change(actor=actor, item_id=found.pk, facts=facts, why=form.why(), sure=given["sure"])
        return self.go(found)


class SetLegal(OfItem):
    """What the law says of it."""

    title = _("Legal status")
    FIELDS = ("legal_status", "case_number", "legal_hold", "owner", "release_ref")

    def form(self, _actor: User, found: Item, /) -> LegalForm:
        """With what is recorded now."""
        return LegalForm(self.sent(), initial={name: getattr(found, name) for name in self.FIELDS})

    def told(self, _actor: User, _found: Item, /) -> list[str]:
        """Who may do what."""
        return [
            _now("Evidence and a legal hold need the case number. Neither is ever sold or destroyed."),
            _now("Only who judges stock may release it, with the reference of the decision."),
        ]

    def act(self, actor: User, found: Item, form: LegalForm, /) -> HttpResponse:
        """Keep it."""
        legal = custody.Legal(**{name: form.cleaned_data[name] for name in self.FIELDS})
        custody.set_legal(actor=actor, item_id=found.pk, legal=legal, why=form.why())
        return self.go(found)


class HandOver(OfItem):
    """To a court or a laboratory."""

    title, button = _("Hand it to a court or a laboratory"), _("Hand it over")

    def form(self, _actor: User, _found: Item, /) -> HandForm:
        """Empty."""
        return HandForm(self.sent())

    def told(self, _actor: User, _found: Item, /) -> list[str]:
        """What happens."""
        return [_now("It is booked as issued to them, so that the count of the store stays right.")]

    def act(self, actor: User, found: Item, form: HandForm, /) -> HttpResponse:
        """Hand it over."""
        given = {name: form.cleaned_data[name] for name in ("custody", "to", "movement_id")}
        custody.hand_over(actor=actor, item_id=found.pk, why=form.why(), **given)
        return self.go(found)


class TakeBack(OfItem):
    """From a court or a laboratory."""

    title, button = _("Take it back into a store"), _("Take it back")

    def form(self, actor: User, found: Item, /) -> BackForm:
        """The stores of the site that it left, where the actor keeps stock."""
        return BackForm(self.sent(), stores=queries.stores_beside(actor, found))

    def act(self, actor: User, found: Item, form: BackForm, /) -> HttpResponse:
        """Take it back."""
        given = {name: form.cleaned_data[name] for name in ("store_id", "movement_id")}
        custody.take_back(actor=actor, item_id=found.pk, why=form.why(), **given)
        return self.go(found)


class ReturnItem(OfItem):
    """Back to its owner, when a second person agrees."""

    title, button = _("Return it to its owner"), _("Ask for approval")

    def form(self, _actor: User, _found: Item, /) -> Once:
        """Why."""
        return Once(self.sent())

    def told(self, _actor: User, found: Item, /) -> list[str]:
        """To whom, by which decision."""
        owner = _now("To {owner}, by the decision {release}.").format(owner=found.owner, release=found.release_ref)
        return [owner, _now("Nothing changes until a second person has looked at it and approved it.")]

    def act(self, actor: User, found: Item, form: Once, /) -> HttpResponse:
        """Ask."""
        approval = returning.ask_return(
            actor=actor,
            session=trail.session(),
            item_id=found.pk,
            movement_id=form.cleaned_data["movement_id"],
            why=form.why(),
        )
        return redirect("people:approval", approval.pk)


class Itemise(ActPage):
    """Tell the pieces of a record apart."""

    title, button = _("Write down serial numbers"), _("Record them one by one")
    above = ("records:items", _("Weapons"))
    makes_sure = ("serials_shared",)

    def found(self, actor: User, /, **ids: Any) -> list[Holding]:
        """What a store holds of the batch, stack by stack."""
        return queries.itemisable(actor, ids["batch_id"], ids["store_id"])

    def name(self, found: list[Holding], /) -> str:
        """The record and where it is."""
        first = found[0]
        return f"{first.batch.stock_id}, {first.store_id}"

    def back(self, _found: list[Holding], /) -> str:
        """The list of what is left to do."""
        return reverse("records:pieces")

    def told(self, _actor: User, found: list[Holding], /) -> list[str]:
        """How many there are."""
        article = found[0].batch.article.name
        counts = [one.quantity for one in found]
        if None in counts:
            return [article, _now("How many there are is not known.")]
        total = sum(count for count in counts if count is not None)
        left = ngettext("{count} piece is held without a number.", "{count} pieces are held without a number.", total)
        return [article, left.format(count=write("whole", total))]

    def form(self, _actor: User, found: list[Holding], /) -> ItemiseForm:
        """With the stacks it lies in."""
        return ItemiseForm(self.sent(), stacks=[one.place.ref for one in found])

    def act(self, actor: User, found: list[Holding], form: ItemiseForm, /) -> HttpResponse:
        """Make them items."""
        given, first = form.cleaned_data, found[0]
        assert first.store_id is not None
        count = services.itemise(
            actor=actor,
            batch_id=first.batch_id,
            place=Spot.store(first.store_id, given["stack"]),
            drafts=form.drafts(),
            why=form.why(),
            movement_id=given["movement_id"],
            sure=given["sure"],
        )
        self.done(ngettext("{count} item is recorded.", "{count} items are recorded.", count).format(count=count))
        return redirect("records:items")
