"""An address is dead by two reports on two days, or by a person's word; what was dead before stays so."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def keep_dead(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    bounces = apps.get_model("letters", "Bounce").objects
    dead = bounces.filter(settled_at=None, kind="no_address", status__startswith="5.")
    dead.update(declared_dead_at=models.F("received_at"))


class Migration(migrations.Migration):
    dependencies = (
        ("letters", "0002_bounces"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    )
    operations = (
        migrations.AddField(
            "bounce",
            "declared_dead_at",
            models.DateTimeField(blank=True, null=True, verbose_name="declared dead at"),
        ),
        migrations.AddField(
            "bounce",
            "declared_dead_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="declared dead by",
            ),
        ),
        migrations.AlterField(
            "bounce",
            "kind",
            models.CharField(
                choices=[
                    ("no_address", "there is no such address"),
                    ("full", "the mailbox is full"),
                    ("refused", "refused as unwanted"),
                    ("later", "not delivered in time"),
                    ("other", "another reason"),
                    ("another", "a report of an address that the letter did not go to"),
                ],
                max_length=10,
                verbose_name="why",
            ),
        ),
        migrations.RunPython(keep_dead, migrations.RunPython.noop),
    )
