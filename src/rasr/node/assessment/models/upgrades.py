"""Upgrade projects: what is built or bought so that less can leak from a place, by whom, with whose money."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.assessment.models.security import SecurityVisit
from rasr.node.places.models import Organisation, Site, Store


class UpgradeState(models.TextChoices):
    """How far a project is."""

    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    UNDER_WAY = "under_way", _("Under way")
    HANDED_OVER = "handed_over", _("Handed over")
    ACCEPTED = "accepted", _("Accepted")
    ABANDONED = "abandoned", _("Abandoned")


class Programme(models.Model):
    """Projects that belong together, and what somebody stated of them. stated: kind of site to a number."""

    programme_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="programmes"
    )
    name = models.TextField(_("name"))
    source = models.TextField(_("source"), blank=True, default="")
    stated = models.JSONField(default=dict)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name", "programme_id"]

    def __str__(self) -> str:
        return self.name


class Upgrade(models.Model):
    """A project at a site, or in one store of it. store: None where it is for the whole site.

    works: sealed, since they say what locks a place has; see ``upgrades.costs``. money: who gives how much.
    visit_before, visit_after: the assessments of the site that it follows from and that show what it did. why: of what
    was abandoned.
    """

    upgrade_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="upgrades", verbose_name=_("site"))
    store = models.ForeignKey(Store, models.PROTECT, null=True, related_name="upgrades", verbose_name=_("store"))
    programme = models.ForeignKey(
        Programme, models.PROTECT, null=True, related_name="upgrades", verbose_name=_("programme")
    )
    name = models.TextField(_("name"))
    state = models.CharField(_("state"), max_length=16, choices=UpgradeState, default=UpgradeState.PROPOSED)
    works = models.TextField(_("works"), blank=True, default="")
    money = models.JSONField(default=list)
    contractor = models.TextField(_("contractor"), blank=True, default="")
    contract_on = models.DateField(_("contract of"), null=True)
    start_planned_on = models.DateField(_("planned start"), null=True)
    start_on = models.DateField(_("start"), null=True)
    handover_planned_on = models.DateField(_("planned handover"), null=True)
    handover_on = models.DateField(_("handover"), null=True)
    accepted_on = models.DateField(_("accepted"), null=True)
    upkeep_owner = models.TextField(_("who pays the upkeep"), blank=True, default="")
    visit_before = models.ForeignKey(
        SecurityVisit, models.PROTECT, null=True, related_name="+", verbose_name=_("assessment before")
    )
    visit_after = models.ForeignKey(
        SecurityVisit, models.PROTECT, null=True, related_name="+", verbose_name=_("assessment after")
    )
    why = models.TextField(_("reason"), blank=True, default="")
    why_language = models.TextField(_("written in"), blank=True, default="")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    proposed_at = models.DateTimeField(auto_now_add=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved"), null=True)

    class Meta:
        verbose_name = _("upgrade project")
        ordering: ClassVar = ["name", "upgrade_id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(start_on=None)
                | models.Q(handover_on=None)
                | models.Q(handover_on__gte=models.F("start_on")),
                name="upgrade_handed_over_after_start",
            )
        ]

    def __str__(self) -> str:
        return self.name


class UpgradePhoto(models.Model):
    """A photograph of works. content, caption: sealed; a backup without the key of the node shows neither."""

    photo_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    upgrade = models.ForeignKey(Upgrade, models.PROTECT, related_name="photos")
    content = models.BinaryField()
    caption = models.TextField(blank=True, default="")
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["added_at"]

    def __str__(self) -> str:
        return str(self.photo_id)
