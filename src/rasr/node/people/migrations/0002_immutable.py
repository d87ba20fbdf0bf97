"""The trail is not edited: the database itself refuses to change or delete entries, leaves and checkpoints."""

from django.db import migrations

from rasr.node.people.immutable import let_go, protect


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [migrations.RunPython(lambda _, editor: protect(editor), lambda _, editor: let_go(editor))]
