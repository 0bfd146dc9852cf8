"""What `/acts/` shows, whichever request led to it, and whose acts a person may see there."""

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import counterparties_of, may
from accounts.guids import canonical_guid
from accounts.models import Counterparty, User
from reconciliation import connections, tasks
from reconciliation.acts.forms import PeriodForm
from reconciliation.acts.history import History, history_of
from reconciliation.acts.presets import CUSTOM, DEFAULT
from reconciliation.acts.sheet import changes_of, other_language, sentence_of
from reconciliation.errors import PortalError, Unbalanced
from reconciliation.models import IssuedAct
from reconciliation.monitoring import error_reports
from reconciliation.monitoring.logs import request_id
from reconciliation.printing.texts import tax_number_label

log = logging.getLogger(__name__)

ROW_LIMIT = 200
PERIOD = ("period", "date_from", "date_to")
ASKED = ("counterparty", *PERIOD)


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


def _period_asked_for(form: PeriodForm | None, act: IssuedAct | None) -> str:
    """Return the days that a request was about, as people write them; empty when it named none."""
    asked = form.cleaned_data.get("asked") if form and form.is_valid() else None
    if asked:
        return f"{asked.start:%d.%m.%Y} – {asked.end:%d.%m.%Y}"  # a span
    return f"{act.date_from:%d.%m.%Y} – {act.date_to:%d.%m.%Y}" if act else ""


def show_nobody(request: HttpRequest) -> HttpResponse:
    """Return the page for somebody who has no counterparty."""
    return render(request, "acts/nobody.html")


def wait_seconds() -> int:
    """Return how long the page says that the portal waits: for 1C and for the drawing."""
    return round(connections.longest_wait()) + 2


def own_counterparty(request: HttpRequest, guid: str) -> Counterparty | None:
    """Return the counterparty asked for, or the first; None when the person has none at all."""
    own = counterparties_of(cast(User, request.user))
    if "\x00" in guid:  # PostgreSQL fails over it instead of finding nothing
        raise Http404
    return get_object_or_404(own, onec_guid=canonical_guid(guid)) if guid else own.first()


def own_act(request: HttpRequest, public_id: str, acts: QuerySet[IssuedAct]) -> IssuedAct:
    """Return an act of a counterparty of the person's; Http404 for any other."""
    own = counterparties_of(cast(User, request.user))
    return get_object_or_404(acts, public_id=public_id, counterparty__in=own)


def log_in_and_return(request: HttpRequest) -> HttpResponse:
    """Send to the log-in page, and from there back to the page, its form as it was filled in."""
    there = _address_of(request.POST) if request.method == "POST" else request.get_full_path()
    answer = redirect_to_login(there)
    return HttpResponseClientRedirect(answer.url) if getattr(request, "htmx", False) else answer


def for_logged_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let only people in who are logged in; also a part of a page leads to the log-in page as a whole."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return log_in_and_return(request)
        return view(request, *args, **kwargs)

    return guarded


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


def _address_of(sent: Mapping[str, Any]) -> str:
    """Return the address of the form as it was filled in."""
    asked = {name: sent[name] for name in ASKED if sent.get(name)}
    return reverse("acts:page") + (f"?{urlencode(asked)}" if asked else "")
