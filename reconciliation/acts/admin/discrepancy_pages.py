"""Acts that could not be issued: the rows, the difference, a note, and 1C asked again."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from jobs.deadline import Deadline
from reconciliation import connections
from reconciliation.acts import discrepancies
from reconciliation.admin_kit.columns import amount_column, period
from reconciliation.admin_kit.pages import page, to_page_of
from reconciliation.admin_kit.read_only import OfCounterparties
from reconciliation.errors import PortalError
from reconciliation.ledger import snapshot
from reconciliation.models import Discrepancy
from reconciliation.printing.formats import language_of

ROW_LIMIT = 500
MAY_CHANGE = "reconciliation.change_discrepancy"


@admin.register(Discrepancy)
class DiscrepancyAdmin(OfCounterparties):
    list_display = (
        "counterparty", "period", "exact_difference", "times", "last_seen_at", "note", "resolved_at",
    )  # fmt: skip
    list_filter = (("resolved_at", admin.EmptyFieldListFilter),)
    list_select_related = ("counterparty",)
    change_form_outer_before_template = "admin/discrepancies/again.html"
    change_form_outer_after_template = "admin/discrepancies/rows.html"
    fields = (
        "counterparty", ("date_from", "date_to"), ("opening_amount", "closing_amount"),
        ("debit_amount", "credit_amount"), ("exact_difference", "currency"), "what_is_wrong",
        ("requested_by", "times"), ("first_seen_at", "last_seen_at"), ("told", "resolved_at"), "note",
    )  # fmt: skip
    period = period
    opening_amount = amount_column("opening", _("opening balance"))
    debit_amount = amount_column("debit", _("debit turnover"))
    credit_amount = amount_column("credit", _("credit turnover"))
    closing_amount = amount_column("closing", _("closing balance in 1C"))
    exact_difference = amount_column("difference", _("difference"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The note may be changed, and nothing else."""
        return bool(request.user.has_perm(MAY_CHANGE))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [name for name in flatten(self.fields) if name != "note"]

    def of_page(self, request: HttpRequest, entry: Discrepancy) -> dict[str, Any]:
        return {"facts": snapshot.load(entry.snapshot), "row_limit": ROW_LIMIT}

    @page("<int:pk>/again/", "discrepancy_again", may=MAY_CHANGE, posts=True)
    def ask_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask 1C for the same figures once more; no act is issued."""
        entry = get_object_or_404(Discrepancy, pk=pk)
        user: Any = request.user
        try:
            with connections.onec_for(user) as client:
                deadline = Deadline(connections.longest_wait())
                balances = discrepancies.ask_again(entry, client=client, deadline=deadline)
        except PortalError as error:
            messages.error(request, error.one_line())
        else:
            if balances:
                messages.success(request, gettext("The figures add up now: the entry is closed."))
            else:
                messages.warning(request, gettext("1C still says figures that do not add up."))
        return to_page_of(entry)

    @admin.display(description=_("who was told"))
    def told(self, entry: Discrepancy) -> str:
        if entry.told_at is None:
            return gettext("nobody yet; %(email)s is written to within minutes") % {
                "email": settings.ACCOUNTING_EMAIL or "ACCOUNTING_EMAIL"
            }
        return f"{entry.told_to} {timezone.localtime(entry.told_at):%d.%m.%Y %H:%M}".strip()

    @admin.display(description=_("what does not add up"))
    def what_is_wrong(self, entry: Discrepancy) -> str:
        said = discrepancies.describe(snapshot.load(entry.snapshot), language_of(get_language()))
        return linebreaksbr("\n".join(said))
