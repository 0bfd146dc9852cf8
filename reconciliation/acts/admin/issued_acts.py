"""The accountant's view of issued acts."""

import re
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter

from accounts.models import Counterparty, User
from accounts.search_text import with_words
from reconciliation.acts import archive
from reconciliation.acts.downloads import send_file
from reconciliation.admin_kit.columns import amount_column, period, with_note
from reconciliation.admin_kit.filters import choice_filter
from reconciliation.admin_kit.pages import page
from reconciliation.admin_kit.read_only import ReadOnlyAdmin
from reconciliation.errors import PortalError
from reconciliation.models import ActSequence, IssuedAct

LONGEST_NUMBER = 6
"""Digits of an act's number as it is printed; a tax number has more."""
FEW_KEYS = 1000
"""So many keys are looked up one by one, which is faster; of more the database makes a subquery."""


def found_acts(acts: QuerySet[IssuedAct], text: str) -> QuerySet[IssuedAct]:
    """Return the acts with this printed number, or else those of a counterparty or asked for by a person."""
    text = text.strip()
    if not text:
        return acts
    number = re.fullmatch(r"(?:№|No\.?|#)?\s*(\d{1,9})", text, re.IGNORECASE)
    if number and (len(number[1]) <= LONGEST_NUMBER or number[1] != text):
        return acts.filter(sequence=int(number[1]))
    companies = with_words(Counterparty.objects.all(), text)
    people = User.objects.all()
    for word in re.split(r"\s+", text):
        # Not icontains: SQLite knows no case of Russian letters.
        like = re.escape(word)
        people = people.filter(Q(email__iregex=like) | Q(first_name__iregex=like) | Q(last_name__iregex=like))
    return acts.filter(Q(counterparty__in=_keys(companies)) | Q(requested_by__in=_keys(people)))


def _keys(rows: QuerySet[Any]) -> Any:
    """Return the keys of the rows, in a list where there are few of them."""
    keys = rows.order_by().values_list("pk", flat=True)
    first = list(keys[: FEW_KEYS + 1])
    return first if len(first) <= FEW_KEYS else keys


def _years() -> list[tuple[Any, Any]]:
    years = ActSequence.objects.values_list("year", flat=True).distinct().order_by("-year")
    return [(year, year) for year in years]


YearFilter = choice_filter("year", _("year"), _years, lambda _request, acts, year: acts.filter(year=year))


@admin.register(IssuedAct)
class IssuedActAdmin(ReadOnlyAdmin):
    list_display = ("shown_number", "counterparty", "period", "closing_amount", "downloads", "issued")
    list_filter = ("is_current", YearFilter, ("date_to", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("counterparty",)
    search_fields = ("sequence",)
    search_help_text = _("The printed number, a counterparty, or the person who asked")
    list_per_page = 50
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
        ("requested_by", "requested_by_name", "by_accounting"),
        ("replaces", "is_current"),
        "sha256",
        "files",
    )
    period = period
    opening_amount = amount_column("opening", _("opening balance"))
    debit_amount = amount_column("debit", _("debit turnover"))
    credit_amount = amount_column("credit", _("credit turnover"))
    closing_amount = amount_column("closing", _("closing balance"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[IssuedAct]:
        # A snapshot may be megabytes, and no page of the admin shows it.
        return super().get_queryset(request).defer("snapshot")  # type: ignore[no-any-return]  # unfold has no types

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[IssuedAct], search_term: str
    ) -> tuple[QuerySet[IssuedAct], bool]:
        return found_acts(queryset, search_term), False

    @page("<slug:public_id>/file/<slug:file_format>", "issued_act_file")
    def file(self, request: HttpRequest, public_id: str, file_format: str) -> HttpResponseBase:
        """Send an act's file to whoever may read every act."""
        act = get_object_or_404(IssuedAct.objects.select_related("counterparty"), public_id=public_id)
        try:
            return send_file(act, file_format, request)
        except PortalError as error:
            self.message_user(request, error.one_line(), messages.ERROR)
            return redirect("admin:reconciliation_issuedact_changelist")

    @admin.display(description=_("number"), ordering="sequence")
    def shown_number(self, act: IssuedAct) -> str:
        return act.number if act.is_current else with_note(act.number, gettext("replaced"))

    @admin.display(description=_("issued"), ordering="issued_at")
    def issued(self, act: IssuedAct) -> SafeString:
        when = date_format(timezone.localtime(act.issued_at), "DATETIME_FORMAT")
        return with_note(when, act.requested_by_name)

    @admin.display(description=_("files"))
    def downloads(self, act: IssuedAct) -> SafeString:
        return format_html('<span class="nowrap">{}</span>', self._links(act))

    @admin.display(description=_("files"))
    def files(self, act: IssuedAct) -> SafeString:
        lines = ((language.label, self._links(act, language)) for language in Counterparty.Language)
        return format_html_join(mark_safe("<br>"), "{}: {}", lines)

    def _links(self, act: IssuedAct, language: str = "") -> SafeString:
        query = f"?language={language}" if language else ""
        links = (
            (reverse("admin:issued_act_file", args=(act.public_id, each)), query, each.upper())
            for each in archive.FORMATS
        )
        return format_html_join(" ", '<a class="underline" href="{}{}">{}</a>', links)
