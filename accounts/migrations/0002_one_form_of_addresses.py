"""Bring logins into the one form of an address, and drop what allauth knew besides."""

from typing import Any

from django.db import migrations

from accounts.addresses import canonical_email


def forwards(apps: Any, schema_editor: Any) -> None:
    people = apps.get_model("accounts", "User").objects
    for person in people.all():
        email = canonical_email(person.email)
        if email != person.email and not people.filter(email=email).exists():
            people.filter(pk=person.pk).update(email=email)
    apps.get_model("account", "EmailAddress").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
