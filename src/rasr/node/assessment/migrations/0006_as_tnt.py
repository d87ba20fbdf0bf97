"""The yield of a store as TNT, by the explosive of each article."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("assessment", "0005_licences")]

    operations: ClassVar = [
        migrations.AddField(model, field, models.FloatField(null=True))
        for model in ("sitedanger", "storedanger")
        for field in ("neq_event_known_kg", "tnt_event_kg")
    ]
