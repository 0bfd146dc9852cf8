"""Brings guids into the one form in which they are kept, and fills in what searches look in."""

from typing import Any

from django.db import migrations

from accounts.guids import canonical_guid
from accounts.search_text import search_text


def fill(apps: Any, schema_editor: Any) -> None:
    counterparty = apps.get_model("accounts", "Counterparty")
    rows = list(counterparty.objects.order_by("pk"))
    taken = {row.onec_guid for row in rows}
    for row in rows:
        # Two entries of one guid in other cases are left as they are: people may act for either.
        if (guid := canonical_guid(row.onec_guid)) not in taken:
            row.onec_guid = guid
            taken.add(guid)
        row.search = search_text(row.name, row.inn, row.onec_guid, row.email)
    counterparty.objects.bulk_update(rows, ["onec_guid", "search"], batch_size=200)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_directory")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
