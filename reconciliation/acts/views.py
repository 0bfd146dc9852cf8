"""The page `/acts/`: ask for an act, see it, take its files, find the earlier ones."""

from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import may
from accounts.models import User
from jobs.deadline import Deadline
from reconciliation import connections
from reconciliation.acts import archive, cancelling
from reconciliation.acts.downloads import send_file
from reconciliation.acts.forms import PeriodForm
from reconciliation.acts.issuing import Issuance, issue, last_movement
from reconciliation.acts.page import (
    ASKED,
    for_logged_in,
    own_act,
    own_counterparty,
    show_nobody,
    show_page,
    show_problem,
    wait_seconds,
)
from reconciliation.acts.request_slots import request_slot
from reconciliation.errors import PortalError, ViewersIssueNothing
from reconciliation.ledger.period import Period
from reconciliation.models import IssuedAct

DRAWING_SECONDS, DRAWN_A_SECOND = 0.5, 400_000
"""What of the 20 seconds is kept for drawing, and how many characters of a snapshot are drawn in one at the
least; the download draws more."""
LAST_PERIOD_SECONDS = 10.0
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
    deadline, client, period = (
        Deadline(connections.longest_wait()),
        connections.onec(),
        form.cleaned_data["asked"],
    )
    try:
        with request_slot(user, counterparty):
            issuance = issue(
                counterparty,
                period,
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
    if not may(cast(User, request.user), "issue", act.counterparty):
        return show_problem(request, ViewersIssueNothing(), act=act)
    found = last_movement(
        act.counterparty,
        Period(act.date_from, act.date_to),
        client=connections.onec(),
        deadline=Deadline(LAST_PERIOD_SECONDS),
        today=timezone.localdate(),
    )
    if not getattr(request, "htmx", False):
        return show_page(request, act=act, last_period=found, last_period_looked_for=True)
    context = {"counterparty": act.counterparty, "last_period": found, "wait_seconds": wait_seconds()}
    return render(request, "acts/last_period.html", context)


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
        archive.read(issuance.act, "pdf")


def _flash(form: PeriodForm, issuance: Issuance) -> dict[str, object]:
    """Return what the act's page needs to know once about the request that led to it."""
    return {
        "act": issuance.act.public_id,
        "existed": issuance.existed,
        "asked": {name: form.data.get(name, "") for name in ASKED},
    }
