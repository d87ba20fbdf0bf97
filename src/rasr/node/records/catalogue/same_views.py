"""Pages on which people say what is the same: duplicates, merges, what was unidentified."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from rasr.node.people.models import User
from rasr.node.people.rights import may, require
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Store
from rasr.node.records.catalogue import apart, merging, queries, services, unidentified
from rasr.node.records.catalogue.forms import ApartForm, FactsForm, IntoForm, OnceForm, UnknownForm
from rasr.node.records.catalogue.merging import JUDGE, Merged
from rasr.node.records.catalogue.tables import UnidentifiedFilter, UnidentifiedTable
from rasr.node.records.catalogue.unidentified import KEEP, Unknown
from rasr.node.records.catalogue.views import OfArticle, OfCatalogue, facts_of
from rasr.node.records.lots.pages import NewPage, WhyForm
from rasr.node.records.models import Article, ArticlesApart
from rasr.node.records.views import Righted, Sorted, actor_of
from rasr.node.web import marks


@require_GET
def duplicates(request: HttpRequest) -> HttpResponse:
    """Articles that may be the same, for who may merge them to look at."""
    actor = actor_of(request)
    require(actor, services.RIGHT)
    marks.shows_all_seen(request)
    context = {
        "page_title": _("Possible duplicates"),
        "twins": queries.twins(actor),
        "most": queries.MOST_PAIRS,
        "merges": queries.may_merge(actor),
        "apart": apart.told_apart(actor),
    }
    return render(request, "records/catalogue/duplicates.html", context)


class MergeArticle(OfArticle):
    """Merge an article into another."""

    title, button = _("Merge the article"), _("Merge")

    def found(self, actor: User, /, **ids: Any) -> Article:
        """The article that is given up."""
        return queries.mergeable(actor, ids["article_id"])

    def form(self, actor: User, _found: Article, /) -> IntoForm:
        """With the other, where it was chosen before."""
        return IntoForm(self.sent(), actor=actor, initial={"into": self.request.GET.get("into", "")[:200]})

    def told(self, actor: User, found: Article, /) -> list[str]:
        """What happens, and which it may be."""
        told = [
            _now("All stock of this article becomes stock of the other, by a movement, and this one is closed."),
            _now("Its masses, NEQ and division are those of the other from then on. It can be undone."),
        ]
        if some := queries.alike_to(actor, found):
            told.append(_now("It may be: %s.") % "; ".join(f"{one.name} ({one.pk})" for one in some))
        return told

    def act(self, actor: User, found: Article, form: IntoForm, /) -> HttpResponse:
        """Merge it."""
        into = form.cleaned_data["into"]
        done = merging.merge(
            actor=actor,
            article_id=found.pk,
            into_id=into.pk,
            movement_id=form.cleaned_data["movement_id"],
            why=form.why(),
        )
        return self.go(into.pk, moved(done))


class UndoMerge(OfCatalogue):
    """Undo a merge."""

    title, button = _("Undo the merge"), _("Undo the merge")

    def found(self, actor: User, /, **ids: Any) -> Article:
        """The article that was given up."""
        return queries.merged(actor, ids["article_id"])

    def name(self, found: Article, /) -> str:
        """Its name."""
        return found.name

    def back(self, found: Article, /) -> str:
        """The page of the article that it was merged into."""
        return reverse("records:article", args=[found.merged_into_id])

    def form(self, _actor: User, _found: Article, /) -> OnceForm:
        """Why."""
        return OnceForm(self.sent())

    def told(self, _actor: User, found: Article, /) -> list[str]:
        """What happens."""
        into = found.merged_into
        assert into is not None
        return [
            _now("%(gone)s was merged into %(kept)s.") % {"gone": found.name, "kept": into.name},
            _now("What is still there of its stock becomes its stock again. What was used up or judged since stays."),
        ]

    def act(self, actor: User, found: Article, form: OnceForm, /) -> HttpResponse:
        """Undo it."""
        once = form.cleaned_data["movement_id"]
        done = merging.undo(actor=actor, article_id=found.pk, movement_id=once, why=form.why())
        return self.go(found.pk, moved(done))


def moved(done: Merged) -> str:
    """How much a merge moved."""
    told = ngettext("%(count)s record was moved.", "%(count)s records were moved.", done.records)
    return told % {"count": done.records}


class TellApart(OfArticle):
    """It looks like another article and is not."""

    title, button = _("Not the same"), _("Say so")

    def form(self, actor: User, _found: Article, /) -> ApartForm:
        """With the other, where it was chosen before."""
        return ApartForm(self.sent(), actor=actor, initial={"other": self.request.GET.get("other", "")[:200]})

    def told(self, _actor: User, _found: Article, /) -> list[str]:
        """What follows."""
        return [_now("The two are not proposed as duplicates any more. It can be taken back.")]

    def act(self, actor: User, found: Article, form: ApartForm, /) -> HttpResponse:
        """Say so."""
        other = form.cleaned_data["other"]
        apart.tell_apart(actor=actor, article_id=found.pk, other_id=other.pk, why=form.why())
        self.done(_now("It is kept: they are two articles."))
        return redirect("records:duplicates")


class MayBeSame(OfCatalogue):
    """Take back that two articles are not the same."""

    title, button = _("Perhaps the same after all"), _("Take it back")
    above: ClassVar[tuple[str, Any]] = ("records:duplicates", _("Possible duplicates"))

    def found(self, actor: User, /, **ids: Any) -> ArticlesApart:
        """What was said, for who may change the catalogue."""
        said = {one.pk: one for one in apart.told_apart(actor)}
        if ids["apart_id"] not in said:
            raise ArticlesApart.DoesNotExist
        return said[ids["apart_id"]]

    def name(self, found: ArticlesApart, /) -> str:
        """Both names."""
        return f"{found.one.name} – {found.other.name}"

    def back(self, _found: ArticlesApart, /) -> str:
        """The duplicates."""
        return reverse("records:duplicates")

    def form(self, _actor: User, _found: ArticlesApart, /) -> WhyForm:
        """Why."""
        return WhyForm(self.sent())

    def act(self, actor: User, found: ArticlesApart, form: WhyForm, /) -> HttpResponse:
        """Take it back."""
        apart.take_back(actor=actor, apart_id=found.pk, why=form.why())
        self.done(_now("Taken back."))
        return redirect("records:duplicates")


# What is unidentified.


class Unidentified(Righted, Sorted):
    """The queue of who judges stock."""

    right = JUDGE
    name = "unidentified"
    page_title = _("Unidentified")
    pretitle = _("Catalogue")
    export_name = "unidentified"
    intro = _("Each is held as 1.1 L, the worst that it can be, and apart, until somebody says what it is.")
    table_class = UnidentifiedTable
    filterset_class = UnidentifiedFilter
    template_name = "records/catalogue/unidentified.html"

    def queryset(self) -> QuerySet[Article]:
        """What lies where the actor judges stock."""
        return unidentified.queue(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the button needs."""
        return super().get_context_data(**kwargs, keeps=may(self.request.user, KEEP))


class NewUnidentified(NewPage, OfCatalogue):
    """Take down something that nobody can name."""

    title, button = _("Something unidentified"), _("Take it down")
    right = KEEP

    def name(self, _found: None, /) -> str:
        """What it is."""
        return _now("Unidentified")

    def form(self, actor: User, _found: None, /) -> UnknownForm:
        """With the stores where the actor keeps stock."""
        rows = Store.objects.filter(scope_of(actor, KEEP).stores(), closed=False).select_related("site")
        stores = [(store.pk, f"{store.site.name}, {store.pk}") for store in rows.order_by("site__name", "store_id")]
        return UnknownForm(self.sent(), stores=stores)

    def told(self, _actor: User, _found: None, /) -> list[str]:
        """What to do, and what happens."""
        return [
            _now("Do not move or open it if you are not sure that it is safe. Keep people away and call an officer."),
            _now("It is held as 1.1 L, the worst that it can be, until a technical officer has judged it."),
        ]

    def act(self, actor: User, _found: None, form: UnknownForm, /) -> HttpResponse:
        """Take it down."""
        given = form.cleaned_data
        found = Unknown(
            name=given["name"],
            family=given["family"],
            store_id=given["store"],
            quantity=given["quantity"],
            purpose=given["purpose"],
            notes=given["notes"],
            stack=given["stack"],
        )
        made = unidentified.take_down(actor=actor, found=found, movement_id=given["movement_id"], why=form.why())
        return self.go(made.pk, _now("It is taken down. Add photographs of it from all sides."))


class OfUnidentified(OfCatalogue):
    """What is said of something unidentified."""

    right = JUDGE
    above: ClassVar[tuple[str, Any]] = ("records:unidentified", _("Unidentified"))

    def found(self, actor: User, /, **ids: Any) -> Article:
        """What waits for the actor."""
        return unidentified.queue(actor).get(pk=ids["article_id"])

    def name(self, found: Article, /) -> str:
        """What it looks like."""
        return found.name

    def back(self, found: Article, /) -> str:
        """Its page."""
        return reverse("records:article", args=[found.pk])


class Identify(OfUnidentified):
    """It is an article that the catalogue knows."""

    title, button = _("It is this article"), _("Say so")

    def form(self, actor: User, _found: Article, /) -> IntoForm:
        """Which one."""
        return IntoForm(self.sent(), actor=actor)

    def told(self, _actor: User, _found: Article, /) -> list[str]:
        """What happens."""
        return [_now("All of it becomes stock of that article, with its division, masses and NEQ.")]

    def act(self, actor: User, found: Article, form: IntoForm, /) -> HttpResponse:
        """Say so."""
        into = form.cleaned_data["into"]
        done = unidentified.identify(
            actor=actor,
            article_id=found.pk,
            into_id=into.pk,
            movement_id=form.cleaned_data["movement_id"],
            why=form.why(),
        )
        return self.go(into.pk, moved(done))


class Classify(OfUnidentified):
    """It is something that the catalogue does not know yet."""

    title, button = _("What it is"), _("It is this")

    def form(self, _actor: User, found: Article, /) -> FactsForm:
        """With what was taken down; the worst is not offered as the answer."""
        known = facts_of(found) | dict.fromkeys(unidentified.WORST, "")
        return FactsForm(self.sent(), initial=known)

    def act(self, actor: User, found: Article, form: FactsForm, /) -> HttpResponse:
        """Keep it."""
        unidentified.classify(
            actor=actor,
            article_id=found.pk,
            facts=form.facts(services.FACTS),
            details=form.facts(services.DETAILS),
            why=form.why(),
        )
        return self.go(found.pk, _now("It is kept: the article is known now."))
