"""The trail: who did what, when, on which record, why; and the transparency log that keeps it as it is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.people.choices import Outcome


class Entry(models.Model):
    """One act, or an attempt of one; never changed. act: see ``acts``.

    actor: a pseudonym, or ``console``, ``node``, ``nobody`` (see ``trail``). table, row_id: the record it was on.
    before, after: what it changed, column to value. reason_language: empty where the program wrote it. session: a
    short digest of the session. organisation_id, site_id: of the place it concerns, empty where there is none.
    """

    entry_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(_("when"), db_index=True)
    actor = models.CharField(_("who"), max_length=16)
    act = models.CharField(_("what"), max_length=64)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.DONE)
    table = models.CharField(_("table"), max_length=64, blank=True, default="")
    row_id = models.TextField(_("record"), blank=True, default="")
    reason = models.TextField(_("reason"), blank=True, default="")
    reason_language = models.CharField(max_length=8, blank=True, default="")
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    session = models.CharField(max_length=16, blank=True, default="")
    request_id = models.CharField(max_length=32, blank=True, default="")
    organisation_id = models.TextField(blank=True, default="")
    site_id = models.TextField(blank=True, default="")

    class Meta:
        ordering: ClassVar = ["-at", "-entry_id"]
        verbose_name_plural = "entries"
        indexes: ClassVar = [
            models.Index(fields=["actor", "at"]),
            models.Index(fields=["act", "at"]),
            models.Index(fields=["table", "row_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.entry_id}"


class Leaf(models.Model):
    """A row of a covered table as a leaf of the log, or rows written at once as leaves that follow each other.

    row_id, more: the first row, and the others, one to a line. schema: which columns are covered, see ``covered``.
    hash: of each leaf, RFC 6962, one after the other. seal: to each a code made with the key of the log, so that nobody
    without it can add a leaf. index: of the first, given once, by the sequencer. See ``leaves``.
    """

    table = models.CharField(max_length=64)
    row_id = models.TextField()
    more = models.TextField(blank=True, default="", db_default="")
    schema = models.PositiveSmallIntegerField()
    hash = models.BinaryField()
    seal = models.BinaryField()
    index = models.PositiveBigIntegerField(null=True, unique=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name_plural = "leaves"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["table", "row_id"], name="one_leaf_per_row"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"


class Checkpoint(models.Model):
    """The log at one moment: how many leaves, the root of their tree, and the node's signature under both."""

    size = models.PositiveBigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-size"]

    def __str__(self) -> str:
        return f"{self.size}"
