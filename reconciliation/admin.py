"""The accountant's view of issued acts and of those that could not be issued."""

import io
from typing import Any

from django.contrib import admin
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.access import may_read_everything
from accounts.models import User
from reconciliation.acts import archive
from reconciliation.acts.wording import format_amount, language_of
from reconciliation.models import Discrepancy, IssuedAct


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """What is kept is looked at, never edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.display(description=_("period"), ordering="date_from")
def period(self: Any, entry: Any) -> str:
    """Show both ends of a period in one column."""
    return f"{entry.date_from:%d.%m.%Y} – {entry.date_to:%d.%m.%Y}"


def amount_column(name: str, title: Any) -> Any:
    """Return a list column that shows the amount in `name` as people write it."""

    @admin.display(description=title, ordering=name)
    def column(self: Any, entry: Any) -> str:
        return format_amount(getattr(entry, name), language_of(get_language()))

    return column


@admin.register(IssuedAct)
class IssuedActAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "counterparty",
        "period",
        "closing_amount",
        "currency",
        "is_current",
        "requested_by_name",
        "issued_at",
        "downloads",
    )
    list_filter = ("is_current", "currency", "year")
    list_select_related = ("counterparty",)
    search_fields = ("sequence", "counterparty__name", "counterparty__inn", "counterparty__onec_guid")
    date_hierarchy = "issued_at"
    exclude = ("snapshot",)
    readonly_fields = ("downloads",)
    period = period
    closing_amount = amount_column("closing", _("closing balance"))

    def get_urls(self) -> list[Any]:
        here = path(
            "<slug:public_id>/file/<slug:form>", self.admin_site.admin_view(self.file), name="issued_act_file"
        )
        return [here, *super().get_urls()]

    def file(self, request: HttpRequest, public_id: str, form: str) -> FileResponse:
        """Send an act's file to whoever may read every act."""
        assert isinstance(request.user, User)  # noqa: S101  # admin_view lets nobody else through
        if form not in archive.FORMATS or not may_read_everything(request.user):
            raise Http404
        act = get_object_or_404(IssuedAct, public_id=public_id)
        return FileResponse(
            io.BytesIO(archive.read(act, form)),
            as_attachment=True,
            filename=archive.file_name(act, form),
            content_type=archive.FORMATS[form][0],
        )

    @admin.display(description=_("files"))
    def downloads(self, act: IssuedAct) -> SafeString:
        links = (
            (reverse("admin:issued_act_file", args=(act.public_id, form)), form.upper())
            for form in archive.FORMATS
        )
        return format_html_join(" ", '<a class="underline" href="{}">{}</a>', links)


@admin.register(Discrepancy)
class DiscrepancyAdmin(ReadOnlyAdmin):
    list_display = (
        "counterparty",
        "period",
        "exact_difference",
        "currency",
        "times",
        "last_seen_at",
        "told_at",
        "resolved_at",
    )
    list_filter = (("resolved_at", admin.EmptyFieldListFilter),)
    list_select_related = ("counterparty",)
    search_fields = ("counterparty__name", "counterparty__inn")
    exclude = ("snapshot",)
    period = period
    exact_difference = amount_column("difference", _("difference"))
