"""What an accountant does with several counterparties at once."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.models import Counterparty
from jobs.deadline import Deadline
from reconciliation import connections
from reconciliation.acts.forms import DayField, PeriodForm
from reconciliation.counterparties import conflicts
from reconciliation.counterparties.admin import invitation_rounds
from reconciliation.counterparties.admin.counterparty_views import issue_for
from reconciliation.counterparties.admin.file_pages import take_out

MOST_ACTS = 20
CHOICE = ("action", "select_across", "_selected_action")
"""What the list sends: the action, and which rows were ticked."""
Rows = QuerySet[Counterparty]


class PauseForm(forms.Form):
    """Until when, and why."""

    paused_until = DayField(label=_("Paused until (the last day of the pause)"))
    pause_reason = forms.CharField(label=_("Reason"), max_length=300, widget=UnfoldAdminTextInputWidget)

    def clean_paused_until(self) -> Any:
        day = self.cleaned_data["paused_until"]
        if day is None or day < timezone.localdate():
            raise forms.ValidationError(_("Choose today or a later day."))
        return day


def _action(description: Any) -> Callable[..., Any]:
    return admin.action(description=description, permissions=["change"])


@_action(_("Issue acts for a period"))
def issue_acts(model_admin: Any, request: HttpRequest, rows: Rows) -> HttpResponse | None:
    """Ask for a period, then issue an act for each; what did not fit into the time is named."""
    if (number := rows.count()) > MOST_ACTS:
        words = gettext("Choose %(most)s counterparties at most: each act asks 1C. You chose %(number)s.")
        messages.error(request, words % {"most": MOST_ACTS, "number": number})
        return None
    asked = "date_from" in request.POST
    form = PeriodForm(request.POST if asked else None, today=timezone.localdate())
    if not asked or not form.is_valid():
        return _ask(model_admin, request, rows, form, "issue")
    deadline = Deadline(connections.longest_wait())
    results = []
    for company in rows:
        act, error = issue_for(request, company, form.cleaned_data["asked"], deadline.remaining)
        results.append({"company": company, "act": act, "error": error})
    answer: HttpResponse = model_admin.show(
        request, "admin/counterparties/issued.html", gettext("Acts for a period"), results=results
    )
    return answer


@_action(_("Pause the month's acts"))
def pause(model_admin: Any, request: HttpRequest, rows: Rows) -> HttpResponse | None:
    """Ask until when and why, then pause."""
    form = PauseForm(request.POST if "paused_until" in request.POST else None)
    if not form.is_valid():
        return _ask(model_admin, request, rows, form, "pause")
    number = _save_each(rows, **form.cleaned_data)
    messages.success(request, ngettext("%(n)s is paused.", "%(n)s are paused.", number) % {"n": number})
    return None


@_action(_("End the pause"))
def resume(model_admin: Any, request: HttpRequest, rows: Rows) -> None:
    number = _save_each(rows.exclude(paused_until=None), paused_until=None, pause_reason="")
    words = ngettext("%(n)s is not paused any more.", "%(n)s are not paused any more.", number)
    messages.success(request, words % {"n": number})


@_action(_("Conflicts: take 1C's values"))
def take_onec(model_admin: Any, request: HttpRequest, rows: Rows) -> None:
    _settle(request, rows, own=False)


@_action(_("Conflicts: keep the portal's values"))
def keep_own(model_admin: Any, request: HttpRequest, rows: Rows) -> None:
    _settle(request, rows, own=True)


@admin.action(description=_("Invite those who have no login"), permissions=["invite"])
def invite(model_admin: Any, request: HttpRequest, rows: Rows) -> HttpResponse:
    """Show who of them would get a letter, then send."""
    sent = {name: request.POST.getlist(name) for name in CHOICE}
    return invitation_rounds.ask(model_admin, request, rows, sent=sent)


@_action(_("Export as XLSX"))
def export_xlsx(model_admin: Any, request: HttpRequest, rows: Rows) -> HttpResponseBase:
    return take_out(rows, "xlsx")


@_action(_("Export as CSV"))
def export_csv(model_admin: Any, request: HttpRequest, rows: Rows) -> HttpResponseBase:
    return take_out(rows, "csv")


def _settle(request: HttpRequest, rows: Rows, *, own: bool) -> None:
    settled = sum(conflicts.settle_all(row, own=own) for row in rows.filter(in_conflict=True))
    words = ngettext("%(n)s conflict is settled.", "%(n)s conflicts are settled.", settled)
    messages.success(request, words % {"n": settled})


def _save_each(rows: Rows, **fields: Any) -> int:
    """Save the fields of each row by itself, so that each row's history shows who did it."""
    number = 0
    for row in rows.iterator():
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(update_fields=list(fields))
        number += 1
    return number


def _ask(model_admin: Any, request: HttpRequest, rows: Rows, form: forms.Form, what: str) -> HttpResponse:
    """Return a page that asks for more, and sends the same choice of rows again."""
    title = {"issue": gettext("Acts for a period"), "pause": gettext("Pause the month's acts")}[what]
    answer: HttpResponse = model_admin.show(
        request, f"admin/counterparties/{what}.html", title, status=422 if form.errors else 200,
        form=form, rows=rows[:10], number=rows.count(),
        sent={name: request.POST.getlist(name) for name in CHOICE},
    )  # fmt: skip
    return answer
