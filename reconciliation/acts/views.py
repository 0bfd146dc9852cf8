"""The page `/acts/`: ask for an act, see it, take its files, find the earlier ones."""

import logging
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import counterparties_of, may
from accounts.models import Counterparty, User
from jobs.deadline import Deadline
from reconciliation import connections, tasks
from reconciliation.acts import archive, cancelling
from reconciliation.acts.downloads import send_file
from reconciliation.acts.forms import PeriodForm
from reconciliation.acts.history import History, history_of
from reconciliation.acts.issuing import Issuance, issue, last_movement
from reconciliation.acts.presets import CUSTOM, DEFAULT
from reconciliation.acts.sheet import changes_of, other_language, sentence_of
from reconciliation.acts.visitors import ASKED, PERIOD, for_logged_in, own_act, own_counterparty
from reconciliation.errors import PortalError, TooManyAtOnce, Unbalanced, ViewersIssueNothing
from reconciliation.ledger.period import Period
from reconciliation.models import IssuedAct
from reconciliation.monitoring import error_reports
from reconciliation.monitoring.logs import request_id
from reconciliation.printing.texts import tax_number_label

DRAWING_SECONDS, DRAWN_A_SECOND = 0.5, 400_000
"""What of the 20 seconds is kept for drawing, and how many characters of a snapshot are drawn in one at the
least; the download draws more."""
LAST_PERIOD_SECONDS = 10.0
ROW_LIMIT = 200
log = logging.getLogger(__name__)
ACTS = IssuedAct.objects.select_related("counterparty")
# Of the newer act only the number is shown; a snapshot may be megabytes.
WITH_NEIGHBOURS = ACTS.select_related("replaces", "replaced_by").defer("replaced_by__snapshot")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_logged_in
def page(request: HttpRequest) -> HttpResponse:
    """Show the form, or make the act that it asks for."""
    if request.method != "POST":
        return show_page(request)
    user = cast(User, request.user)
    counterparty = own_counterparty(request, request.POST.get("counterparty", ""))
    if counterparty is None:
        return show_nobody(request)
    form = PeriodForm(request.POST, today=timezone.localdate())
    if not may(user, "issue", counterparty):
        return show_problem(request, ViewersIssueNothing(), counterparty=counterparty, form=form)
    if not form.is_valid():
        return show_page(request, counterparty=counterparty, form=form, status=422)
    deadline = Deadline(connections.longest_wait())
    try:
        with connections.onec_for(user) as client:
            issuance = issue(
                counterparty,
                form.cleaned_data["asked"],
                requested_by=user,
                client=client,
                deadline=deadline,
                request_key=_request_key(request),
            )
            _draw_if_short(issuance, deadline)
    except PortalError as error:
        return show_problem(request, error, counterparty=counterparty, form=form)
    request.session["fresh_act"] = _flash(form, issuance)
    return redirect(reverse("acts:show", args=(issuance.act.public_id,)) + "#act")


@never_cache
@for_logged_in
@require_POST
def cancel(request: HttpRequest) -> HttpResponse:
    """Give a request up; say whether an act had been issued for it already."""
    key = _request_key(request)
    if not key:
        return HttpResponseBadRequest()
    act = cancelling.cancel(user=cast(User, request.user), key=key)
    return render(request, "acts/cancelled.html", {"act": act})


@never_cache
@for_logged_in
@require_safe
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show an issued act; `fresh` once, right after it was made, so that the download starts once."""
    act = own_act(request, public_id, WITH_NEIGHBOURS)
    flash = request.session.get("fresh_act") or {}
    if flash.get("act") != public_id:
        flash = {}
    elif request.method == "GET":
        del request.session["fresh_act"]
    was_existing = bool(flash.get("existed"))
    return show_page(request, act=act, asked=flash.get("asked"), fresh=bool(flash), was_existing=was_existing)


@never_cache
@for_logged_in
@require_safe
def last_period(request: HttpRequest, public_id: str) -> HttpResponse:
    """Offer the last period with documents, for an act that has none; asks 1C about five years."""
    act = own_act(request, public_id, WITH_NEIGHBOURS)
    user = cast(User, request.user)
    if not may(user, "issue", act.counterparty):
        return show_problem(request, ViewersIssueNothing(), act=act)
    asked, deadline = Period(act.date_from, act.date_to), Deadline(LAST_PERIOD_SECONDS)
    found, problem, today = None, None, timezone.localdate()
    try:
        with connections.onec_for(user) as client:
            found = last_movement(act.counterparty, asked, client=client, deadline=deadline, today=today)
    except TooManyAtOnce as error:
        problem = error
    if not getattr(request, "htmx", False):
        if problem:
            return show_problem(request, problem, act=act)
        return show_page(request, act=act, last_period=found, last_period_looked_for=True)
    context = {"counterparty": act.counterparty, "last_period": found, "wait_seconds": wait_seconds()}
    status = problem.status if problem else 200
    return render(request, "acts/last_period.html", context | {"problem": problem}, status=status)


@never_cache
@for_logged_in
@require_safe
def file(request: HttpRequest, public_id: str, file_format: str) -> HttpResponseBase:
    """Send a file of an issued act as a download."""
    act = own_act(request, public_id, ACTS)
    try:
        return send_file(act, file_format, request)
    except PortalError as error:
        return show_problem(request, error, act=act)


def _request_key(request: HttpRequest) -> str:
    return request.POST.get("request_key", "")[: cancelling.LONGEST_KEY]


def _draw_if_short(issuance: Issuance, deadline: Deadline) -> None:
    """Draw the PDF before the page is here: trouble then shows on the page, and the download is at once."""
    if len(issuance.act.snapshot) <= (deadline.remaining + DRAWING_SECONDS) * DRAWN_A_SECOND:
        archive.make(issuance.act, "pdf")


def _flash(form: PeriodForm, issuance: Issuance) -> dict[str, object]:
    """Return what the act's page needs to know once about the request that led to it."""
    return {
        "act": issuance.act.public_id,
        "existed": issuance.existed,
        "asked": {name: form.data.get(name, "") for name in ASKED},
    }


def show_page(
    request: HttpRequest,
    *,
    counterparty: Counterparty | None = None,
    form: PeriodForm | None = None,
    act: IssuedAct | None = None,
    asked: Mapping[str, str] | None = None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    """Return the page: the form as it was filled in (`form`, else `asked`), the act if any, the history.

    When the list of earlier acts alone is asked for, it alone is returned.
    """
    if act:
        counterparty = act.counterparty
    counterparty = counterparty or own_counterparty(request, request.GET.get("counterparty", ""))
    if counterparty is None:
        return show_nobody(request)
    form = form or _form(counterparty, asked or _asked_for(act, request))
    chosen = _chosen(form)
    history = _history(request, counterparty, act, chosen)
    shown = {"history": history, "act": act, "chosen": chosen}
    if getattr(getattr(request, "htmx", None), "target", "") == "history":
        return render(request, "acts/history.html", shown)
    context = {
        "counterparties": counterparties_of(cast(User, request.user)),
        "may_issue": may(cast(User, request.user), "issue", counterparty),
        "counterparty": counterparty,
        "form": form,
        "chosen_query": urlencode(chosen),
        "here": _here(request, history),
        "tax_number_label": tax_number_label(settings.DEFAULT_CURRENCY),
        "wait_seconds": wait_seconds(),
        "reference": request_id.get(),
    }
    return render(request, "acts/page.html", {**shown, **context, **_about(act), **extra}, status=status)


def show_problem(request: HttpRequest, error: PortalError, **page: Any) -> HttpResponse:
    """Return the page with an error on it; keep the error, and have accounting told where it must be."""
    log.warning("no act: %s: %s", error.kind, error.detail)
    act: IssuedAct | None = page.get("act")
    about = page.get("counterparty") or (act.counterparty if act else None)
    error_reports.keep(request, error, counterparty=about, asked=_period_asked_for(page.get("form"), act))
    if isinstance(error, Unbalanced):
        tasks.enqueue(tasks.tell_accounting)
    response = show_page(request, problem=error, status=error.status, **page)
    if error.status == 503:
        response["Retry-After"] = "60"
    return response


def show_nobody(request: HttpRequest) -> HttpResponse:
    """Return the page for somebody who has no counterparty."""
    return render(request, "acts/nobody.html")


def wait_seconds() -> int:
    """Return how long the page says that the portal waits: for 1C and for the drawing."""
    return round(connections.longest_wait()) + 2


def _period_asked_for(form: PeriodForm | None, act: IssuedAct | None) -> str:
    """Return the days that a request was about, as people write them; empty when it named none."""
    asked = form.cleaned_data.get("asked") if form and form.is_valid() else None
    if asked:
        return f"{asked.start:%d.%m.%Y} – {asked.end:%d.%m.%Y}"  # a span
    return f"{act.date_from:%d.%m.%Y} – {act.date_to:%d.%m.%Y}" if act else ""


def _about(act: IssuedAct | None) -> dict[str, Any]:
    """Return what the page says of the act that it shows."""
    if act is None:
        return {}
    return {
        "sentence": sentence_of(act.facts),
        "changes": changes_of(act),
        "other_language": other_language(act),
        "row_limit": ROW_LIMIT,
    }


def _history(
    request: HttpRequest, counterparty: Counterparty, act: IssuedAct | None, chosen: Mapping[str, str]
) -> History:
    """Return the earlier acts; on an act's page they are paged without leaving it."""
    if act:
        address, kept = reverse("acts:show", args=(act.public_id,)), chosen
    else:
        address, kept = reverse("acts:page"), {"counterparty": counterparty.onec_guid, **chosen}
    return history_of(counterparty, request.GET, address=address, kept=kept)


def _form(counterparty: Counterparty, asked: Mapping[str, str]) -> PeriodForm:
    initial = {"period": DEFAULT, **asked, "counterparty": counterparty.onec_guid}
    return PeriodForm(today=timezone.localdate(), initial=initial)


def _asked_for(act: IssuedAct | None, request: HttpRequest) -> dict[str, str]:
    """Return what stood in the form before another page came between, or the act's period."""
    asked = {name: request.GET[name] for name in PERIOD if request.GET.get(name)}
    if act and not asked:
        dates = {"date_from": act.date_from.isoformat(), "date_to": act.date_to.isoformat()}
        return {"period": CUSTOM, **dates}
    return asked


def _chosen(form: PeriodForm) -> dict[str, str]:
    """Return the period as the form shows it; dates only where they stand in it."""
    return {name: str(value) for name in PERIOD if (value := form[name].value())}


def _here(request: HttpRequest, history: History) -> str:
    """Return the address that shows this page again in another language, its form as it is filled in."""
    return f"{history.address}?{urlencode({**request.GET.dict(), **history.kept})}"
