"""What people saw when something went wrong, found by the number that stood on their page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from reconciliation.admin_kit.read_only import ReadOnlyAdmin
from reconciliation.errors.kept import error_of
from reconciliation.models import ErrorReport


@admin.register(ErrorReport)
class ErrorReportAdmin(ReadOnlyAdmin):
    list_display = ("reference", "at", "user_name", "counterparty", "what_happened", "status")
    list_select_related = ("counterparty",)
    search_fields = ("reference",)
    search_help_text = _("The request number on the page, or the person's email")
    fields = (
        ("reference", "at"),
        ("user_name", "counterparty"),
        "asked",
        ("address", "status"),
        "what_happened",
        "what_1c_said",
        "what_to_change",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ErrorReport], search_term: str
    ) -> tuple[QuerySet[ErrorReport], bool]:
        text = search_term.strip()
        if "@" in text:
            return queryset.filter(user__email__icontains=text), False
        return (queryset.filter(reference__istartswith=text) if text else queryset), False

    @admin.display(description=_("what happened"))
    def what_happened(self, report: ErrorReport) -> str:
        return str(error_of(report.kind).title if report.kind else _("The portal has failed"))

    @admin.display(description=_("what 1C said, or where the portal failed"))
    def what_1c_said(self, report: ErrorReport) -> Any:
        return format_html('<span class="as-typed">{}</span>', report.detail) if report.detail else ""

    @admin.display(description=_("what to change"))
    def what_to_change(self, report: ErrorReport) -> str:
        if not report.kind:
            return str(_("This is a fault of the portal: send its makers what stands above."))
        error = error_of(report.kind)
        return str(error.for_staff or error.what_to_do)
