"""Buttons on the pages of counterparties: update from 1C, settle a conflict, ask for this month's act."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import Counterparty
from jobs.deadline import Deadline
from reconciliation import connections, tasks
from reconciliation.acts.issuing import issue
from reconciliation.acts.presets import PRESETS
from reconciliation.admin_kit.pages import to_page_of
from reconciliation.counterparties import conflicts, picking, update_runs
from reconciliation.errors import ListTooShort, PortalError, TooManyAtOnce, Unbalanced
from reconciliation.errors.kept import error_of
from reconciliation.ledger.period import Period
from reconciliation.models import DirectoryRun, IssuedAct

LIST = "admin:accounts_counterparty_changelist"


def start_update(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Begin an update from 1C, or go on at once with one that stopped or waits."""
    update_runs.start_sync(by=request.user, marks_gone="mark_gone" in request.POST)  # type: ignore[arg-type]  # staff
    tasks.enqueue(tasks.continue_runs)
    return redirect(LIST)


def update_status(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Return how far the update is, for the page that shows it."""
    shown = update_context() | {"may_change": True}
    return render(request, "admin/counterparties/update_status.html", shown)


def update_context() -> dict[str, Any]:
    """Return what the list says about the last update from 1C."""
    run = DirectoryRun.objects.filter(kind=DirectoryRun.Kind.ONEC, is_dry_run=False).first()
    found: dict[str, Any] = {"run": run, "expected": Counterparty.objects.filter(gone_since=None).count()}
    if run and run.problem:
        found["problem"] = error_of(run.problem, run.detail)
        found["may_mark_gone"] = run.problem == ListTooShort.__name__
    return {"update": found}


def show_pick(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Show 1C's counterparties that match; those that the portal has are linked, the others can be added."""
    text, today = request.GET.get("q", "").strip(), timezone.localdate()
    shown: dict[str, Any] = {"q": text}
    if text:
        deadline = Deadline(connections.longest_wait())
        found = _search(request, text, deadline=deadline, today=today)
        guids = [entry.guid for entry in found.entries]
        known = dict(Counterparty.objects.filter(onec_guid__in=guids).values_list("onec_guid", "pk"))
        shown["found"] = found
        shown["rows"] = [
            {"entry": entry, "pk": known.get(entry.guid), "token": picking.offer(entry, on=today)}
            for entry in found.entries
        ]
    title = gettext("Add a counterparty")
    answer: HttpResponse = model_admin.show(request, "admin/counterparties/pick.html", title, **shown)
    return answer


def _search(request: HttpRequest, text: str, *, deadline: Deadline, today: date) -> picking.Found:
    user: Any = request.user
    try:
        with connections.onec_for(user) as client:
            return picking.search(text, client=client, deadline=deadline, today=today)
    except TooManyAtOnce as error:
        return picking.Found([], is_whole=False, problem=error)


def take_over(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Bring the counterparty that was picked in."""
    try:
        company, is_new = picking.take_over(request.POST.get("token", ""))
    except BadSignature:
        messages.error(request, gettext("This page has been open for too long. Search once more."))
        return redirect("admin:accounts_counterparty_add")
    words = gettext("%(name)s is added.") if is_new else gettext("%(name)s is in the portal already.")
    messages.success(request, words % {"name": company})
    return to_page_of(company)


def settle(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Take one of the two values of a field in conflict."""
    company = get_object_or_404(Counterparty, pk=pk)
    field, seen = request.POST.get("field", ""), request.POST.get("seen", "")
    ways = {"own": conflicts.keep_own, "onec": conflicts.take_onec}
    if (take := ways.get(request.POST.get("take", ""))) is None:
        raise BadRequest
    if take(company, field, seen=seen):
        messages.success(request, gettext("Done: the other value is not asked about again."))
    else:
        messages.warning(request, gettext("Nothing was changed: 1C says something else by now. Look again."))
    return to_page_of(company)


def issue_this_month(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Ask 1C for the counterparty's act of this month, up to today."""
    company = get_object_or_404(Counterparty, pk=pk)
    act, error = issue_for(
        request, company, PRESETS["this_month"](timezone.localdate()), connections.longest_wait()
    )
    if act:
        messages.success(
            request, gettext("1C answered; act № %(number)s is issued.") % {"number": act.number}
        )
        return to_page_of(act)
    messages.error(request, error.one_line() if error else "")
    return to_page_of(company)


def issue_for(
    request: HttpRequest, company: Counterparty, period: Period, seconds: float
) -> tuple[IssuedAct | None, PortalError | None]:
    """Return the act that 1C gives for the period, or why there is none."""
    user: Any = request.user
    try:
        with connections.onec_for(user) as client:
            issuance = issue(company, period, requested_by=user, client=client, deadline=Deadline(seconds))
    except PortalError as error:
        if isinstance(error, Unbalanced):
            tasks.enqueue(tasks.tell_accounting)
        return None, error
    return issuance.act, None
