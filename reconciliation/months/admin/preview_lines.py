"""Counterparties of a preview, one a line, filtered by what becomes of them and by what is odd."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.search_text import search_words
from reconciliation.admin_kit.read_only import WAYS, ReadOnlyAdmin, number_in, with_note
from reconciliation.models import DeliveryStep, MonthPreview, PreviewLine
from reconciliation.months.previews.words import reasons_of, why_nothing
from reconciliation.printing.formats import format_money, language_of

Lines = QuerySet[PreviewLine]


class FateFilter(admin.SimpleListFilter):
    """What becomes of somebody."""

    title = _("what becomes of it")
    parameter_name = "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("act", _("gets an act")), ("nothing", _("gets nothing")), ("odd", _("something is odd"))]

    def queryset(self, request: HttpRequest, queryset: Lines) -> Lines:
        if self.value() == "odd":
            return queryset.exclude(odd="")
        if self.value() in ("act", "nothing"):
            getting = queryset.exclude(ways=[])
            return getting if self.value() == "act" else queryset.filter(ways=[])
        return queryset


class OddFilter(admin.SimpleListFilter):
    """One kind of what is odd."""

    title = _("what is odd")
    parameter_name = "odd"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(PreviewLine.Odd.choices)

    def queryset(self, request: HttpRequest, queryset: Lines) -> Lines:
        odd = self.value()
        return queryset.filter(odd__contains=odd) if odd and odd in PreviewLine.Odd.values else queryset


def _money(amount: Decimal | None, currency: str) -> str:
    if amount is None or not currency:
        return "–"
    return format_money(amount, currency, language_of(get_language()))


@admin.register(PreviewLine)
class PreviewLineAdmin(ReadOnlyAdmin):
    """Reached from a preview."""

    list_display = ("shown_name", "shown_balance", "shown_before", "by_ways", "what_is_odd")
    list_display_links = None
    list_filter = (FateFilter, OddFilter)
    search_fields = ("search",)
    search_help_text = _("A counterparty: name, tax number or email")
    show_full_result_count = False
    list_per_page = 50
    ordering = ("pk",)
    list_before_template = "admin/months/preview_lines.html"
    fields = ("name", "guid")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "preview__id__exact" or bool(super().lookup_allowed(lookup, value, request))

    def get_search_results(
        self, request: HttpRequest, queryset: Lines, search_term: str
    ) -> tuple[Lines, bool]:
        for word in search_words(search_term):
            queryset = queryset.filter(search__contains=word)
        return queryset, False

    def of_list(self, request: HttpRequest) -> dict[str, Any]:
        number = number_in(request, "preview__id__exact")
        return {"preview": MonthPreview.objects.filter(pk=number).first() if number else None}

    @admin.display(description=_("counterparty"), ordering="name")
    def shown_name(self, line: PreviewLine) -> str | SafeString:
        why = why_nothing(line)
        return with_note(line, why) if why else str(line)

    @admin.display(description=_("balance"), ordering="balance")
    def shown_balance(self, line: PreviewLine) -> str:
        return (
            format_money(line.balance, line.currency, language_of(get_language())) if line.currency else "–"
        )

    @admin.display(description=_("last month's balance"), ordering="before")
    def shown_before(self, line: PreviewLine) -> str:
        return _money(line.before, line.currency)

    @admin.display(description=_("gets it by"))
    def by_ways(self, line: PreviewLine) -> str | SafeString:
        ways = ", ".join(str(WAYS[DeliveryStep.Way(way)]) for way in line.ways) or "–"
        reasons = ", ".join(reasons_of(line))
        return with_note(ways, reasons) if reasons else ways

    @admin.display(description=_("what is odd"))
    def what_is_odd(self, line: PreviewLine) -> str:
        return ", ".join(str(each.label) for each in line.oddities) or "–"
