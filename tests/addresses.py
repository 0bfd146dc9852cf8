"""Every address of the portal, and something real to be shown at each."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.invitations import inviting
from accounts.invitations.links import token_of
from accounts.models import Counterparty, InvitationRound, JournalEntry, OrganizationSettings, User
from letters import outbox
from letters.models import Bounce
from letters.outbox import Draft
from reconciliation.errors import Unbalanced
from reconciliation.models import (
    Delivery,
    DirectoryChange,
    DirectoryRun,
    Discrepancy,
    DistributionRun,
    ErrorReport,
    LetterTemplate,
    MonthPreview,
    PreviewLine,
)
from reconciliation.schedules.starting import all_schedules
from sandbox.onec import OneCSandbox
from tests.cast import SPRING, Issue


def addresses(resolver: Any = None, before: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route


EVERY = sorted(set(addresses()))


@pytest.fixture
def entries(
    company: Counterparty, owner: User, stranger: User, issued: Issue, books: OneCSandbox
) -> dict[str, Any]:
    """One entry of each kind that has pages."""
    books.set_fault(company.onec_guid, "unbalanced")
    with pytest.raises(Unbalanced):
        issued(company)
    books.clear()
    discrepancy = Discrepancy.objects.get()
    run = DirectoryRun.objects.create()
    month = DistributionRun.objects.create(organization="7701234567", month=date(2024, 3, 1))
    preview = MonthPreview.objects.create(organization="7701234567", month=date(2024, 3, 1), state="ready")
    delivery = Delivery.objects.create(run=month, counterparty=company, balance=Decimal(1), currency="RUB")
    return {
        "monthpreview": preview,
        "lettertemplate": LetterTemplate.objects.create(language="ru", subject="{sentence}", text="-"),
        "previewline": PreviewLine.objects.create(
            preview=preview, guid=company.onec_guid, balance=Decimal(1), currency="RUB"
        ),
        "act": issued(company, SPRING, owner).act,
        "issuedact": issued(company, SPRING, owner).act,
        "discrepancy": discrepancy,
        "user": owner,
        "counterparty": company,
        "invitation": inviting.invite(company, "new@example.com", role="owner", by=owner),
        "journalentry": JournalEntry.objects.create(kind="logged_in", person=owner),
        "invitationround": InvitationRound.objects.create(),
        "directoryrun": run,
        "directorychange": DirectoryChange.objects.create(run=run, fate="added"),
        "distributionrun": month,
        "delivery": delivery,
        "bounce": Bounce.objects.create(address="a@b.example", kind="full"),
        "letter": outbox.queue([Draft("summary", "en", ["a@b.example"], "-", "-")])[0],
        "errorreport": ErrorReport.objects.create(reference="abc", address="GET /acts/", status=502),
        "schedule": all_schedules()[0],
        "organizationsettings": OrganizationSettings.objects.create(pk=1),
        "logentry": LogEntry.objects.earliest("pk"),
    }


def filled(route: str, entries: dict[str, Any]) -> str:
    """Return the route with something real, where there is, in place of each parameter."""
    model = "counterparty" if "companies/" in route else route.split("/")[2] if route.count("/") > 2 else ""
    entry = str(entries[model].pk) if model in entries else "1"
    route = route.replace("person/<int:pk>", f"person/{entries['user'].pk}")
    for parameter, value in {
        "<slug:public_id>": entries["act"].public_id,
        "<slug:file_format>": "pdf",
        "<slug:action>": "pause",
        "<path:object_id>": entry,
        "<id>": str(entries["user"].pk),
        "<int:pk>": entry,
        "<path:content_type_id>": "1",
        "(?P<app_label>accounts|reconciliation|letters|auditlog)": "accounts",
        "(?P<url>.*)": "nowhere",
        "(?P<key>[-:\\w]+)": "abc",
        "(?P<uidb36>[0-9A-Za-z]+)": "1",
        "(?P<key>.+)": "abc",
        "(?P<token>[0-9A-Za-z_:-]+)": token_of(entries["invitation"].letters.get()),
    }.items():
        route = route.replace(parameter, value)
    return "/" + route.replace("^", "").replace("$", "")
