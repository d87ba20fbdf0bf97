"""Users, and the roles they hold in scopes."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from rasr.node.people.choices import Role, Theme
from rasr.node.places.models import Organisation, Site


class User(AbstractUser):
    """Somebody who signs in. language: a code of ``settings.LANGUAGES``, empty: not chosen."""

    known_grants: list[Grant] | None = None
    """The grants once they were read: see ``rights.grants_of``."""
    language = models.CharField(_("language"), max_length=8, blank=True, default="")
    theme = models.CharField(_("appearance"), max_length=8, choices=Theme, default=Theme.AUTO)


class Grant(models.Model):
    """A role somebody holds: in one site, in one organisation, or (both empty) on the whole node."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.CharField(_("role"), max_length=32, choices=Role)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, verbose_name=_("organisation"))
    site = models.ForeignKey(Site, models.PROTECT, null=True, verbose_name=_("site"))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(organisation=None) | models.Q(site=None), name="grant_in_one_scope"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.organisation_id or self.site_id or '*'}"
