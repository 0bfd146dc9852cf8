"""The admin's first page: what needs a person now, how the connections are doing, acts by day."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.http import HttpRequest
from django.template.defaultfilters import date as format_day
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.invitations import invitation_letters
from accounts.models import Counterparty
from reconciliation import connections
from reconciliation.admin.letter_pages import in_trouble
from reconciliation.counterparties.admin.counterparty_list import STATES
from reconciliation.errors.kept import error_of
from reconciliation.models import ConnectionState, DeliveryStep, Discrepancy, IssuedAct
from reconciliation.months import progress
from reconciliation.schedules import starting

Name = ConnectionState.Name
DAYS_SHOWN = 30
SILENT_AFTER = timedelta(minutes=5)
"""The queue says each minute that it is alive."""
ATTENTION: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("letters come back"), ("bounces",)),
    (_("1C and the portal differ"), ("conflict",)),
    (_("a balance, and no email that a letter could go to"), ("nonzero", "no_email")),
    (_("entered by hand, and not checked in 1C"), ("unchecked",)),
    (_("a balance, and gone from 1C"), ("nonzero", "gone")),
)
"""What is counted, and the filters of the list that show it."""


def first_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add to the page what its reader may see; unfold calls this."""
    user = request.user
    if user.has_perm("accounts.view_counterparty"):
        context["attention"] = [*_jobs(), *_counterparties(), *_unbalanced()]
        context["connections"] = _connections()
    if user.has_perm("reconciliation.view_delivery"):
        context["attention"] = [*context.get("attention", ()), *_deliveries()]
    if user.has_perm("letters.view_letter"):
        context["attention"] = [*context.get("attention", ()), *_letters()]
    if user.has_perm("accounts.view_invitation"):
        context["attention"] = [*context.get("attention", ()), *_invitations()]
    if user.has_perm("reconciliation.view_issuedact"):
        context["chart"] = _acts_by_day(timezone.localdate())
    return context


def _counterparties() -> list[dict[str, Any]]:
    found = []
    for words, states in ATTENTION:
        rows = Counterparty.objects.all()
        for state in states:
            rows = STATES[state][1](rows)
        if number := rows.count():
            query = urlencode([("state", state) for state in states])
            there = f"{reverse('admin:accounts_counterparty_changelist')}?{query}"
            found.append({"number": number, "words": words, "url": there})
    return found


def _jobs() -> list[dict[str, Any]]:
    number, there = starting.failing().count(), reverse("admin:reconciliation_schedule_changelist")
    words = _("jobs that were due and could not be started")
    return [{"number": number, "words": words, "url": there}] if number else []


def _unbalanced() -> list[dict[str, Any]]:
    number = Discrepancy.objects.filter(resolved_at=None).count()
    there = reverse("admin:reconciliation_discrepancy_changelist") + "?resolved_at__isempty=1"
    return [{"number": number, "words": _("acts that do not balance"), "url": there}] if number else []


def _deliveries() -> list[dict[str, Any]]:
    steps = DeliveryStep.objects.filter(state__in=progress.TROUBLE)
    number = steps.values("delivery").distinct().count()
    there = reverse("admin:reconciliation_delivery_changelist") + "?what=trouble"
    words = _("deliveries of a month that failed or are uncertain")
    return [{"number": number, "words": words, "url": there}] if number else []


def _letters() -> list[dict[str, Any]]:
    number, there = in_trouble().count(), reverse("admin:letters_letter_changelist") + "?what=trouble"
    words = _("other letters that were not sent or are uncertain")
    return [{"number": number, "words": words, "url": there}] if number else []


def _invitations() -> list[dict[str, Any]]:
    number = invitation_letters.not_arrived().count()
    there = reverse("admin:accounts_invitation_changelist") + "?state=trouble"
    return [{"number": number, "words": _("invitations that did not arrive"), "url": there}] if number else []


def _connections() -> list[dict[str, Any]]:
    known = {state.name: state for state in ConnectionState.objects.all()}
    is_used = {Name.BITRIX24: settings.BITRIX24_WEBHOOK_URL, Name.BOUNCES: settings.BOUNCE_IMAP_URL}
    names = [name for name in Name if is_used.get(name, True) or name in known]
    rows = [_connection(known.get(name) or ConnectionState(name=name)) for name in names]
    for row in rows:
        if row["state"].name == Name.BITRIX24:
            row |= {"waits": _waits(), "totals": connections.bitrix24().totals()}
    return rows


def _waits() -> list[dict[str, Any]]:
    """Return the methods of Bitrix24 that have used their time, and until when."""
    waiting = connections.bitrix24().waiting()
    untils = (
        (method, datetime.fromtimestamp(until, UTC)) for method, (_used, until) in waiting.items() if until
    )
    return [{"method": method, "until": until} for method, until in untils]


def _connection(state: ConnectionState) -> dict[str, Any]:
    heard = state.succeeded_at if state.name == Name.QUEUE else None
    is_silent = heard is not None and heard < timezone.now() - SILENT_AFTER
    failure: Any = ""
    if state.failed_at:
        error = error_of(state.kind) if state.kind else None
        failure = error.for_staff or error.title if error else state.detail
    return {
        "state": state,
        "is_failing": state.is_failing or is_silent,
        "is_silent": is_silent,
        "failure": failure,
    }


def _acts_by_day(today: date) -> dict[str, Any]:
    """Return the chart of the last days, today included, as the library draws it."""
    days = [today - timedelta(days=back) for back in reversed(range(DAYS_SHOWN))]
    since = timezone.make_aware(datetime.combine(days[0], time.min))
    issued = IssuedAct.objects.filter(issued_at__gte=since).order_by()
    counted = issued.annotate(day=TruncDate("issued_at")).values_list("day").annotate(many=Count("pk"))
    numbers = dict(counted)
    bars = [numbers.get(day, 0) for day in days]
    bars_of = {"label": str(_("Acts")), "data": bars, "backgroundColor": "var(--color-primary-600)"}
    data = {"labels": [format_day(day, "j M") for day in days], "datasets": [bars_of]}
    return {"data": json.dumps(data), "total": sum(bars), "days": DAYS_SHOWN}
