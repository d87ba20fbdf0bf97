"""Items and places stay; on PostgreSQL, what the ledger points to is looked up for a statement at once."""

from django.db import migrations

from rasr.node.records.ledger.immutable import protect
from rasr.node.records.ledger.references import look_up_at_once


class Migration(migrations.Migration):
    dependencies = [("records", "0002_immutable")]

    operations = [
        migrations.RunPython(lambda _, editor: protect(editor), migrations.RunPython.noop),
        migrations.RunPython(lambda _, editor: look_up_at_once(editor), migrations.RunPython.noop),
    ]
