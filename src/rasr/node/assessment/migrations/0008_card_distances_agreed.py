"""Distances of an emergency card have a second person; those written down before by one wait for one."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """When a second person agreed."""

    dependencies: ClassVar = [("assessment", "0007_candidate_sites")]

    operations: ClassVar = [
        migrations.AddField(
            "emergencycard", "distances_agreed_at", models.DateTimeField(null=True, verbose_name="distances agreed")
        )
    ]
