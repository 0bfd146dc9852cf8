"""The journal in the admin's list of things: one line of time of everybody, not a table of rows."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import path

from accounts.models import JournalEntry
from reconciliation.admin_kit.read_only import ReadOnlyAdmin
from reconciliation.personal_data import page
from reconciliation.timelines.admin import timeline_pages


@admin.register(JournalEntry)
class JournalAdmin(ReadOnlyAdmin):
    fields = ("kind", "at", "person_name", "by_name", "counterparty_name", "detail", "address", "reference")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("person/<int:pk>/", view(partial(timeline_pages.of_person, self)), name="person_timeline"),
            path("person/<int:pk>/data/", view(page.data_of), name="person_data"),
            path("person/<int:pk>/erase/", view(partial(page.erase_person, self)), name="person_erase"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return timeline_pages.journal(self, request)
