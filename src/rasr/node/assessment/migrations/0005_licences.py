"""Licences with their forms, and emergency cards."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
import uuid6
from django.conf import settings
from django.db import migrations, models

PROTECT = django.db.models.deletion.PROTECT
USER = settings.AUTH_USER_MODEL


class Migration(migrations.Migration):
    """Licences with their forms, and emergency cards."""

    dependencies: ClassVar = [
        ("assessment", "0004_surveys"),
        ("places", "0001_initial"),
        migrations.swappable_dependency(USER),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="EmergencyCard",
            fields=[
                (
                    "store",
                    models.OneToOneField(
                        on_delete=PROTECT,
                        primary_key=True,
                        related_name="emergency_card",
                        serialize=False,
                        to="places.store",
                        verbose_name="store",
                    ),
                ),
                ("address", models.TextField(null=True, unique=True, verbose_name="address")),
                ("opened_at", models.DateTimeField(null=True, verbose_name="opened")),
                ("contacts", models.TextField(blank=True, verbose_name="contacts")),
                ("contacts_on", models.DateField(null=True, verbose_name="contacts of")),
                ("distances", models.JSONField(default=dict, verbose_name="distances")),
                ("source", models.TextField(blank=True, verbose_name="source")),
                ("distances_on", models.DateField(null=True, verbose_name="distances of")),
            ],
        ),
        migrations.CreateModel(
            name="LicenceForm",
            fields=[
                ("form_id", models.UUIDField(default=uuid6.uuid7, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("limits", models.JSONField(verbose_name="limits")),
                ("valid_until", models.DateField(verbose_name="valid until")),
                ("conditions", models.TextField(blank=True, verbose_name="conditions")),
                ("document", models.TextField(blank=True, verbose_name="document read")),
                ("exception", models.TextField(blank=True, verbose_name="exception")),
                ("written_in", models.TextField(blank=True, verbose_name="written in")),
                ("basis", models.JSONField(verbose_name="what it stands on")),
                ("rule_edition", models.TextField(verbose_name="rule edition")),
                ("version", models.TextField(verbose_name="version")),
                ("signed_at", models.DateTimeField(verbose_name="signed")),
                ("approval_id", models.UUIDField(null=True)),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True, on_delete=PROTECT, related_name="+", to=USER, verbose_name="proposed by"
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        null=True, on_delete=PROTECT, related_name="+", to=USER, verbose_name="signed by"
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=PROTECT, related_name="licence_forms", to="places.store", verbose_name="store"
                    ),
                ),
            ],
            options={
                "ordering": ["-signed_at", "-number"],
                "constraints": [models.UniqueConstraint(fields=("store", "number"), name="one_licence_form")],
            },
        ),
    ]
