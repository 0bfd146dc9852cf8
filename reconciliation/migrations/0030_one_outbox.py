"""What the outbox and the fields of all jobs have made superfluous goes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0029_letters_into_the_outbox")]

    operations = [
        migrations.DeleteModel(name="ReceivingDomain"),
        migrations.DeleteModel(name="SentLetter"),
        migrations.RemoveField(model_name="deliverystep", name="handed_over_at"),
        migrations.RemoveField(model_name="discrepancy", name="telling_since"),
        migrations.RemoveField(model_name="bitrix24installation", name="renewing_until"),
    ]
