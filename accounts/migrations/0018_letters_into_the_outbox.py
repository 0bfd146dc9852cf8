"""Letters of invitations go into the outbox as they are; one that was being sent may have arrived."""

from itertools import islice

from django.db import migrations
from django.utils.crypto import salted_hmac

AT_ONCE = 500
FATES = {
    "sent": "taken",
    "uncertain": "uncertain",
    "failed": "refused",
    "cancelled": "waiting",
    "waiting": "waiting",
}


def mark_of(key):
    """Return the mark that the letter bears: reports about it still come back."""
    sign = salted_hmac("reconciliation.letters", f"i{key}", algorithm="sha256").hexdigest()[:12]
    return f"i{key}-{sign}"


def move(apps, schema_editor):
    Old, Letter, Recipient = (
        apps.get_model(*name)
        for name in (("accounts", "InvitationLetter"), ("letters", "Letter"), ("letters", "Recipient"))
    )
    rows = Old.objects.filter(letter=None).order_by("pk").iterator(AT_ONCE)
    while some := list(islice(rows, AT_ONCE)):
        letters = Letter.objects.bulk_create(_letter(Letter, one) for one in some)
        Recipient.objects.bulk_create(
            Recipient(letter=letter, address=one.email, state=_fate(one, letter), detail=one.detail)
            for one, letter in zip(some, letters, strict=True)
        )
        for one, letter in zip(some, letters, strict=True):
            one.letter = letter
        Old.objects.bulk_update(some, ["letter"])


def _letter(Letter, one):
    state = one.state
    if state == "under_way":
        state = "uncertain" if one.handed_over_at else "waiting"
    return Letter(
        kind="invitation",
        mark=mark_of(one.pk),
        language=one.language,
        state=state,
        attempts=one.attempts,
        next_try_at=one.next_try_at,
        handed_over_at=one.handed_over_at if state != "waiting" else None,
        problem=one.problem,
        detail=one.detail,
        made_at=one.made_at,
        ended_at=one.ended_at,
        is_told=state != "waiting",
    )


def _fate(one, letter):
    return "came_back" if one.problem == "LetterCameBack" else FATES[letter.state]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0017_outbox")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
