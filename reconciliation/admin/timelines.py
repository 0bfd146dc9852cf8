"""A counterparty's line of time as a page."""

from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from accounts.models import Counterparty
from reconciliation.models import SentLetter
from reconciliation.timelines import Event, Kind, timeline


def show(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Show what happened with a counterparty, day by day, newest first; `kind` and `before` limit it."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    company = get_object_or_404(Counterparty, pk=pk)
    kind = request.GET.get("kind", "")
    kind = kind if kind in Kind.values else ""
    found = timeline(company, kind=kind, before=_instant(request.GET.get("before", "")))
    days = groupby(found.events, key=lambda event: timezone.localdate(event.at))
    shown = model_admin.admin_site.each_context(request) | {
        "title": gettext("%(name)s: what happened") % {"name": company},
        "opts": model_admin.opts, "company": company, "kind": kind, "kinds": Kind.choices,
        "days": [(day, [(event, _address(event)) for event in events]) for day, events in days],
        "older": found.older and urlencode({"kind": kind, "before": found.older.isoformat()}),
        "is_first": "before" not in request.GET,
    }  # fmt: skip
    return render(request, "admin/counterparties/timeline.html", shown)


def _instant(text: str) -> datetime | None:
    """Return the instant that a link names; one that a person has spoilt means the newest."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None


def _address(event: Event) -> str:
    """Return where the row behind an event is looked at."""
    if event.target is None:
        return ""
    if isinstance(event.target, SentLetter):
        there = reverse("admin:delivery_sent", args=(event.target.step.delivery_id,))
        return f"{there}?letter={event.target.pk}"
    page = type(event.target).__name__.lower()
    return reverse(f"admin:reconciliation_{page}_change", args=(event.target.pk,))
