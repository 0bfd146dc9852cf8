"""Counterparties of a preview, one a line, filtered by what becomes of them and by what is odd."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.search_text import with_words
from reconciliation.admin_kit.columns import WAYS, with_note
from reconciliation.admin_kit.filters import choice_filter
from reconciliation.admin_kit.read_only import ReadOnlyAdmin, number_in
from reconciliation.models import DeliveryStep, MonthPreview, PreviewLine
from reconciliation.months.previews.words import reasons_of, why_nothing
from reconciliation.printing.formats import format_money

Lines = QuerySet[PreviewLine]


FATES = (("act", _("gets an act")), ("nothing", _("gets nothing")), ("odd", _("something is odd")))


def _by_fate(_request: HttpRequest, rows: Lines, value: str) -> Lines:
    if value == "odd":
        return rows.exclude(odd="")
    return rows.filter(ways=[]) if value == "nothing" else rows.exclude(ways=[])


def _money(amount: Decimal | None, currency: str) -> str:
    if amount is None or not currency:
        return "–"
    return format_money(amount, currency)


@admin.register(PreviewLine)
class PreviewLineAdmin(ReadOnlyAdmin):
    """Reached from a preview."""

    list_display = ("shown_name", "shown_balance", "shown_before", "by_ways", "what_is_odd")
    list_display_links = None
    list_filter = (
        choice_filter("what", _("what becomes of it"), FATES, _by_fate),
        choice_filter(
            "odd", _("what is odd"), PreviewLine.Odd.choices,
            lambda _request, rows, value: rows.filter(odd__contains=value),
        ),
    )  # fmt: skip
    search_fields = ("search",)
    search_help_text = _("A counterparty: name, tax number or email")
    reached_by = "preview__id__exact"
    list_per_page = 50
    ordering = ("pk",)
    list_before_template = "admin/months/preview_lines.html"
    fields = ("name", "guid")

    def get_search_results(
        self, request: HttpRequest, queryset: Lines, search_term: str
    ) -> tuple[Lines, bool]:
        return with_words(queryset, search_term), False

    def of_list(self, request: HttpRequest) -> dict[str, Any]:
        number = number_in(request, "preview__id__exact")
        return {"preview": MonthPreview.objects.filter(pk=number).first() if number else None}

    @admin.display(description=_("counterparty"), ordering="name")
    def shown_name(self, line: PreviewLine) -> str | SafeString:
        return with_note(line, why_nothing(line))

    @admin.display(description=_("balance"), ordering="balance")
    def shown_balance(self, line: PreviewLine) -> str:
        return _money(line.balance, line.currency)

    @admin.display(description=_("last month's balance"), ordering="before")
    def shown_before(self, line: PreviewLine) -> str:
        return _money(line.before, line.currency)

    @admin.display(description=_("gets it by"))
    def by_ways(self, line: PreviewLine) -> str | SafeString:
        ways = ", ".join(str(WAYS[DeliveryStep.Way(way)]) for way in line.ways) or "–"
        return with_note(ways, ", ".join(reasons_of(line)))

    @admin.display(description=_("what is odd"))
    def what_is_odd(self, line: PreviewLine) -> str:
        return ", ".join(str(each.label) for each in line.oddities) or "–"
