"""The journal in the admin's list of things: one line of time of everybody, not a table of rows."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import JournalEntry
from reconciliation.admin_kit.pages import page
from reconciliation.admin_kit.read_only import ReadOnlyAdmin
from reconciliation.personal_data import page as data_pages
from reconciliation.timelines.admin import timeline_pages


@admin.register(JournalEntry)
class JournalAdmin(ReadOnlyAdmin):
    fields = ("kind", "at", "person_name", "by_name", "counterparty_name", "detail", "address", "reference")

    of_person = page("person/<int:pk>/", "person_timeline", may=timeline_pages.MAY_READ)(
        timeline_pages.of_person
    )
    data_of = page("person/<int:pk>/data/", "person_data", may=data_pages.MAY_ERASE)(data_pages.data_of)
    erase = page("person/<int:pk>/erase/", "person_erase", may=data_pages.MAY_ERASE)(data_pages.erase_person)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return timeline_pages.journal(self, request)
