"""Invitations to make an account."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.people.choices import Role
from rasr.node.people.models.approvals import Approval
from rasr.node.people.models.user import Scoped, User


class Invitation(Scoped):
    """A code on paper with which one person may make one account; the code itself is not kept.

    email: where it was given, only this address may be used. role: what the account gets once approved, empty: none.
    """

    invitation_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("for"), max_length=150)
    email = models.EmailField(_("e-mail address"), blank=True, default="")
    code_hash = models.CharField(max_length=64, unique=True)
    role = models.CharField(_("role"), max_length=32, choices=Role, blank=True, default="")
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)
    invited_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="invitations_made", verbose_name=_("invited by")
    )
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="invitations")
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    used_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="invitations_used", verbose_name=_("used by")
    )
    used_at = models.DateTimeField(_("used"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    class Meta(Scoped.Meta):
        ordering: ClassVar = ["-made_at", "-invitation_id"]

    def __str__(self) -> str:
        return f"{self.name} {self.invitation_id}"
