"""Of the letter of an invitation what it offers is left; the rest stands in the outbox."""

import django.db.models.deletion
from django.db import migrations, models

GONE = (
    "attempts",
    "detail",
    "ended_at",
    "handed_over_at",
    "language",
    "leased_until",
    "made_at",
    "next_try_at",
    "problem",
    "state",
    "worker",
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0018_letters_into_the_outbox")]

    operations = [
        migrations.RemoveIndex(model_name="invitationletter", name="invitation_letters_to_send"),
        migrations.RemoveIndex(model_name="invitationletter", name="invitation_letters_of_round"),
        *(migrations.RemoveField(model_name="invitationletter", name=name) for name in GONE),
        migrations.AlterField(
            model_name="invitationletter",
            name="letter",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="invitation", to="letters.letter"
            ),
        ),
    ]
