"""Visits that assess how a place is secured, sealed, with their photographs and phones."""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
import uuid6
from django.conf import settings
from django.db import migrations, models

PROTECT = django.db.models.deletion.PROTECT
USER = settings.AUTH_USER_MODEL


def _person(*, null: bool = True) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(null=null, on_delete=PROTECT, related_name="+", to=USER)


def _to(model: str, related_name: str, **more: Any) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(on_delete=PROTECT, related_name=related_name, to=model, **more)


def _uuid() -> "models.UUIDField[Any, Any]":
    return models.UUIDField(default=uuid6.uuid7, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    """Security visits."""

    dependencies: ClassVar = [
        ("assessment", "0008_card_distances_agreed"),
        ("places", "0001_initial"),
        migrations.swappable_dependency(USER),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="SecurityVisit",
            fields=[
                ("visit_id", _uuid()),
                ("set_id", models.TextField()),
                ("set_version", models.PositiveIntegerField()),
                ("visited_on", models.DateField()),
                ("body", models.TextField()),
                ("begun_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("begun_by", _person()),
                ("finished_by", _person()),
                ("withdrawn_by", _person()),
                ("merged_into", _to("assessment.securityvisit", "merged", null=True)),
                ("site", _to("places.site", "security_visits", verbose_name="site")),
            ],
            options={
                "ordering": ["-visited_on", "-visit_id"],
                "indexes": [models.Index(fields=["site", "-visited_on"], name="visits_of_site")],
            },
        ),
        migrations.CreateModel(
            name="SecurityPhotograph",
            fields=[
                ("photo_id", _uuid()),
                ("content", models.BinaryField()),
                ("digest", models.CharField(max_length=64)),
                ("added_at", models.DateTimeField()),
                ("added_by", _person()),
                ("visit", _to("assessment.securityvisit", "photographs")),
            ],
            options={
                "ordering": ["added_at", "photo_id"],
                "constraints": [
                    models.UniqueConstraint(fields=("visit", "digest"), name="one_photograph_of_a_kind"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SecurityPhone",
            fields=[
                ("phone_id", _uuid()),
                ("device", models.TextField()),
                ("given_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("given_to", _person(null=False)),
                ("revoked_by", _person()),
                ("visit", _to("assessment.securityvisit", "phones")),
            ],
            options={"ordering": ["-given_at", "-phone_id"]},
        ),
        migrations.CreateModel(
            name="SecurityUpload",
            fields=[
                ("upload_id", models.UUIDField(primary_key=True, serialize=False)),
                ("taken_at", models.DateTimeField()),
                ("phone", _to("assessment.securityphone", "uploads")),
            ],
            options={"ordering": ["taken_at", "upload_id"]},
        ),
    ]
