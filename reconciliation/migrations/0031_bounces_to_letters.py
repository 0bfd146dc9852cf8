"""What came back goes to the letters; that a manager is still to be told stays with the month's letter."""

from itertools import islice

from django.db import migrations, models
from django.db.models import Max

AT_ONCE = 500


def move(apps, schema_editor):
    Old, New = apps.get_model("reconciliation", "Bounce"), apps.get_model("letters", "Bounce")
    Link = apps.get_model("reconciliation", "DeliveryLetter")
    rows = Old.objects.order_by("pk").iterator(AT_ONCE)
    while some := list(islice(rows, AT_ONCE)):
        steps = {one.step_id for one in some}
        newest = dict(
            Link.objects.filter(step__in=steps).order_by().values_list("step").annotate(Max("letter"))
        )
        New.objects.bulk_create(
            New(
                letter_id=newest.get(one.step_id),
                address=one.address,
                kind=one.kind,
                status=one.status,
                words=one.words,
                report=one.report,
                received_at=one.received_at,
                settled_at=one.settled_at,
                settled_by_id=one.settled_by_id,
            )
            for one in some
        )
        for one in some:
            if one.told_at is None and one.settled_at is None:
                Link.objects.filter(letter=newest.get(one.step_id)).update(tell_at=one.next_try_at)


class Migration(migrations.Migration):
    dependencies = [("letters", "0002_bounces"), ("reconciliation", "0030_one_outbox")]

    operations = [
        migrations.AddField(
            model_name="deliveryletter",
            name="tell_at",
            field=models.DateTimeField(blank=True, db_index=True, null=True),
        ),
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.DeleteModel(name="Bounce"),
    ]
