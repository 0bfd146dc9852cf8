"""The accountant's view of acts that could not be issued."""

from django.contrib import admin
from django.template.defaultfilters import linebreaksbr
from django.utils.translation import gettext_lazy as _

from reconciliation.admin.reading import ReadOnlyAdmin, amount_column, period
from reconciliation.models import Discrepancy


@admin.register(Discrepancy)
class DiscrepancyAdmin(ReadOnlyAdmin):
    list_display = (
        "counterparty",
        "period",
        "exact_difference",
        "times",
        "last_seen_at",
        "resolved_at",
    )
    list_filter = (("resolved_at", admin.EmptyFieldListFilter),)
    list_select_related = ("counterparty",)
    search_fields = ("counterparty__name", "counterparty__inn")
    fields = (
        "counterparty",
        ("date_from", "date_to"),
        ("opening_amount", "closing_amount"),
        ("debit_amount", "credit_amount"),
        ("exact_difference", "currency"),
        "what_is_wrong",
        ("requested_by", "times"),
        ("first_seen_at", "last_seen_at"),
        ("told_at", "resolved_at"),
    )
    period = period
    opening_amount = amount_column("opening", _("opening balance"))
    debit_amount = amount_column("debit", _("debit turnover"))
    credit_amount = amount_column("credit", _("credit turnover"))
    closing_amount = amount_column("closing", _("closing balance in 1C"))
    exact_difference = amount_column("difference", _("difference"))

    @admin.display(description=_("what does not add up"))
    def what_is_wrong(self, entry: Discrepancy) -> str:
        return linebreaksbr(entry.details)
