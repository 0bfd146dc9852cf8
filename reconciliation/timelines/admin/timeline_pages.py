"""Lines of time as pages: a counterparty's, a person's, and the journal of everybody; and as a file."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from accounts.models import Counterparty, User
from reconciliation.admin_kit.pages import page_of
from reconciliation.admin_kit.table_downloads import as_csv
from reconciliation.models import DeliveryLetter
from reconciliation.timelines.event import Event, Kind, Scope
from reconciliation.timelines.line import everything, timeline

MAY_READ = "accounts.view_journalentry"
LONGEST_SEARCH = 200


def of_company(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show what happened with a counterparty."""
    company = get_object_or_404(Counterparty, pk=pk)
    back = (reverse("admin:accounts_counterparty_change", args=(pk,)), str(company))
    title = gettext("%(name)s: what happened") % {"name": company}
    return _show(model_admin, request, Scope(company=company), title=title, back=back)


def of_person(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show what a person did, and what was done about the login."""
    person = get_object_or_404(User, pk=pk)
    back = (reverse("admin:accounts_user_change", args=(pk,)), str(person))
    title = gettext("%(name)s: what happened") % {"name": person}
    return _show(model_admin, request, Scope(people=(pk,)), title=title, back=back)


def journal(model_admin: Any, request: HttpRequest) -> HttpResponseBase:
    """Show what everybody did; `q` names a person, an address or the reference of a page."""
    if not request.user.has_perm(MAY_READ):
        raise PermissionDenied
    text = request.GET.get("q", "")[:LONGEST_SEARCH]
    return _show(model_admin, request, Scope.found_by(text), title=gettext("Journal"), text=text)


def _show(
    model_admin: Any,
    request: HttpRequest,
    scope: Scope,
    *,
    title: str,
    back: tuple[str, str] | None = None,
    text: str | None = None,
) -> HttpResponseBase:
    """Show events day by day, newest first; `kind` and `before` limit them, `file` gives them all as CSV."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in Kind.values else ""
    if "file" in request.GET:
        rows = _rows(everything(scope, kind=kind))
        return as_csv(f"journal-{timezone.localdate()}.csv", rows)
    found = timeline(scope, kind=kind, before=_instant(request.GET.get("before", "")))
    days = groupby(found.events, key=lambda event: timezone.localdate(event.at))
    kept = {"q": text} if text else {}
    shown = {
        "back": back, "text": text,
        "kinds": [(value, label, urlencode(kept | {"kind": value})) for value, label in Kind.choices],
        "kind": kind, "everything": urlencode(kept), "file": urlencode(kept | {"kind": kind, "file": "csv"}),
        "days": [(day, [(event, _address(event)) for event in events]) for day, events in days],
        "older": found.older and urlencode(kept | {"kind": kind, "before": found.older.isoformat()}),
        "is_first": "before" not in request.GET, "names_companies": scope.company is None,
    }  # fmt: skip
    answer: HttpResponseBase = model_admin.show(request, "admin/counterparties/timeline.html", title, **shown)
    return answer


def _rows(events: Iterator[Event]) -> Iterator[list[str]]:
    yield [
        gettext("When"), gettext("What"), gettext("In detail"), gettext("Who"), gettext("Counterparty"),
        gettext("From where"), gettext("Reference"),
    ]  # fmt: skip
    for event in events:
        yield [
            f"{timezone.localtime(event.at):%d.%m.%Y %H:%M:%S}", event.words, event.detail, event.who,
            event.company, event.address, event.reference,
        ]  # fmt: skip


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
    if isinstance(event.target, DeliveryLetter):
        there = reverse("admin:delivery_sent", args=(event.target.step.delivery_id,))
        return f"{there}?letter={event.target.pk}"
    return reverse(page_of(event.target), args=(event.target.pk,))
