"""Previews of a month: what would go out, what is odd, and the button that starts it."""

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reconciliation import connections, tasks
from reconciliation.admin_kit.pages import page, say, to_page_of
from reconciliation.admin_kit.read_only import ReadOnlyAdmin
from reconciliation.admin_kit.table_downloads import as_xlsx
from reconciliation.errors.kept import error_of
from reconciliation.models import DeliveryStep, MonthPreview, PreviewLine
from reconciliation.months import runs
from reconciliation.months.admin.month_pages import MAY_RUN
from reconciliation.months.previews import preparing, workbook
from reconciliation.months.previews.totals import Sums, Totals
from reconciliation.printing.formats import format_money

MAY_APPROVE = "reconciliation.approve_monthpreview"
MONTHS_SHOWN = 12


@admin.register(MonthPreview)
class MonthPreviewAdmin(ReadOnlyAdmin):
    list_display = ("shown_month", "purpose", "state", "started_at", "who_made", "approved_by")
    list_select_related = ("made_by", "approved_by")
    shows_progress = True
    list_before_template = "admin/months/ask_preview.html"
    change_form_outer_before_template = "admin/months/preview.html"
    fields = (("started_at", "who_made"), ("approved_by", "approved_at"))

    def of_list(self, request: HttpRequest) -> dict[str, Any]:
        return months_to_choose(request)

    def of_page(self, request: HttpRequest, entry: MonthPreview) -> dict[str, Any]:
        return context_of(entry, request) | {"title": _title(entry)}

    @page("make/", "preview_make", may=MAY_RUN, posts=True)
    def make(self, request: HttpRequest) -> HttpResponse:
        """Make a preview of the month that was chosen."""
        chosen = request.POST.get("month", "")
        if chosen not in {f"{month:%Y-%m}" for month in _months()}:
            messages.error(request, gettext("Choose one of the months."))
            return redirect("admin:reconciliation_monthpreview_changelist")
        month = date.fromisoformat(f"{chosen}-01")
        preview = preparing.start(month, by=request.user)  # type: ignore[arg-type]  # staff are logged in
        tasks.enqueue(tasks.work_on_preview, preview.pk)
        return to_page_of(preview)

    @page("<int:pk>/approve/", "preview_approve", may=MAY_APPROVE, posts=True)
    def approve(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Start the month from its preview."""
        preview = get_object_or_404(MonthPreview, pk=pk)
        run = preparing.approve(preview, request.user)  # type: ignore[arg-type]  # staff are logged in
        say(request, gettext("The month has begun.") if run else "")
        if run:
            tasks.enqueue(tasks.continue_months)
        return to_page_of(run or preview)

    @page("<int:pk>/xlsx/", "preview_xlsx")
    def take_out(self, request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
        """Return the preview as XLSX."""
        preview = get_object_or_404(MonthPreview, pk=pk)
        if preview.state == preparing.State.READING:
            raise Http404
        name = gettext("Preview %(month)s.xlsx") % {"month": f"{preview.month:%Y-%m}"}
        return as_xlsx(name, workbook.sheets_of(preview))

    @admin.display(description=_("month"), ordering="month")
    def shown_month(self, preview: MonthPreview) -> str:
        return date_format(preview.month, "F Y")

    @admin.display(description=_("made by"))
    def who_made(self, preview: MonthPreview) -> str:
        return str(preview.made_by or gettext("the schedule, or a command"))


def months_to_choose(request: HttpRequest) -> dict[str, Any]:
    """Return what the form that asks for a preview shows."""
    months = [{"value": f"{month:%Y-%m}", "words": date_format(month, "F Y")} for month in _months()]
    return {"months": months, "may_run": request.user.has_perm(MAY_RUN)}


def context_of(preview: MonthPreview, request: HttpRequest) -> dict[str, Any]:
    """Return what the preview's panel shows to this person."""
    totals = Totals.from_json(preview.totals)
    run, can = runs.find(preview.month), preparing.can_be_approved(preview)
    newest = preparing.newest(preview.month)
    sends_letters = can and DeliveryStep.Way.EMAIL in totals.ways
    return {
        "preview": preview, "totals": totals, "run": run,
        "currencies": [_currency(code, totals) for code in sorted(totals.currencies)],
        "ways": [_way(way, totals) for way in DeliveryStep.Way if way in {*totals.ways, *totals.left_out}],
        "odd": [(odd, totals.odd[odd]) for odd in PreviewLine.Odd if odd in totals.odd],
        "nothing": sum(totals.excluded.values()),
        "problem": error_of(preview.problem, preview.detail) if preview.problem else None,
        "is_over": runs.is_over(preview.month),
        "newer": newest if newest and newest.pk > preview.pk and not preview.only else None,
        "letters_open_at": connections.letter_rules().closed_until() if sends_letters else None,
        "to_check": totals.acts, "can_approve": can and request.user.has_perm(MAY_APPROVE), "waits": can,
    }  # fmt: skip


def _title(preview: MonthPreview) -> str:
    return gettext("Preview: %(month)s") % {"month": date_format(preview.month, "F Y")}


def _months() -> list[date]:
    """Return the months that a preview can be made of: this one, too, which is not over yet."""
    found = [timezone.localdate().replace(day=1)]
    while len(found) < MONTHS_SHOWN:
        found.append(runs.month_before(found[-1]))
    return [*found[1:], found[0]]


def _currency(code: str, totals: Totals) -> dict[str, Any]:
    sums = totals.currencies[code]
    difference = sums.closing - sums.checked
    return {
        "listed": _sums(sums.listed, code), "acts": _sums(sums.acts, code),
        "nothing": _sums(sums.nothing, code) if sums.nothing.number else None,
        "difference": format_money(difference, code) if difference else "",
    }  # fmt: skip


def _sums(sums: Sums, code: str) -> dict[str, Any]:
    return {
        "number": sums.number, "to_us": format_money(sums.to_us, code),
        "by_us": format_money(sums.by_us, code),
    }  # fmt: skip


def _way(way: DeliveryStep.Way, totals: Totals) -> dict[str, Any]:
    """Return who gets it by a way, and why others do not."""
    reasons = totals.left_out.get(way, {})
    return {
        "way": way, "label": way.label, "number": totals.ways.get(way, 0),
        "width": f"{totals.ways.get(way, 0) / max(totals.acts, 1) * 100:.3f}",
        "reasons": [(DeliveryStep.Reason(reason).label, number) for reason, number in reasons.items()],
    }  # fmt: skip
