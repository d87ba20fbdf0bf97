"""What the node knows of itself: whether it is a training copy, and when a worker was last seen."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class NodeState(models.Model):
    """One row at most. training: the node holds a copy to practise on, for good."""

    SINGLE: ClassVar[int] = 1
    id = models.PositiveSmallIntegerField(primary_key=True, default=SINGLE)
    training = models.BooleanField(_("training copy"), default=False)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="one_node_state")]

    def __str__(self) -> str:
        return "training" if self.training else "production"


class WorkerSeen(models.Model):
    """A worker and when it last gave a sign of life; not part of a backup."""

    worker = models.CharField(max_length=64, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.worker
