"""Surveys of what stands around stores."""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
import uuid6
from django.conf import settings
from django.db import migrations, models


def _key() -> Any:
    return models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)


def _somebody(name: str) -> Any:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name=name
    )


WAYS = [
    ("file", "From a file"),
    ("register", "From the register"),
    ("drawn", "Drawn by hand"),
    ("cut", "Cut from another"),
]
STATES = [("received", "Received"), ("faulty", "Has faults"), ("kept", "Kept"), ("discarded", "Discarded")]
ANSWERS = [("yes", "Yes"), ("no", "No"), ("unverified", "Not decided by verified rules")]


class Migration(migrations.Migration):
    """Surveys of what stands around stores."""

    dependencies: ClassVar = [
        ("assessment", "0003_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="SiteEnquiry",
            fields=[
                ("enquiry_id", _key()),
                ("about", models.TextField(verbose_name="what it is about")),
                ("kind", models.TextField(verbose_name="kind")),
                ("latitude_deg", models.FloatField()),
                ("longitude_deg", models.FloatField()),
                ("answer", models.CharField(choices=ANSWERS, max_length=16, verbose_name="answer")),
                ("stores", models.BinaryField()),
                ("uncounted", models.JSONField(default=list)),
                ("reach_m", models.FloatField()),
                ("register_version", models.PositiveBigIntegerField()),
                ("rule_edition", models.TextField(verbose_name="rule data")),
                ("version", models.TextField(verbose_name="program")),
                ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="asked")),
                ("actor", _somebody("asked by")),
            ],
            options={"verbose_name_plural": "site enquiries", "ordering": ["-asked_at", "-enquiry_id"]},
        ),
        migrations.CreateModel(
            name="Survey",
            fields=[
                ("survey_id", _key()),
                ("title", models.TextField(verbose_name="name")),
                ("surveyed_on", models.DateField(verbose_name="surveyed on")),
                ("way", models.CharField(choices=WAYS, max_length=16, verbose_name="how it came to be")),
                ("source", models.TextField(blank=True, default="", verbose_name="source")),
                ("crs", models.TextField(blank=True, default="", verbose_name="coordinate system")),
                ("rows", models.PositiveBigIntegerField(verbose_name="exposed sites")),
                ("sums", models.JSONField(default=dict)),
                ("parquet", models.BinaryField()),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="kept")),
                ("in_force_at", models.DateTimeField(null=True, verbose_name="in force since")),
                ("actor", _somebody("kept by")),
            ],
            options={"ordering": ["-surveyed_on", "-made_at", "-survey_id"]},
        ),
        migrations.CreateModel(
            name="SurveyFile",
            fields=[
                ("file_id", _key()),
                ("name", models.TextField(verbose_name="file")),
                ("title", models.TextField(verbose_name="name")),
                ("surveyed_on", models.DateField(verbose_name="surveyed on")),
                ("size_bytes", models.BigIntegerField(verbose_name="size")),
                ("sent_at", models.DateTimeField(auto_now_add=True, verbose_name="sent")),
                ("state", models.CharField(choices=STATES, default="received", max_length=16, verbose_name="state")),
                ("file", models.TextField(blank=True, default="")),
                ("form", models.CharField(max_length=8)),
                ("columns", models.JSONField(default=list)),
                ("crs", models.TextField(blank=True, default="")),
                ("rows", models.PositiveBigIntegerField(null=True)),
                ("mapping", models.JSONField(default=dict)),
                ("findings", models.JSONField(default=list)),
                ("faults", models.PositiveBigIntegerField(default=0)),
                ("actor", _somebody("sent by")),
                (
                    "survey",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessment.survey",
                    ),
                ),
            ],
            options={"ordering": ["-sent_at", "-file_id"]},
        ),
    ]
