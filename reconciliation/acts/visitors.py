"""Who asks for acts, and what of them is theirs."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import counterparties_of
from accounts.guids import canonical_guid
from accounts.models import Counterparty, User
from reconciliation.models import IssuedAct

PERIOD = ("period", "date_from", "date_to")
ASKED = ("counterparty", *PERIOD)


def own_counterparty(request: HttpRequest, guid: str) -> Counterparty | None:
    """Return the counterparty asked for, or the first; None when the person has none at all."""
    own = counterparties_of(cast(User, request.user))
    return get_object_or_404(own, onec_guid=canonical_guid(guid)) if guid else own.first()


def own_act(request: HttpRequest, public_id: str, acts: QuerySet[IssuedAct]) -> IssuedAct:
    """Return an act of a counterparty of the person's; Http404 for any other."""
    own = counterparties_of(cast(User, request.user))
    return get_object_or_404(acts, public_id=public_id, counterparty__in=own)


def for_logged_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let only people in who are logged in; also a part of a page leads to the log-in page as a whole."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _log_in_and_return(request)
        return view(request, *args, **kwargs)

    return guarded


def _log_in_and_return(request: HttpRequest) -> HttpResponseBase:
    """Send to the log-in page, and from there back to the page, its form as it was filled in."""
    there = _address_of(request.POST) if request.method == "POST" else request.get_full_path()
    answer = redirect_to_login(there)
    return HttpResponseClientRedirect(answer.url) if getattr(request, "htmx", False) else answer


def _address_of(sent: Mapping[str, Any]) -> str:
    """Return the address of the form as it was filled in."""
    asked = {name: sent[name] for name in ASKED if sent.get(name)}
    return reverse("acts:page") + (f"?{urlencode(asked)}" if asked else "")
