"""An act is one in every language; its files have a language each."""

from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery

LANGUAGES = [("ru", "Russian"), ("en", "English")]
PERIOD = ("organization", "counterparty", "date_from", "date_to")


def fill_languages(apps, schema_editor):
    act = apps.get_model("reconciliation", "IssuedAct").objects.filter(pk=OuterRef("act"))
    files = apps.get_model("reconciliation", "ActFile").objects
    files.update(language=Subquery(act.values("language")[:1]))


def keep_latest_in_force(apps, schema_editor):
    """Of two acts of a period, one a language, the one issued last stays in force."""
    acts = apps.get_model("reconciliation", "IssuedAct").objects
    same = acts.filter(**{name: OuterRef(name) for name in PERIOD}, is_current=True)
    latest = Subquery(same.order_by("-issued_at", "-pk").values("pk")[:1])
    others = acts.filter(is_current=True).annotate(latest=latest).exclude(pk=F("latest"))
    acts.filter(pk__in=list(others.values_list("pk", flat=True))).update(is_current=False)


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0002_names_of_acts")]

    operations = [
        migrations.AddField(
            "actfile",
            "language",
            models.CharField(choices=LANGUAGES, default="ru", max_length=2),
            preserve_default=False,
        ),
        migrations.RunPython(fill_languages, migrations.RunPython.noop),
        migrations.RunPython(keep_latest_in_force, migrations.RunPython.noop),
        migrations.RemoveConstraint("actfile", "one_file_a_format"),
        migrations.AddConstraint(
            "actfile",
            models.UniqueConstraint(fields=("act", "format", "language"), name="one_file_each"),
        ),
        migrations.RemoveConstraint("issuedact", "one_current_act_a_period"),
        migrations.RemoveField("issuedact", "language"),
        migrations.AddConstraint(
            "issuedact",
            models.UniqueConstraint(
                condition=models.Q(is_current=True), fields=PERIOD, name="one_current_act_a_period"
            ),
        ),
    ]
