"""The list of people and its filters."""

from __future__ import annotations

from typing import ClassVar

import django_filters as filters
import django_tables2 as tables
from django.db.models import F, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rasr.node.people import queries
from rasr.node.people.approvals.told import called
from rasr.node.people.choices import Institution, Role, Sex
from rasr.node.people.models import Grant, User
from rasr.node.people.place import name_of
from rasr.node.web.columns import Day, YesNo
from rasr.node.web.words import ByWords

YES, NO = "yes", "no"
YES_NO = ((YES, _("Yes")), (NO, _("No")))
NO_ROLE = "none"


class Roles(tables.Column):
    """The roles that the reader may know of, each with its place; exported in one line."""

    def render(self, value: list[Grant]) -> SafeString:
        """One below the other."""
        return format_html_join("", '<span class="people-role">{}</span>', ((told(grant),) for grant in value))

    def value(self, value: list[Grant]) -> str:
        """In one line."""
        return "; ".join(map(told, value))


class Named(tables.Column):
    """How somebody is called, with the name they sign in by below."""

    def render(self, record: User) -> SafeString:
        """Both, where they differ."""
        name = called(record)
        if name == record.username:
            return format_html("{}", name)
        return format_html('{} <span class="people-under">{}</span>', name, record.username)

    def value(self, record: User) -> str:
        """The name."""
        return called(record)


class PeopleTable(tables.Table):
    """People by name."""

    name = Named(
        accessor="pk",
        verbose_name=pgettext_lazy("of a person", "Name"),
        linkify=("people:person", {"user_id": tables.A("pk")}),
        order_by="first_name",
        attrs={"td": {"class": "people-name"}},
    )
    username = tables.Column(verbose_name=_("Signs in as"), visible=False)
    email = tables.Column(verbose_name=_("E-mail address"), visible=False)
    seen_grants = Roles(verbose_name=_("Roles and where"), orderable=False)
    institution = tables.Column(verbose_name=_("Institution"))
    sex = tables.Column(verbose_name=_("Sex"))
    has_factor = YesNo(verbose_name=_("Second factor"))
    last_login = Day(verbose_name=_("Last sign-in"))
    is_active = tables.Column(verbose_name=_("Account"))

    class Meta:
        order_by = ("name",)
        empty_text = _("Nobody matches. Change or clear the filters.")

    def render_institution(self, record: User) -> str:
        """Its name."""
        return record.get_institution_display()

    def render_sex(self, record: User) -> str:
        """Its name."""
        return record.get_sex_display()

    def render_is_active(self, value: bool) -> str:
        """Open or closed."""
        return _now("open") if value else _now("closed")

    def order_name(self, rows: QuerySet[User], is_descending: bool) -> tuple[QuerySet[User], bool]:
        """Who has no name goes by the name they sign in by."""
        sign = "-" if is_descending else ""
        return rows.order_by(f"{sign}first_name", f"{sign}username"), True

    def order_last_login(self, rows: QuerySet[User], is_descending: bool) -> tuple[QuerySet[User], bool]:
        """Who never signed in last, in both directions and on both databases."""
        key = F("last_login")
        return rows.order_by(key.desc(nulls_last=True) if is_descending else key.asc(nulls_last=True), "pk"), True


class PeopleFilter(ByWords):
    """What the list of people can be narrowed to."""

    looked_in = ("username", "first_name", "last_name")

    role = filters.ChoiceFilter(
        label=_("Role"), method="by_role", choices=[*Role.choices, (NO_ROLE, _("No role"))], empty_label=_("All")
    )
    institution = filters.ChoiceFilter(label=_("Institution"), choices=Institution.choices, empty_label=_("All"))
    sex = filters.ChoiceFilter(label=_("Sex"), choices=Sex.choices, empty_label=_("All"))
    factor = filters.ChoiceFilter(label=_("Second factor"), method="by_factor", choices=YES_NO, empty_label=_("All"))
    account = filters.ChoiceFilter(
        label=_("Account"), method="by_account", choices=((YES, _("open")), (NO, _("closed"))), empty_label=_("All")
    )

    class Meta:
        model = User
        fields: ClassVar = ["q", "role", "institution", "sex", "factor", "account"]

    def by_role(self, rows: QuerySet[User], _name: str, value: str) -> QuerySet[User]:
        """Who holds it where the reader may know of it."""
        return queries.with_role(self.request.user, rows, queries.NO_ROLE if value == NO_ROLE else value)

    def by_factor(self, rows: QuerySet[User], _name: str, value: str) -> QuerySet[User]:
        """With a second factor, or without."""
        return queries.with_factor(rows, has=value == YES)

    def by_account(self, rows: QuerySet[User], _name: str, value: str) -> QuerySet[User]:
        """Open or closed."""
        return rows.filter(is_active=value == YES)


def told(grant: Grant) -> str:
    """A role and where it holds."""
    return _now("{role} ({place})").format(role=Role(grant.role).label, place=name_of(grant))
