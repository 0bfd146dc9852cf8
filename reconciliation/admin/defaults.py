"""What holds for all counterparties that have nothing of their own: one page."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.models import OrganizationSettings
from letters import outbox
from reconciliation import tasks
from reconciliation.admin_kit.widgets import TimeOfDay


@admin.register(OrganizationSettings)
class DefaultsAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    formfield_overrides = {models.TimeField: {"widget": TimeOfDay}}  # Django's own shape
    fieldsets = (
        (_("Acts"), {"fields": ("language",)}),
        (
            _("The month's acts"),
            {
                "fields": ("to_email", "to_drive", "to_task", "one_task_a_manager", "to_notify"),
                "description": _("A counterparty's own choice goes before these."),
            },
        ),
        (
            _("How the month goes out"),
            {"fields": ("needs_approval", "preview_days", "canary", "canary_percent")},
        ),
        (
            _("When letters go out"),
            {
                "fields": (
                    "letters_wait",
                    ("letters_from", "letters_until"),
                    "calendar",
                    "letters_per_minute",
                ),
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: OrganizationSettings, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "letters_per_minute" in form.changed_data:
            outbox.forget_places()
        tasks.enqueue(tasks.continue_months)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one row: show it, and make it if this is the first time."""
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)  # type: ignore[no-any-return]  # refuses
        row = OrganizationSettings.objects.get_or_create(pk=1)[0]
        return redirect("admin:accounts_organizationsettings_change", row.pk)
