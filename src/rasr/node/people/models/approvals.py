"""Acts that need a second person."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.people.choices import ApprovalState
from rasr.node.people.models.user import Scoped, User


class Approval(Scoped):
    """An act that was asked for, and what a second person said of it.

    kind, payload: what is to be done, see ``approvals.registry``; person: whom it concerns. shown: the lines of what
    was shown as about to happen; digest: of them, so that what is approved is what was seen. asked_session,
    decided_session: short digests, never the same. effective_at: an emergency or delayed act is carried out then,
    unless it was refused before; emergency: nobody else was there.
    """

    approval_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=64)
    payload = models.JSONField(default=dict)
    person = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="approvals_about", verbose_name=_("person")
    )
    shown = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    reason = models.TextField(_("reason"))
    reason_language = models.CharField(max_length=8, blank=True, default="")
    reason_courtesy = models.TextField(_("courtesy translation"), blank=True, default="")
    reason_courtesy_language = models.CharField(max_length=8, blank=True, default="")
    asked_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="approvals_asked", verbose_name=_("asked by")
    )
    asked_session = models.CharField(max_length=16, blank=True, default="")
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True, db_index=True)
    expires_at = models.DateTimeField(_("expires"))
    state = models.CharField(
        _("state"), max_length=16, choices=ApprovalState, default=ApprovalState.ASKED, db_index=True
    )
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="approvals_decided", verbose_name=_("decided by")
    )
    decided_session = models.CharField(max_length=16, blank=True, default="")
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_reason = models.TextField(_("reason of the decision"), blank=True, default="")
    decision_reason_language = models.CharField(max_length=8, blank=True, default="")
    decision_reason_courtesy = models.TextField(_("courtesy translation"), blank=True, default="")
    decision_reason_courtesy_language = models.CharField(max_length=8, blank=True, default="")
    effective_at = models.DateTimeField(_("takes effect"), null=True)
    done_at = models.DateTimeField(_("done"), null=True)
    emergency = models.BooleanField(_("emergency"), default=False)

    class Meta(Scoped.Meta):
        ordering: ClassVar = ["-asked_at", "-approval_id"]
        constraints: ClassVar = [
            *Scoped.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("asked_by")),
                name="never_decided_by_who_asked",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None)
                | models.Q(person=None)
                | models.Q(state="refused")  # one may say no to what is asked about oneself
                | ~models.Q(decided_by=models.F("person")),
                name="never_decided_by_whom_it_concerns",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.approval_id}"
