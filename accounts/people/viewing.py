"""An accountant sees the portal as a counterparty does, for an hour at most, noted where both can see it.

It is read-only, but for acts: one that is issued meanwhile bears the accountant's name. What `access` allows
then follows from `viewing` on the person of the request; nothing else has to know.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from accounts import journal
from accounts.models import Counterparty, User

KEY = "viewing"
LONGEST = timedelta(hours=1)
MAY_VIEW = "accounts.view_as"
PAGES = "/acts/"
"""Only these are the counterparty's; the account's own pages stay the accountant's."""


def begin(request: HttpRequest, company: Counterparty) -> None:
    """Let the accountant of the request see the portal as the counterparty does."""
    request.session[KEY] = {
        "company": company.pk,
        "until": (timezone.now() + LONGEST).isoformat(),
    }
    journal.note(journal.Kind.VIEWED_AS, person=cast(User, request.user), counterparty=company)


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Go back to the counterparty's page in the admin."""
    viewed = request.session.pop(KEY, None)
    if not viewed or not request.user.has_perm("accounts.view_counterparty"):
        return redirect("acts:page")
    return redirect("admin:accounts_counterparty_change", viewed["company"])


def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin from the counterparty's page in the admin."""
    begin(request, get_object_or_404(Counterparty, pk=pk))
    return redirect("acts:page")


class Viewing:
    """Puts on the person of a request whose pages are looked at, while the right and the hour last."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(PAGES) and (viewed := request.session.get(KEY)):
            if company := _still(request, viewed):
                cast(User, request.user).viewing = company
            else:
                del request.session[KEY]
        return self.get_response(request)


def _still(request: HttpRequest, viewed: dict[str, Any]) -> Counterparty | None:
    until = parse_datetime(viewed["until"])
    if until is None or until < timezone.now() or not request.user.has_perm(MAY_VIEW):
        return None
    return Counterparty.objects.filter(pk=viewed["company"]).first()
