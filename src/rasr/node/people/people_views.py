"""Pages of people: the list, their figures, one person, and what is done about one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import polars as pl
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django.views.generic.base import View

from rasr.core.basis.findings import Refused
from rasr.node.people import granting, histories, queries, services, trail
from rasr.node.people.approvals import queries as approvals
from rasr.node.people.approvals.told import called
from rasr.node.people.choices import Institution, Role, Sex
from rasr.node.people.models import Approval, Grant, User
from rasr.node.people.people_tables import PeopleFilter, PeopleTable, told
from rasr.node.people.person_forms import AskForm, EmailForm, FactsForm, ReasonForm, RoleForm
from rasr.node.people.place import name_of
from rasr.node.people.purposes import PURPOSES
from rasr.node.web.crafted import none_crafted
from rasr.node.web.lists import FramePage, ListPage
from rasr.node.web.messages import say


class People(ListPage):
    """People in the scope of who manages them; everybody for who reads the trail."""

    name = "people"
    page_title = _("People")
    intro = _("Who may sign in here, and what each may do where.")
    template_name = "people/people.html"
    table_class = PeopleTable
    filterset_class = PeopleFilter
    shows_stock = False

    def queryset(self) -> QuerySet[User]:
        """Those the user may know of."""
        return queries.people(self.request.user)

    def table(self, rows: Any) -> Any:
        """Without addresses for who does not manage all these people."""
        order = self.request.GET.get("sort")
        hidden = () if queries.knows_addresses(self.request.user) else ("email",)
        asked = {"order_by": order.split(",")} if order else {}
        return self.table_class(rows, request=self.request, exclude=hidden, **asked)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the figures of people."""
        return super().get_context_data(**kwargs) | {"by_role": by_role(queries.figures(self.request.user))}


class Figures(FramePage):
    """People by role, institution and sex."""

    name = "people-figures"
    page_title = _("People in figures")
    intro = _(
        "Open accounts. Somebody with two roles counts in both; the rows of everybody count each person once. "
        "What was not recorded is shown as such."
    )
    shows_stock = False
    headings: Mapping[str, str | Promise] = {
        "role": _("Role"),
        "institution": _("Institution"),
        "female": _("Female"),
        "male": _("Male"),
        "not_recorded": _("Not recorded"),
        "together": _("Together"),
    }

    def frame(self) -> pl.DataFrame:
        """The figures with their names."""
        found = queries.figures(self.request.user)
        named = {"role": role_names(), "institution": {code: str(name) for code, name in Institution.choices}}
        return found.with_columns(
            pl.col(column).replace_strict(names, return_dtype=pl.String) for column, names in named.items()
        )


def role_names() -> dict[str, str]:
    """Roles by their codes, with the two rows of the figures that are none."""
    known = {code: str(name) for code, name in Role.choices}
    return {**known, queries.NO_ROLE: _now("No role"), queries.ALL_PEOPLE: _now("Everybody, once")}


def by_role(found: pl.DataFrame) -> list[dict[str, Any]]:
    """The figures without institutions, for the small table: a row for each role somebody holds."""
    counted = [*Sex.values, "together"]
    rows = found.group_by("role", maintain_order=True).agg(pl.col(counted).sum()).to_dicts()
    names = role_names()
    return [{**row, "name": names[row["role"]], "everybody": row["role"] == queries.ALL_PEOPLE} for row in rows]


@require_safe
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    """One person: what is recorded, roles, the account."""
    actor = request.user
    assert isinstance(actor, User)
    found = _found(request, user_id)
    manages, mine = queries.manages(actor, found), queries.grants_managed(actor, found)
    context = {
        "person": found,
        "name": called(found),
        "grants": [
            {"grant": grant, "role": Role(grant.role).label, "place": name_of(grant), "mine": grant.pk in mine}
            for grant in queries.grants_seen(found)
        ],
        "waiting": [{"row": row, "kind_told": approvals.kind_of(row).name} for row in approvals.about(actor, found)],
        "manages": manages,
        "manages_all": manages and queries.manages_all_of(actor, found),
        "may_ask": manages and granting.may_ask(actor, found),
        "oneself": found.pk == actor.pk,
        "has_history": histories.KINDS[User._meta.db_table].find(actor, str(found.pk)) is not None,
    }
    return render(request, "people/person.html", context)


@require_POST
def end_sessions(request: HttpRequest, user_id: int) -> HttpResponse:
    """Sign somebody out everywhere."""
    assert isinstance(request.user, User)
    try:
        ended = services.end_sessions(actor=request.user, user_id=user_id)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    except Refused as fault:
        messages.error(request, say(fault))
    else:
        done = ngettext("%(count)s session has been ended.", "%(count)s sessions have been ended.", ended)
        messages.success(request, done % {"count": ended})
    return redirect("people:person", user_id=user_id)


class AboutPerson(ABC, View):
    """A form about one person: what will happen, why, a button. ``act`` does it and gives the page to go to."""

    template_name = "people/about_person.html"
    title: str | Promise
    button: str | Promise
    asks = False
    """Whether a second person must approve it."""
    of_account = False
    """Whether it is asked for about the whole account, which may lie in a wider place than the actor manages."""

    @abstractmethod
    def form(self, actor: User, found: User, /) -> forms.Form:
        """The form, empty or as it was sent."""

    @abstractmethod
    def act(self, actor: User, found: User, form: Any) -> HttpResponse:
        """Do it. Raises Refused, PermissionDenied, ObjectDoesNotExist."""

    def happens(self, _found: User, /) -> list[str]:
        """What will happen, in sentences."""
        return []

    def get(self, request: HttpRequest, user_id: int, **_address: int) -> HttpResponse:
        """The form."""
        actor, found = self._people(request, user_id)
        return self._page(found, self.form(actor, found))

    def post(self, request: HttpRequest, user_id: int, **_address: int) -> HttpResponse:
        """What was sent; the form again, with what is wrong."""
        actor, found = self._people(request, user_id)
        form = self.form(actor, found)
        if not form.is_valid():
            none_crafted(form)
            return self._page(found, form, 400)
        try:
            return self.act(actor, found, form)
        except ObjectDoesNotExist as missing:
            raise Http404 from missing
        except Refused as fault:
            form.add_error(None, say(fault))
            return self._page(found, form, 400)

    def sent(self) -> Any:
        """What was sent, if anything."""
        return self.request.POST if self.request.method == "POST" else None

    def asked(self, approval: Approval) -> HttpResponse:
        """To the page of what was asked for."""
        messages.success(
            self.request, _now("It has been asked for. Nothing changes until a second person approves it.")
        )
        return redirect("people:approval", approval_id=approval.pk)

    def _people(self, request: HttpRequest, user_id: int) -> tuple[User, User]:
        """Who acts, and on whom: only people whom the actor manages. Raises Http404."""
        assert isinstance(request.user, User)
        try:
            queries.managed(request.user, user_id)
            found = queries.person(request.user, user_id)
        except User.DoesNotExist as missing:
            raise Http404 from missing
        if self.of_account and found != request.user and not granting.may_ask(request.user, found):
            raise Http404
        return request.user, found

    def _page(self, found: User, form: forms.Form, status: int = 200) -> HttpResponse:
        context = {
            "person": found,
            "name": called(found),
            "page_title": self.title,
            "button": self.button,
            "form": form,
            "happens": self.happens(found),
            "asks": self.asks,
            "days": settings.NODE.approval_days,
            "purposes": [{"name": role.label, "purpose": PURPOSES[role]} for role in Role],
        }
        return render(self.request, self.template_name, context, status=status)


class ChangeFacts(AboutPerson):
    """Name, sex, institution."""

    title, button = _("What is recorded"), _("Keep")

    def form(self, _actor: User, found: User, /) -> FactsForm:
        """With what is recorded now."""
        known = {"name": found.get_full_name(), "sex": found.sex, "institution": found.institution}
        return FactsForm(self.sent(), initial=known)

    def act(self, actor: User, found: User, form: FactsForm) -> HttpResponse:
        """Keep it."""
        services.change_facts(actor=actor, user_id=found.pk, **form.cleaned_data)
        messages.success(self.request, _now("It is kept."))
        return redirect("people:person", user_id=found.pk)


class GiveRole(AboutPerson):
    """Ask for a role."""

    title, button, asks = _("Give a role"), _("Ask for approval"), True

    def form(self, actor: User, found: User, /) -> RoleForm:
        """With the places the actor manages."""
        return RoleForm(self.sent(), actor=actor, user=found)

    def act(self, actor: User, found: User, form: RoleForm) -> HttpResponse:
        """Ask."""
        given = form.cleaned_data
        return self.asked(
            services.ask_grant(
                actor=actor,
                session=trail.session(),
                user_id=found.pk,
                role=given["role"],
                place=given["place"],
                instead_of=given.get("instead_of"),
                reason=form.said_of("reason"),
                emergency=given.get("emergency", False),
            )
        )


class TakeRole(AboutPerson):
    """Take a role away."""

    title, button = _("Take a role away"), _("Take it away")
    grant: Grant

    def form(self, actor: User, found: User, /) -> ReasonForm:
        """Why."""
        mine = queries.grants_managed(actor, found) & {self.kwargs["grant_id"]}
        held = [grant for grant in queries.grants_seen(found) if grant.pk in mine]
        if not held:
            raise Http404
        self.grant = held[0]
        return ReasonForm(self.sent())

    def happens(self, _found: User, /) -> list[str]:
        """It ends at once."""
        return [
            _now("This role ends at once: {role}.").format(role=told(self.grant)),
            _now("To give it again, a second person must approve."),
        ]

    def act(self, actor: User, found: User, form: ReasonForm) -> HttpResponse:
        """Take it."""
        services.take_grant(actor=actor, grant_id=self.grant.pk, reason=form.said_of("reason"))
        messages.success(self.request, _now("The role has been taken away."))
        return redirect("people:person", user_id=found.pk)


class Close(AboutPerson):
    """Close an account."""

    title, button = _("Close the account"), _("Close it")

    def form(self, _actor: User, _found: User, /) -> ReasonForm:
        """Why."""
        return ReasonForm(self.sent())

    def happens(self, found: User, /) -> list[str]:
        """At once, and what it takes to undo it."""
        return [
            _now("{name} is signed out everywhere at once and cannot sign in any more.").format(name=called(found)),
            _now("What this person did stays in the register and on the trail."),
            _now("To open the account again, a second person must approve."),
        ]

    def act(self, actor: User, found: User, form: ReasonForm) -> HttpResponse:
        """Close it."""
        services.deactivate(actor=actor, user_id=found.pk, reason=form.said_of("reason"))
        messages.success(self.request, _now("The account is closed."))
        return redirect("people:person", user_id=found.pk)


class Open(AboutPerson):
    """Ask to open a closed account."""

    title, button, asks = _("Open the account again"), _("Ask for approval"), True
    of_account = True

    def form(self, actor: User, _found: User, /) -> AskForm:
        """Why."""
        return AskForm(self.sent(), actor=actor)

    def happens(self, found: User, /) -> list[str]:
        """The roles come back with it."""
        return [_now("{name} can sign in again, with the roles that were not taken away.").format(name=called(found))]

    def act(self, actor: User, found: User, form: AskForm) -> HttpResponse:
        """Ask."""
        given = {"emergency": form.cleaned_data.get("emergency", False), "reason": form.said_of("reason")}
        return self.asked(services.ask_open(actor=actor, session=trail.session(), user_id=found.pk, **given))


class ChangeEmail(AboutPerson):
    """Ask for another e-mail address."""

    title, button, asks = _("Another e-mail address"), _("Ask for approval"), True
    of_account = True

    def form(self, actor: User, _found: User, /) -> EmailForm:
        """The new address."""
        return EmailForm(self.sent(), actor=actor)

    def happens(self, _found: User, /) -> list[str]:
        """Why it needs two."""
        return [
            _now("Whoever reads the mail of an address can set a new password. So a second person looks at it too.")
        ]

    def act(self, actor: User, found: User, form: EmailForm) -> HttpResponse:
        """Ask."""
        email, emergency = form.cleaned_data["email"], form.cleaned_data.get("emergency", False)
        given = {"email": email, "emergency": emergency, "reason": form.said_of("reason")}
        return self.asked(services.ask_email(actor=actor, session=trail.session(), user_id=found.pk, **given))


def _found(request: HttpRequest, user_id: int) -> User:
    try:
        return queries.person(request.user, user_id)
    except User.DoesNotExist as missing:
        raise Http404 from missing
