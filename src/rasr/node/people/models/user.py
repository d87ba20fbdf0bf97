"""Users, and the roles they hold in scopes."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from rasr.node.people.choices import Institution, Role, Sex, Theme
from rasr.node.places.models import Organisation, Site, Store

SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Of pseudonyms and codes: none is taken for another."""


def new_pseudonym() -> str:
    """A name for the trail that says nothing of who bears it: 12 signs, 58 bits."""
    return "P-" + "".join(secrets.choice(SIGNS) for _ in range(12))


class User(AbstractUser):
    """Somebody who signs in. language: a code of ``settings.LANGUAGES``, empty: not chosen.

    pseudonym: what stands for the person on the trail; it is never changed and outlives an erasure (``erased_at``).
    """

    known_grants: list[Grant] | None = None
    """The grants once they were read: see ``rights.grants_of``."""
    pseudonym = models.CharField(max_length=16, unique=True, default=new_pseudonym, editable=False)
    sex = models.CharField(_("sex"), max_length=16, choices=Sex, default=Sex.NOT_RECORDED)
    institution = models.CharField(
        _("institution"), max_length=16, choices=Institution, default=Institution.NOT_RECORDED
    )
    language = models.CharField(_("language"), max_length=8, blank=True, default="")
    theme = models.CharField(_("appearance"), max_length=8, choices=Theme, default=Theme.AUTO)
    erased_at = models.DateTimeField(null=True)


class Scoped(models.Model):
    """Where something holds: in one store, one site, one organisation, or (all empty) on the whole node."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, verbose_name=_("organisation"))
    site = models.ForeignKey(Site, models.PROTECT, null=True, verbose_name=_("site"))
    store = models.ForeignKey(Store, models.PROTECT, null=True, verbose_name=_("store"))

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(organisation=None, site=None)
                | models.Q(organisation=None, store=None)
                | models.Q(site=None, store=None),
                name="%(class)s_in_one_scope",
            ),
        ]


class Grant(Scoped):
    """A role somebody holds in a place."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.CharField(_("role"), max_length=32, choices=Role)
    since = models.DateTimeField(_("since"), auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.organisation_id or self.site_id or self.store_id or '*'}"
