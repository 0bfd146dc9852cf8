"""The accountant's view of issued acts."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from accounts.models import Counterparty
from reconciliation.acts import archive
from reconciliation.acts.downloads import send_file
from reconciliation.admin.reading import ReadOnlyAdmin, amount_column, period
from reconciliation.errors import PortalError
from reconciliation.models import IssuedAct


@admin.register(IssuedAct)
class IssuedActAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "counterparty",
        "period",
        "closing_amount",
        "is_current",
        "downloads",
        "issued_at",
        "requested_by_name",
    )
    list_filter = ("is_current", "currency", "year")
    list_select_related = ("counterparty",)
    search_fields = ("sequence", "counterparty__name", "counterparty__inn", "counterparty__onec_guid")
    date_hierarchy = "issued_at"
    fields = (
        "counterparty",
        ("date_from", "date_to"),
        ("year", "sequence"),
        "organization",
        "currency",
        "rows",
        ("opening_amount", "closing_amount"),
        ("debit_amount", "credit_amount"),
        ("answered_at", "issued_at"),
        "onec_number",
        ("requested_by", "requested_by_name"),
        ("replaces", "is_current"),
        "sha256",
        "files",
    )
    period = period
    opening_amount = amount_column("opening", _("opening balance"))
    debit_amount = amount_column("debit", _("debit turnover"))
    credit_amount = amount_column("credit", _("credit turnover"))
    closing_amount = amount_column("closing", _("closing balance"))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.file)
        return [
            path("<slug:public_id>/file/<slug:file_format>", view, name="issued_act_file"),
            *super().get_urls(),
        ]

    def file(self, request: HttpRequest, public_id: str, file_format: str) -> HttpResponseBase:
        """Send an act's file to whoever may read every act."""
        if not self.has_view_permission(request):
            raise Http404
        act = get_object_or_404(IssuedAct.objects.select_related("counterparty"), public_id=public_id)
        try:
            return send_file(act, file_format, request.GET)
        except PortalError as error:
            self.message_user(request, error.one_line(), messages.ERROR)
            return redirect("admin:reconciliation_issuedact_changelist")

    @admin.display(description=_("files"))
    def downloads(self, act: IssuedAct) -> SafeString:
        return self._links(act, archive.own_language(act))

    @admin.display(description=_("files"))
    def files(self, act: IssuedAct) -> SafeString:
        lines = ((language.label, self._links(act, language)) for language in Counterparty.Language)
        return format_html_join(mark_safe("<br>"), "{}: {}", lines)

    def _links(self, act: IssuedAct, language: str) -> SafeString:
        links = (
            (reverse("admin:issued_act_file", args=(act.public_id, each)), language, each.upper())
            for each in archive.FORMATS
        )
        return format_html_join(" ", '<a class="underline" href="{}?language={}">{}</a>', links)
