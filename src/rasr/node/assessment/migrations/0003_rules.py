"""Rules that an officer entered."""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
import uuid6
from django.db import migrations, models


def _approval(name: str, **more: Any) -> Any:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.approval", verbose_name=name, **more
    )


class Migration(migrations.Migration):
    """Rules that an officer entered."""

    dependencies: ClassVar = [
        ("assessment", "0002_initial"),
        ("people", "0002_immutable"),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="RuleEntry",
            fields=[
                ("entry_id", models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=16, verbose_name="kind")),
                ("key", models.TextField(verbose_name="what tells it apart")),
                ("rules", models.TextField(verbose_name="rule set")),
                ("rows", models.JSONField(verbose_name="rows")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("entered_at", models.DateTimeField(auto_now_add=True, verbose_name="entered")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="withdrawn")),
                ("approval", _approval("approval")),
                ("withdrawal", _approval("approval of the withdrawal", null=True)),
            ],
            options={"ordering": ["-entered_at", "-entry_id"]},
        ),
        migrations.AddIndex(
            model_name="ruleentry",
            index=models.Index(fields=["kind", "valid_from"], name="rule_entry_order"),
        ),
    ]
