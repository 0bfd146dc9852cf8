"""Letters of invitations get a place in the outbox."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0016_journal_outlives"), ("letters", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="invitationletter",
            name="letter",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="invitation",
                to="letters.letter",
            ),
        ),
    ]
