"""Pages on which the catalogue is changed: articles, their names, packages and components."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from rasr.core.records import quantities
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.records.catalogue import queries, services
from rasr.node.records.catalogue.forms import (
    AmountForm,
    ComponentForm,
    FactsForm,
    NameForm,
    NewForm,
    PackageForm,
)
from rasr.node.records.lots.pages import ActPage, NewPage
from rasr.node.records.models import Article
from rasr.node.records.queries import article as one_article
from rasr.node.records.queries import each_of
from rasr.node.records.tables import unit_name
from rasr.node.records.views import actor_of
from rasr.node.web import marks

VIEW = "view_register"
NAME, PACKAGE, COMPONENT = "name", "package", "component"


class OfCatalogue(ActPage):
    """What is done to the catalogue."""

    right = services.RIGHT
    above: ClassVar[tuple[str, Any]] = ("records:catalogue", _("Catalogue"))

    def go(self, article_id: str, sentence: str) -> HttpResponse:
        """Say that it is done, on the page of the article."""
        self.done(sentence)
        return redirect("records:article", article_id)


class NewArticle(NewPage, OfCatalogue):
    """Enter an article."""

    title, button = _("New article"), _("Enter")

    def name(self, _found: None, /) -> str:
        """What it is."""
        return _now("Article")

    def form(self, _actor: User, _found: None, /) -> NewForm:
        """Empty."""
        return NewForm(self.sent())

    def act(self, actor: User, _found: None, form: NewForm, /) -> HttpResponse:
        """Enter it."""
        made = services.add(
            actor=actor,
            article_id=form.cleaned_data["article_id"],
            facts=form.facts(services.FACTS),
            details=form.facts(services.DETAILS),
            why=form.why(),
        )
        return self.go(made.pk, _now("The article is entered."))


class OfArticle(OfCatalogue):
    """What is done to one article."""

    def found(self, actor: User, /, **ids: Any) -> Article:
        """The article, for who may change the catalogue."""
        return queries.editable(actor, ids["article_id"])

    def name(self, found: Article, /) -> str:
        """Its name."""
        return found.name

    def back(self, found: Article, /) -> str:
        """Its page."""
        return reverse("records:article", args=[found.pk])


class ChangeArticle(OfArticle):
    """Mend facts of an article."""

    title = _("Facts of the article")

    def form(self, _actor: User, found: Article, /) -> FactsForm:
        """With what is recorded now."""
        return FactsForm(self.sent(), initial=facts_of(found))

    def told(self, _actor: User, _found: Article, /) -> list[str]:
        """What follows."""
        return [_now("Masses, NEQ, division and group hold at once for all stock of the article, in every store.")]

    def act(self, actor: User, found: Article, form: FactsForm, /) -> HttpResponse:
        """Keep them."""
        services.change(
            actor=actor,
            article_id=found.pk,
            facts=form.facts(services.FACTS),
            details=form.facts(services.DETAILS),
            why=form.why(),
        )
        return self.go(found.pk, _now("It is kept."))


class AddName(OfArticle):
    """Another name of an article."""

    title, button = _("Another name"), _("Add")

    def form(self, _actor: User, _found: Article, /) -> NameForm:
        """Empty."""
        return NameForm(self.sent())

    def act(self, actor: User, found: Article, form: NameForm, /) -> HttpResponse:
        """Add it."""
        given = form.cleaned_data
        named = {"naming": given["naming"], "name": given["name"]}
        services.add_name(actor=actor, article_id=found.pk, why=form.why(), **named)
        return self.go(found.pk, _now("It is kept."))


class AddPackage(OfArticle):
    """How an article is packed."""

    title, button = _("Package"), _("Add")

    def form(self, _actor: User, _found: Article, /) -> PackageForm:
        """Empty."""
        return PackageForm(self.sent())

    def act(self, actor: User, found: Article, form: PackageForm, /) -> HttpResponse:
        """Add it."""
        services.add_package(actor=actor, article_id=found.pk, **form.cleaned_data)
        return self.go(found.pk, _now("It is kept."))


class AddComponent(OfArticle):
    """What one of an article is made of."""

    title, button = _("Component"), _("Add")

    def form(self, actor: User, _found: Article, /) -> ComponentForm:
        """Empty."""
        return ComponentForm(self.sent(), actor=actor)

    def act(self, actor: User, found: Article, form: ComponentForm, /) -> HttpResponse:
        """Add it."""
        component_id, quantity = form.cleaned_data["component"].pk, form.cleaned_data["quantity"]
        services.add_component(actor=actor, article_id=found.pk, component_id=component_id, quantity=quantity)
        return self.go(found.pk, _now("It is kept."))


@require_POST
def drop(request: HttpRequest, what: str, row: int, article_id: str) -> HttpResponse:
    """Take a name, a package or a component off that was written down by mistake."""
    actor = actor_of(request)
    require(actor, services.RIGHT)
    try:
        if what == NAME:
            services.drop_name(actor=actor, article_id=article_id, name_id=row)
        elif what == PACKAGE:
            services.drop_package(actor=actor, article_id=article_id, package_id=row)
        elif what == COMPONENT:
            services.drop_component(actor=actor, article_id=article_id, component_id=row)
        else:
            raise Http404
    except ObjectDoesNotExist as gone:
        raise Http404 from gone
    return redirect("records:article", article_id)


@require_GET
def amounts(request: HttpRequest, article_id: str) -> HttpResponse:
    """So many of an article as pieces, mass, NEQ and packages, each with how well it is known."""
    actor = actor_of(request)
    require(actor, VIEW)
    try:
        found = one_article(actor, article_id)
    except Article.DoesNotExist as gone:
        raise Http404 from gone
    marks.shows_all_seen(request)
    form = AmountForm(request.GET if "amount" in request.GET else None)
    context = {
        "page_title": _("Pieces, mass and NEQ"),
        "article": found,
        "form": form,
        "worked_out": worked_out(found, form.cleaned_data) if form.is_bound and form.is_valid() else None,
    }
    return render(request, "records/catalogue/amounts.html", context)


def worked_out(article: Article, given: dict[str, Any]) -> dict[str, Any]:
    """What an amount is in every other way. quantity, mass, neq: figures; packages: full ones and what is left."""
    each, amount = each_of(article), given["amount"]
    if given["given_as"] == AmountForm.MASS:
        quantity = quantities.pieces_from_mass(each, amount)
    elif given["given_as"] == AmountForm.NEQ:
        quantity = quantities.pieces_from_neq(each, amount)
    else:
        quantity = quantities.Figure(round(amount), quantities.MEASURED)
    count = None if quantity.value is None else int(quantity.value)
    basis = "counted" if quantity.known == quantities.MEASURED else "estimated"
    packages = [] if count is None else [(one, *divmod(count, one.quantity)) for one in article.packages.all()]
    return {
        "quantity": quantity,
        "unit": unit_name(article.unit, count or 0),
        "mass": quantities.mass_kg(each, count, basis),
        "neq": quantities.neq_kg(each, count, basis),
        "packages": packages,
    }


def facts_of(article: Article) -> dict[str, Any]:
    """All that a form of an article starts with."""
    detail = services.detail_of(article)
    facts = {name: getattr(article, name) for name in services.FACTS}
    return facts | {name: getattr(detail, name) for name in services.DETAILS}
