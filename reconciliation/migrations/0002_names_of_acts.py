"""Keep the counterparty's name beside the snapshot; call the moment of 1C's answer what it is."""

import json

from django.db import migrations, models


def fill_names(apps, schema_editor):
    acts = apps.get_model("reconciliation", "IssuedAct").objects
    for key, snapshot in acts.values_list("pk", "snapshot").iterator(chunk_size=50):
        acts.filter(pk=key).update(counterparty_name=json.loads(snapshot)["counterparty"]["name"][:500])


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial")]

    operations = [
        migrations.RenameField("issuedact", "asked_at", "answered_at"),
        migrations.AddField(
            "issuedact",
            "counterparty_name",
            models.CharField(
                blank=True, default="", max_length=500, verbose_name="counterparty's name on the act"
            ),
            preserve_default=False,
        ),
        migrations.RunPython(fill_names, migrations.RunPython.noop),
    ]
