"""Rules that an officer typed from an official document, and a second person agreed to."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.people.models import Approval


class RuleEntry(models.Model):
    """A distance function with all its branches, or a cell. Rows are the columns of the core's tables, as text.

    key: the name of the function, or what tells the cell from others. In force is, of the entries of a key that were
    not withdrawn, the one with the latest valid_from that has come; of two of one day the later one. approval,
    withdrawal: who asked for each and who agreed.
    """

    entry_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=16)
    key = models.TextField(_("what tells it apart"))
    rules = models.TextField(_("rule set"))
    rows = models.JSONField(_("rows"))
    valid_from = models.DateField(_("valid from"))
    entered_at = models.DateTimeField(_("entered"), auto_now_add=True)
    approval = models.ForeignKey(Approval, models.PROTECT, related_name="+", verbose_name=_("approval"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawal = models.ForeignKey(
        Approval, models.PROTECT, related_name="+", null=True, verbose_name=_("approval of the withdrawal")
    )

    class Meta:
        ordering: ClassVar = ["-entered_at", "-entry_id"]
        indexes: ClassVar = [models.Index(fields=["kind", "valid_from"], name="rule_entry_order")]

    def __str__(self) -> str:
        return self.key
