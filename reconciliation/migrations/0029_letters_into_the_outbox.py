"""Letters of the months go into the outbox as they were sent; one that was being sent may have arrived."""

from itertools import islice

from django.conf import settings
from django.db import migrations
from django.db.models import Max
from django.utils.crypto import salted_hmac

from letters.marks import new_mark

AT_ONCE = 500
STATES = {"done": "sent", "uncertain": "uncertain", "failed": "failed"}
FATES = {"sent": "taken", "uncertain": "uncertain", "failed": "refused"}
LOST = "the worker was lost while the mail server took the letter"


def mark_of(key):
    """Return the mark that the last letter of a step bears: reports about it still come back."""
    return f"{key}-{salted_hmac('reconciliation.letters', str(key), algorithm='sha256').hexdigest()[:12]}"


def hold_and_settle(apps, schema_editor):
    """Give each run its batch, and take up what was being sent."""
    Run, Step = (
        apps.get_model("reconciliation", "DistributionRun"),
        apps.get_model("reconciliation", "DeliveryStep"),
    )
    Batch = apps.get_model("letters", "Batch")
    for run in Run.objects.filter(batch=None):
        run.batch = Batch.objects.create(is_held=run.state in ("paused", "cancelled"))
        run.save(update_fields=["batch"])
    left = Step.objects.filter(way="email", state="under_way")
    left.exclude(handed_over_at=None).update(
        state="uncertain", worker="", leased_until=None, problem="", detail=LOST
    )
    left.update(state="waiting", worker="", leased_until=None)


def move(apps, schema_editor):
    Old = apps.get_model("reconciliation", "SentLetter")
    newest = dict(Old.objects.order_by().values_list("step").annotate(Max("pk")))
    rows = (
        Old.objects.select_related("step__run", "step__delivery__counterparty")
        .order_by("pk")
        .iterator(AT_ONCE)
    )
    while some := list(islice(rows, AT_ONCE)):
        _move(apps, some, newest)


def _move(apps, some, newest):
    models = {name: apps.get_model("letters", name) for name in ("Letter", "Recipient", "Attachment")}
    letters = models["Letter"].objects.bulk_create(
        _letter(models["Letter"], one, is_last=newest[one.step_id] == one.pk) for one in some
    )
    both = list(zip(some, letters, strict=True))
    steps = [one.step_id for one in some]
    returned = set(
        apps.get_model("reconciliation", "Bounce")
        .objects.filter(step__in=steps)
        .values_list("step", "address")
    )
    models["Recipient"].objects.bulk_create(
        models["Recipient"](letter=letter, address=address, state=_fate(one, letter, address, returned))
        for one, letter in both
        for address in dict.fromkeys(one.recipients.split(", "))
    )
    acts = [one.step.delivery.act_id for one in some]
    files = (
        apps.get_model("reconciliation", "ActFile").objects.filter(act__in=acts, format="pdf").order_by("-pk")
    )
    kept = {file.act_id: file for file in files}
    models["Attachment"].objects.bulk_create(
        models["Attachment"](
            letter=letter,
            path=str(file.file),
            name=one.attachment,
            content_type="application/pdf",
            sha256=file.sha256,
        )
        for one, letter in both
        if one.attachment and (file := kept.get(one.step.delivery.act_id))
    )
    link = apps.get_model("reconciliation", "DeliveryLetter")
    link.objects.bulk_create(
        link(letter=letter, step_id=one.step_id, template_id=one.template_id) for one, letter in both
    )


def _letter(Letter, one, *, is_last):
    step = one.step
    state = STATES.get(step.state, "failed") if is_last else "failed"
    return Letter(
        kind="month",
        mark=mark_of(step.pk) if is_last else new_mark(),
        batch_id=step.run.batch_id,
        language=step.delivery.counterparty.language or settings.LANGUAGE_CODE[:2],
        subject=one.subject,
        text=one.text,
        packed_html=one.packed_html,
        reply_to=settings.ACCOUNTING_EMAIL,
        is_bulk=True,
        state=state,
        attempts=1,
        problem=step.problem if is_last else "",
        detail=step.detail if is_last else "",
        made_at=one.sent_at,
        handed_over_at=one.sent_at,
        ended_at=step.ended_at or one.sent_at,
        is_told=True,
    )


def _fate(one, letter, address, returned):
    is_back = (one.step_id, address.lower()) in returned and letter.state != "uncertain"
    return "came_back" if is_back else FATES[letter.state]


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0028_outbox")]

    operations = [
        migrations.RunPython(hold_and_settle, migrations.RunPython.noop),
        migrations.RunPython(move, migrations.RunPython.noop),
    ]
