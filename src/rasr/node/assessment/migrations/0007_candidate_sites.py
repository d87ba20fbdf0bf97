"""Candidate sites: places to which a store may be thought in a what-if."""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
import uuid6
from django.conf import settings
from django.db import migrations, models

PROTECT = django.db.models.deletion.PROTECT
USER = settings.AUTH_USER_MODEL


def _person(verbose_name: str) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(null=True, on_delete=PROTECT, related_name="+", to=USER, verbose_name=verbose_name)


class Migration(migrations.Migration):
    """Candidate sites."""

    dependencies: ClassVar = [
        ("assessment", "0006_as_tnt"),
        ("places", "0001_initial"),
        migrations.swappable_dependency(USER),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="CandidateSite",
            fields=[
                ("candidate_id", models.UUIDField(default=uuid6.uuid7, primary_key=True, serialize=False)),
                ("name", models.TextField(verbose_name="name")),
                ("latitude_deg", models.FloatField(verbose_name="latitude, °")),
                ("longitude_deg", models.FloatField(verbose_name="longitude, °")),
                ("construction", models.TextField(verbose_name="construction")),
                ("barricaded", models.BooleanField(verbose_name="barricaded")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("written_in", models.TextField(blank=True, verbose_name="written in")),
                ("approved_at", models.DateTimeField(verbose_name="approved")),
                ("approval_id", models.UUIDField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="withdrawn")),
                ("withdrawn_why", models.TextField(blank=True, verbose_name="reason")),
                ("withdrawn_why_language", models.TextField(blank=True, verbose_name="written in")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=PROTECT,
                        related_name="candidate_sites",
                        to="places.organisation",
                        verbose_name="organisation",
                    ),
                ),
                ("proposed_by", _person("proposed by")),
                ("approved_by", _person("approved by")),
                ("withdrawn_by", _person("withdrawn by")),
            ],
            options={"ordering": ["name", "candidate_id"]},
        ),
    ]
