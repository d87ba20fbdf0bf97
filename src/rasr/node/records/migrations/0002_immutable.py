"""History is not edited: the database itself refuses to change or delete movements, their lines and signatures, and batches."""

from django.db import migrations

from rasr.node.records.ledger.immutable import let_go, protect


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]

    operations = [migrations.RunPython(lambda _, editor: protect(editor), lambda _, editor: let_go(editor))]
