"""Pages of lots: the list, one lot with its tests, and what is done to it."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from rasr.node.people.histories import uuid_of
from rasr.node.people.models import User
from rasr.node.people.rights import may, require
from rasr.node.records.lots import limiting, queries, services
from rasr.node.records.lots.forms import (
    ComponentForm,
    FactsForm,
    IdentityForm,
    LiftForm,
    LimitForm,
    NameForm,
    ResultForm,
)
from rasr.node.records.lots.pages import ActPage
from rasr.node.records.lots.shelf import proposed_until
from rasr.node.records.lots.tables import (
    LimitFilter,
    LimitTable,
    LotFilter,
    LotTable,
    UnnamedFilter,
    UnnamedTable,
)
from rasr.node.records.lots.trend import trends
from rasr.node.records.models import (
    Article,
    Batch,
    Constraint,
    ConstraintKind,
    Holding,
    Lot,
    LotComponent,
    LotIdentity,
    Verdict,
)
from rasr.node.records.tables import HeldTable
from rasr.node.records.views import Righted, Sorted, actor_of
from rasr.node.web import marks
from rasr.node.web.figures import write


class Lots(Righted, Sorted):
    """Every lot of which something lies, or lay, in a store in scope."""

    name = "lots"
    page_title = _("Lots")
    export_name = "lots"
    table_class = LotTable
    filterset_class = LotFilter
    template_name = "records/lots/lots.html"

    def queryset(self) -> QuerySet[Lot]:
        """Those in scope."""
        return queries.listed(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the buttons need."""
        return super().get_context_data(**kwargs, judges=may(self.request.user, queries.JUDGE))


class Unnamed(Righted, Sorted):
    """Ammunition of which no lot is recorded."""

    right = queries.JUDGE
    name = "lots-unnamed"
    page_title = _("Stock without a lot")
    template_name = "records/lots/below.html"
    export_name = "without-lot"
    intro = _("Open a record to say which lot it is, or that nobody can tell any more.")
    table_class = UnnamedTable
    filterset_class = UnnamedFilter

    def queryset(self) -> QuerySet[Holding]:
        """Where the actor judges stock."""
        return queries.unnamed(self.request.user)


class Constraints(Righted, Sorted):
    """Bans and constraints."""

    name = "constraints"
    page_title = _("Bans and constraints")
    template_name = "records/lots/below.html"
    export_name = "bans"
    table_class = LimitTable
    filterset_class = LimitFilter

    def queryset(self) -> QuerySet[Constraint]:
        """Those of whole articles and of lots in scope."""
        return queries.constraints(self.request.user)


@require_GET
def lot(request: HttpRequest, lot_id: UUID) -> HttpResponse:
    """A lot: its facts, what limits it, its tests, where it lies."""
    actor = actor_of(request)
    require(actor, queries.VIEW)
    try:
        found = queries.lot(actor, lot_id)
    except Lot.DoesNotExist as gone:
        raise Http404 from gone
    marks.shows_all_seen(request)
    tests = list(queries.tests_of(found))
    held = HeldTable(queries.lot_holdings(actor, found), request=request, orderable=False, exclude=("lot",))
    limits = list(queries.constraints_on(found))
    today = timezone.localdate()
    context = {
        "page_title": found.number,
        "lot": found,
        "judges": queries.lots(actor, queries.JUDGE).filter(pk=found.pk).exists(),
        "lost": found.identity != LotIdentity.KNOWN,
        "shelf_life_over": found.shelf_life_until is not None and found.shelf_life_until < today,
        "shelf_life_proposed": None if found.shelf_life_until else proposed_until(found.article, found.year_made),
        "as_text": queries.as_text(actor, found),
        "failed": tests[0] if tests and tests[0].verdict == Verdict.FAILED else None,
        "judged_in": queries.judged_in(actor, found),
        "test_due": found.next_test_on is not None and found.next_test_on <= today,
        "banned": [limit for limit in limits if limit.lifted_on is None and limit.kind == "ban"],
        "limits": limits,
        "tests": tests,
        "trends": [(f"trend-{at}", each) for at, each in enumerate(trends(tests))],
        "components": components(actor, found),
        "held": held,
    }
    return render(request, "records/lots/lot.html", context)


def components(actor: User, found: Lot) -> list[tuple[LotComponent, bool]]:
    """What a lot is made of, and whether the actor may open the lot of each."""
    rows = list(found.components.select_related("component"))
    seen = set(queries.lots(actor).filter(part_of__lot=found).values_list("pk", flat=True)) if rows else set()
    return [(row, row.component_id in seen) for row in rows]


class OfLot(ActPage):
    """What is done to one lot."""

    def found(self, actor: User, /, **ids: Any) -> Lot:
        """The lot, where the actor judges it."""
        return queries.lot(actor, ids["lot_id"], queries.JUDGE)

    def back(self, found: Lot, /) -> str:
        """Its page."""
        return reverse("records:lot", args=[found.pk])

    def go(self, found: Lot, sentence: str) -> HttpResponse:
        """Say that it is done, on its page."""
        self.done(sentence)
        return redirect(self.back(found))


class ChangeLot(OfLot):
    """Mend facts."""

    title = _("Facts of the lot")

    def form(self, _actor: User, found: Lot, /) -> FactsForm:
        """With what is recorded now, and the end of its shelf life as it follows from the article."""
        known = {name: getattr(found, name) for name in services.FACTS}
        known["shelf_life_until"] = known["shelf_life_until"] or proposed_until(found.article, found.year_made)
        return FactsForm(self.sent(), initial=known)

    def told(self, _actor: User, found: Lot, /) -> list[str]:
        """What is proposed and not kept yet."""
        proposed = None if found.shelf_life_until else proposed_until(found.article, found.year_made)
        return told_of_shelf_life(found.article, found.year_made, proposed)

    def act(self, actor: User, found: Lot, form: FactsForm, /) -> HttpResponse:
        """Keep them."""
        facts = {name: form.cleaned_data[name] for name in services.FACTS}
        services.change(actor=actor, lot_id=found.pk, facts=facts, why=form.why())
        return self.go(found, _now("It is kept."))


class Identify(OfLot):
    """Another number, or another state of its identity."""

    title = _("Number and identity")
    makes_sure = ("lot_looks_alike",)

    def form(self, _actor: User, found: Lot, /) -> IdentityForm:
        """With what is recorded now."""
        return IdentityForm(self.sent(), initial={"number": found.number, "identity": found.identity})

    def act(self, actor: User, found: Lot, form: IdentityForm, /) -> HttpResponse:
        """Keep it."""
        given = form.cleaned_data
        facts = {name: given[name] for name in ("number", "identity", "sure")}
        services.identify(actor=actor, lot_id=found.pk, why=form.why(), **facts)
        return self.go(found, _now("It is kept."))


class AddComponent(OfLot):
    """A lot that this one is made of."""

    title, button = _("Component"), _("Add")

    def form(self, _actor: User, _found: Lot, /) -> ComponentForm:
        """Empty."""
        return ComponentForm(self.sent())

    def act(self, actor: User, found: Lot, form: ComponentForm, /) -> HttpResponse:
        """Add it."""
        services.add_component(actor=actor, lot_id=found.pk, **form.cleaned_data)
        return self.go(found, _now("It is kept."))


@require_POST
def drop_component(request: HttpRequest, lot_id: UUID, component_id: int) -> HttpResponse:
    """Take off a component that was written down by mistake."""
    try:
        services.drop_component(actor=actor_of(request), lot_id=lot_id, component_id=component_id)
    except (Lot.DoesNotExist, LotComponent.DoesNotExist) as gone:
        raise Http404 from gone
    return redirect("records:lot", lot_id)


class AddTest(OfLot):
    """A surveillance test."""

    title = _("Surveillance test")

    def form(self, _actor: User, _found: Lot, /) -> ResultForm:
        """Of today."""
        return ResultForm(self.sent(), initial={"tested_on": timezone.localdate()})

    def told(self, _actor: User, _found: Lot, /) -> list[str]:
        """That a failed test bans nothing by itself."""
        return [_now("A test bans nothing by itself: where it failed, impose a ban after it.")]

    def act(self, actor: User, found: Lot, form: ResultForm, /) -> HttpResponse:
        """Keep it; where it failed, a ban is next."""
        made = services.record_test(actor=actor, lot_id=found.pk, facts=services.LotResult(**form.cleaned_data))
        if made.verdict == "failed":
            self.done(_now("The test is kept. It failed: say here what may not be done with the lot."))
            return redirect(f"{reverse('records:lot-constraint', args=[found.pk])}?test={made.pk}")
        return self.go(found, _now("The test is kept."))


class LimitLot(OfLot):
    """A ban or a constraint on a lot."""

    title, button = _("Ban or constraint"), _("Impose")

    def form(self, _actor: User, found: Lot, /) -> LimitForm:
        """From today on; after a test that failed, with what follows from it."""
        known = {"imposed_on": timezone.localdate()}
        return LimitForm(self.sent(), initial=known | after_test(found, self.request.GET.get("test", "")))

    def told(self, actor: User, found: Lot, /) -> list[str]:
        """What it stops, and what it does not find."""
        told = told_of_bans()
        if number := queries.as_text(actor, found):
            told.append(told_of_text(number))
        return told

    def act(self, actor: User, found: Lot, form: LimitForm, /) -> HttpResponse:
        """Impose it."""
        limiting.impose(actor=actor, lot_id=found.pk, limit=limiting.Limit(**form.cleaned_data))
        return self.go(found, _now("It is in force now."))


def after_test(found: Lot, test: str) -> dict[str, Any]:
    """What is proposed for a ban after a test of the lot that failed; nothing where there is no such test."""
    failed = found.tests.filter(pk=uuid_of(test), verdict=Verdict.FAILED).first()
    if failed is None:
        return {}
    day = date_format(failed.tested_on, "SHORT_DATE_FORMAT")
    reason = _now("Surveillance test of %(day)s, %(method)s: failed.") % {"day": day, "method": failed.method}
    if failed.value is not None:
        reason += f" {localize(failed.value)} {failed.unit}"
    text = _now("It may not be issued or used.")
    return {"kind": ConstraintKind.BAN.value, "text": text, "reason": reason, "reference": failed.reference}


def told_of_text(number: int) -> str:
    """That stock bears the number of the lot and is not under it."""
    told = ngettext(
        "%(number)s record of stock bears this lot only as a text. A ban on the lot does not stop it until it is put "
        "under the lot: see Stock without a lot.",
        "%(number)s records of stock bear this lot only as a text. A ban on the lot does not stop them until they are "
        "put under the lot: see Stock without a lot.",
        number,
    )
    return told % {"number": write("whole", number)}


def told_of_shelf_life(article: Article, year_made: int | None, proposed: date | None) -> list[str]:
    """That the end of a shelf life is proposed, and out of what."""
    if proposed is None:
        return []
    told = _now("The end of the shelf life is proposed: that of %(article)s from the start of %(year)s. Look at it.")
    return [told % {"article": article.name, "year": year_made}]


def told_of_bans() -> list[str]:
    """What a ban stops, and what it never does."""
    return [
        _now(
            "A ban stops issue and use at once, in every store. It never stops moving to a safe place, or destruction."
        ),
        _now("A constraint stops nothing by itself: it is shown wherever the lot is."),
    ]


class LimitArticle(ActPage):
    """A ban or a constraint on a whole article."""

    title, button = _("Ban or constraint on a whole article"), _("Impose")
    above = ("records:constraints", _("Bans and constraints"))

    def found(self, actor: User, /, **ids: Any) -> Article:
        """The article, for who judges stock everywhere."""
        article: Article = queries.bannable(actor, ids["article_id"])
        return article

    def back(self, found: Article, /) -> str:
        """Its page."""
        return reverse("records:article", args=[found.pk])

    def form(self, _actor: User, _found: Article, /) -> LimitForm:
        """From today on."""
        return LimitForm(self.sent(), initial={"imposed_on": timezone.localdate()})

    def told(self, _actor: User, _found: Article, /) -> list[str]:
        """What it stops."""
        return told_of_bans()

    def act(self, actor: User, found: Article, form: LimitForm, /) -> HttpResponse:
        """Impose it."""
        made = limiting.impose(actor=actor, article_id=found.pk, limit=limiting.Limit(**form.cleaned_data))
        self.done(_now("It is in force now."))
        return redirect("records:constraint", made.pk)


@require_GET
def constraint(request: HttpRequest, constraint_id: UUID) -> HttpResponse:
    """A ban or a constraint: what, why, by whom, and whether it holds."""
    actor = actor_of(request)
    require(actor, queries.VIEW)
    try:
        found = queries.constraint(actor, constraint_id)
    except Constraint.DoesNotExist as gone:
        raise Http404 from gone
    marks.shows_all_seen(request)
    mine = queries.constraints(actor, queries.JUDGE).filter(pk=found.pk, lifted_on=None)
    context = {"page_title": found.get_kind_display(), "limit": found, "may_lift": mine.exists()}
    return render(request, "records/lots/constraint.html", context)


class Lift(ActPage):
    """Lift a ban or a constraint."""

    title, button = _("Lift it"), _("Lift it")
    above = ("records:constraints", _("Bans and constraints"))

    def found(self, actor: User, /, **ids: Any) -> Constraint:
        """One that the actor may lift."""
        return queries.constraint(actor, ids["constraint_id"], queries.JUDGE)

    def name(self, found: Constraint, /) -> str:
        """What it is on."""
        return f"{found.article.name} {found.lot or ''}".strip()

    def back(self, found: Constraint, /) -> str:
        """Its page."""
        return reverse("records:constraint", args=[found.pk])

    def form(self, _actor: User, _found: Constraint, /) -> LiftForm:
        """From today on."""
        return LiftForm(self.sent(), initial={"lifted_on": timezone.localdate()})

    def act(self, actor: User, found: Constraint, form: LiftForm, /) -> HttpResponse:
        """Lift it."""
        day = form.cleaned_data["lifted_on"]
        limiting.lift(actor=actor, constraint_id=found.pk, why=form.why(), lifted_on=day)
        self.done(_now("It is lifted."))
        return redirect(self.back(found))


class NameLot(ActPage):
    """Which lot a record of stock is."""

    title, button = _("Which lot it is"), _("Put it under this lot")
    makes_sure = ("lot_looks_alike",)
    BEFORE: ClassVar[tuple[str, ...]] = ("maker", "country_made", "year_made", "shelf_life_until")

    def found(self, actor: User, /, **ids: Any) -> Batch:
        """The batch, where it lies in a store that the actor judges."""
        return queries.judged_batch(actor, ids["batch_id"])

    def name(self, found: Batch, /) -> str:
        """Its record and article."""
        return f"{found.stock_id}, {found.article.name}"

    def back(self, _found: Batch, /) -> str:
        """The list of what has none."""
        return reverse("records:lots-unnamed")

    def told(self, _actor: User, found: Batch, /) -> list[str]:
        """What happens."""
        return [
            _now("All of this record that lies in stores where you judge stock goes under the lot, by a movement."),
            _now("A lot that the register knows already keeps its own facts; what you write here is for a new one."),
            *told_of_shelf_life(found.article, found.year_made, proposed_until(found.article, found.year_made)),
        ]

    def form(self, _actor: User, found: Batch, /) -> forms.Form:
        """With what is written in the record."""
        known = {"number": found.lot, "identity": LotIdentity.KNOWN, "year_made": found.year_made}
        until = proposed_until(found.article, found.year_made)
        return NameForm(self.sent(), initial=known | {"shelf_life_until": until})

    def act(self, actor: User, found: Batch, form: NameForm, /) -> HttpResponse:
        """Put it under the lot."""
        given = form.cleaned_data
        facts = services.LotFacts(given["number"], given["identity"], **{name: given[name] for name in self.BEFORE})
        more = {"movement_id": given["movement_id"], "sure": given["sure"], "why": form.why()}
        made = services.name_lot(actor=actor, batch_id=found.pk, facts=facts, **more)
        self.done(_now("It is kept."))
        return redirect("records:lot", made.pk) if made else redirect(self.back(found))
