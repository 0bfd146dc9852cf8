"""Letters of the month get a place in the outbox; every row that is worked on has the same fields."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

ATTEMPTS = models.PositiveSmallIntegerField(default=0, verbose_name="attempts")
NEXT = models.DateTimeField(default=django.utils.timezone.now, verbose_name="next attempt")
STATES = [
    ("waiting", "waiting"),
    ("under_way", "under way"),
    ("queued", "among the letters to be sent"),
    ("done", "done"),
    ("skipped", "left out"),
    ("failed", "failed"),
    ("uncertain", "uncertain"),
    ("cancelled", "cancelled"),
]


def _instant():
    return models.DateTimeField(blank=True, null=True)


class Migration(migrations.Migration):
    dependencies = [("letters", "0001_initial"), ("reconciliation", "0027_schedule_failures")]

    operations = [
        migrations.CreateModel(
            name="DeliveryLetter",
            fields=[
                (
                    "letter",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="delivery",
                        serialize=False,
                        to="letters.letter",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="letters",
                        to="reconciliation.deliverystep",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="reconciliation.lettertemplate",
                    ),
                ),
            ],
            options={"ordering": ("-letter",)},
        ),
        *(
            migrations.RenameField(model_name=name, old_name="tries", new_name="attempts")
            for name in ("directoryrun", "distributionrun")
        ),
        *(
            migrations.AlterField(model_name=name, name=field, field=kind)
            for name in ("directoryrun", "distributionrun")
            for field, kind in (("attempts", ATTEMPTS), ("next_try_at", NEXT))
        ),
        *(
            migrations.AddField(model_name=name, name="failing_since", field=_instant())
            for name in ("directoryrun", "distributionrun", "managerdigest", "monthpreview")
        ),
        *(
            migrations.AddField(model_name=name, name=field, field=kind)
            for name in ("managerdigest", "monthpreview")
            for field, kind in (("attempts", ATTEMPTS), ("next_try_at", NEXT))
        ),
        migrations.AddField(model_name="managerdigest", name="detail", field=models.TextField(blank=True)),
        migrations.AddField(
            model_name="managerdigest", name="problem", field=models.CharField(blank=True, max_length=100)
        ),
        migrations.AddField(model_name="bitrix24installation", name="leased_until", field=_instant()),
        migrations.AddField(
            model_name="bitrix24installation",
            name="worker",
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddField(
            model_name="distributionrun",
            name="batch",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="letters.batch"
            ),
        ),
        migrations.AlterField(
            model_name="deliverystep",
            name="state",
            field=models.CharField(choices=STATES, default="waiting", max_length=9, verbose_name="state"),
        ),
    ]
