"""The page `/acts/`: ask for an act, see it, take its files, find the earlier ones."""

import io
import logging
from collections.abc import Mapping
from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import counterparties_of
from accounts.models import Counterparty, User
from reconciliation import connections, tasks
from reconciliation.acts import archive
from reconciliation.acts.forms import PeriodForm
from reconciliation.acts.issuing import Issuance, issue, last_movement
from reconciliation.acts.presets import CUSTOM, DEFAULT
from reconciliation.acts.sheet import Sheet
from reconciliation.errors import PortalError, Unbalanced
from reconciliation.http import Deadline
from reconciliation.ledger.period import Period
from reconciliation.logs import request_id
from reconciliation.models import IssuedAct

log = logging.getLogger(__name__)

HISTORY_PAGE = 10
ROW_LIMIT = 200
LONGEST_WAIT = 18.0
"""Seconds that 1C may take while a person waits; the page itself is here within 20."""
DRAWING_SECONDS, ROWS_DRAWN_A_SECOND = 0.5, 4000
"""What of the 20 seconds is kept for drawing, and how fast it goes at the least; the download draws more."""
OFFER_SECONDS = 4.0
"""How long the act is held up to find the last period that has documents."""
ASKED = ("counterparty", "period", "date_from", "date_to")
ACTS = IssuedAct.objects.select_related("counterparty")
# Of the newer act only the number is shown; a snapshot may be megabytes.
WITH_NEIGHBOURS = ACTS.select_related("replaces", "replaced_by").defer("replaced_by__snapshot")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show the form, or make the act that it asks for."""
    if not request.user.is_authenticated:
        return _log_in_and_return(request)
    return _generate(request) if request.method == "POST" else _page(request)


@never_cache
@login_required
@require_safe
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show an issued act; `fresh` once, right after it was made, so that the download starts once."""
    act = _own_act(request, public_id, WITH_NEIGHBOURS)
    flash = request.session.get("fresh_act") or {}
    if flash.get("act") != public_id:
        flash = {}
    elif request.method == "GET":
        del request.session["fresh_act"]
    asked = flash.get("asked") or _asked_for(act)
    form = PeriodForm(
        today=timezone.localdate(), initial=asked | {"counterparty": act.counterparty.onec_guid}
    )
    months = flash.get("last_movement")
    return _page(
        request,
        counterparty=act.counterparty,
        form=form,
        act=act,
        fresh=bool(flash),
        was_existing=bool(flash.get("existed")),
        last_movement=Period(*(date.fromisoformat(day) for day in months)) if months else None,
    )


@never_cache
@login_required
@require_safe
def file(request: HttpRequest, public_id: str, form: str) -> HttpResponse | FileResponse:
    """Send a file of an issued act as a download."""
    if form not in archive.FORMATS:
        raise Http404
    act = _own_act(request, public_id, ACTS)
    try:
        content = archive.read(act, form)
    except PortalError as error:
        problem = _problem(error)
        return _page(request, counterparty=act.counterparty, act=act, problem=problem, status=error.status)
    response = FileResponse(
        io.BytesIO(content),
        as_attachment=True,
        filename=archive.file_name(act, form),
        content_type=archive.FORMATS[form][0],
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _generate(request: HttpRequest) -> HttpResponse:
    counterparty = _own_counterparty(request, request.POST.get("counterparty", ""))
    if counterparty is None:
        return _nobody(request)
    form = PeriodForm(request.POST, today=timezone.localdate())
    if not form.is_valid():
        return _page(request, counterparty=counterparty, form=form, status=422)
    deadline = Deadline(min(settings.ONEC_TIMEOUT, LONGEST_WAIT))
    try:
        issuance = issue(
            counterparty,
            form.cleaned_data["asked"],
            requested_by=cast(User, request.user),
            client=connections.onec(),
            deadline=deadline,
        )
        if issuance.act.rows <= (deadline.remaining + DRAWING_SECONDS) * ROWS_DRAWN_A_SECOND:
            # Drawn here, so that trouble shows on a page and the download that follows is at once.
            archive.read(issuance.act, "pdf")
    except PortalError as error:
        return _page(
            request, counterparty=counterparty, form=form, problem=_problem(error), status=error.status
        )
    request.session["fresh_act"] = _flash(form, issuance, counterparty, deadline)
    return redirect(reverse("acts:show", args=(issuance.act.public_id,)) + "#act")


def _flash(
    form: PeriodForm, issuance: Issuance, counterparty: Counterparty, deadline: Deadline
) -> dict[str, Any]:
    """Return what the act's page needs to know once about the request that led to it."""
    offer = None
    if not issuance.facts.lines:
        offer = last_movement(
            counterparty,
            form.cleaned_data["asked"],
            client=connections.onec(),
            deadline=Deadline(min(OFFER_SECONDS, deadline.remaining)),
            today=timezone.localdate(),
        )
    return {
        "act": issuance.act.public_id,
        "existed": issuance.existed,
        "asked": {name: form.data.get(name, "") for name in ASKED},
        "last_movement": [offer.start.isoformat(), offer.end.isoformat()] if offer else None,
    }


def _page(
    request: HttpRequest,
    *,
    counterparty: Counterparty | None = None,
    form: PeriodForm | None = None,
    act: IssuedAct | None = None,
    problem: PortalError | None = None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    counterparty = counterparty or _own_counterparty(request, request.GET.get("counterparty", ""))
    if counterparty is None:
        return _nobody(request)
    acts = IssuedAct.objects.filter(counterparty=counterparty).defer("snapshot")
    sheet = Sheet(act) if act else None
    context = {
        "counterparties": counterparties_of(cast(User, request.user)),
        "counterparty": counterparty,
        "form": form or _first_form(request, counterparty),
        "problem": problem,
        "reference": request_id.get(),
        # The switch of languages comes back to the form as it is filled in.
        "here": _asking(form.data) if form and form.is_bound else "",
        "act": sheet,
        "sentence": sheet.sentence if sheet else "",
        "changes": sheet.changes if sheet else [],
        "no_movement": bool(sheet) and not act.rows if act else False,
        "history": Paginator(acts, HISTORY_PAGE).get_page(request.GET.get("page")),
        "row_limit": ROW_LIMIT,
        "wait_seconds": round(min(settings.ONEC_TIMEOUT, LONGEST_WAIT)) + 2,
    }
    response = render(request, "acts/page.html", context | extra, status=status)
    if status == 503:
        response["Retry-After"] = "60"
    return response


def _first_form(request: HttpRequest, counterparty: Counterparty) -> PeriodForm:
    """Return the form as it was before somebody had to log in again, else with the default period."""
    asked = {name: request.GET[name] for name in ASKED if request.GET.get(name)}
    initial = {"period": DEFAULT} | asked | {"counterparty": counterparty.onec_guid}
    return PeriodForm(today=timezone.localdate(), initial=initial)


def _nobody(request: HttpRequest) -> HttpResponse:
    return render(request, "acts/nobody.html", {"no_counterparty": True})


def _problem(error: PortalError) -> PortalError:
    """Log the error and have accounting told where it must be."""
    log.warning("no act: %s: %s", error.kind, error.detail)
    if isinstance(error, Unbalanced):
        tasks.enqueue(tasks.tell_accounting)
    return error


def _own_counterparty(request: HttpRequest, guid: str) -> Counterparty | None:
    """Return the counterparty asked for, or the first; None when the person has none at all."""
    own = counterparties_of(cast(User, request.user))
    if "\x00" in guid:  # PostgreSQL fails over it instead of finding nothing
        raise Http404
    return get_object_or_404(own, onec_guid=guid) if guid else own.first()


def _own_act(request: HttpRequest, public_id: str, acts: QuerySet[IssuedAct]) -> IssuedAct:
    own = counterparties_of(cast(User, request.user))
    return get_object_or_404(acts, public_id=public_id, counterparty__in=own)


def _asked_for(act: IssuedAct) -> dict[str, str]:
    return {"period": CUSTOM, "date_from": act.date_from.isoformat(), "date_to": act.date_to.isoformat()}


def _asking(sent: Mapping[str, Any]) -> str:
    """Return the address of the form as it was filled in."""
    asked = {name: sent[name] for name in ASKED if sent.get(name)}
    return reverse("acts:page") + (f"?{urlencode(asked)}" if asked else "")


def _log_in_and_return(request: HttpRequest) -> HttpResponse:
    """Send to the log-in page, and from there back to the form as it was filled in."""
    sent = request.POST if request.method == "POST" else request.GET
    answer = redirect_to_login(_asking(sent))
    return HttpResponseClientRedirect(answer.url) if getattr(request, "htmx", False) else answer
