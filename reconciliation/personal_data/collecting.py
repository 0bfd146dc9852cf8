"""Everything that the portal holds about a person, for that person to take along."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from auditlog.models import LogEntry
from django.db.models import Q

from accounts.models import Counterparty, Invitation, JournalEntry, User
from letters.models import Recipient
from reconciliation.models import ActDownload, ErrorReport, IssuedAct

Rows = list[dict[str, Any]]


def collect(person: User) -> dict[str, Any]:
    """Return it by kind, as plain values; secrets of passwords and factors are not among it."""
    return {**_login(person), **_access(person), **_history(person)}


def _login(person: User) -> dict[str, Any]:
    factors = Authenticator.objects.filter(user=person)
    sessions = UserSession.objects.filter(user=person)
    return {
        "person": {
            "email": person.email, "first_name": person.first_name, "last_name": person.last_name,
            "language": person.language, "time_zone": person.time_zone,
            "joined": person.date_joined, "last_login": person.last_login,
        },
        "second_factors": _rows(factors, kind="type", added="created_at", used="last_used_at"),
        "sessions": _rows(
            sessions, since="created_at", seen="last_seen_at", address="ip", browser="user_agent"
        ),
    }  # fmt: skip


def _access(person: User) -> dict[str, Any]:
    invitations = Invitation.objects.filter(Q(email=person.email) | Q(accepted_by=person))
    listed = Counterparty.objects.filter(email__contains=person.email)
    return {
        "companies": _rows(
            person.memberships.order_by("pk"),
            company="counterparty__name", tax_number="counterparty__inn", role="role",
        ),
        "letters_of_companies_go_to_the_address": [
            str(company) for company in listed if person.email in company.addresses
        ],
        "invitations": _rows(
            invitations, company="counterparty__name", email="email", role="role", invited="made_at",
            accepted="accepted_at", revoked="revoked_at",
        ),
    }  # fmt: skip


def _history(person: User) -> dict[str, Any]:
    return {
        "journal": _rows(
            JournalEntry.objects.filter(Q(person=person) | Q(by=person)), at="at", kind="kind",
            person="person_name", by="by_name", company="counterparty_name", detail="detail",
            address="address", reference="reference",
        ),
        "acts_asked_for": _rows(
            IssuedAct.objects.filter(requested_by=person), number="sequence", year="year",
            company="counterparty_name", begin="date_from", end="date_to", issued="issued_at",
        ),
        "downloads": _rows(
            ActDownload.objects.filter(user=person), at="at", act="act__sequence", format="format",
            address="address",
        ),
        "letters": _rows(
            Recipient.objects.filter(address=person.email), made="letter__made_at", kind="letter__kind",
            subject="letter__subject", state="state",
        ),
        "errors_shown": _rows(
            ErrorReport.objects.filter(user=person), at="at", reference="reference", page="address",
            asked="asked",
        ),
        "changes_made": _rows(
            LogEntry.objects.filter(actor=person).order_by("pk"), at="timestamp", what="object_repr",
            address="remote_addr",
        ),
    }  # fmt: skip


def _rows(rows: Any, **names: str) -> Rows:
    """Return rows as dictionaries whose keys are plain words."""
    found = rows.values_list(*names.values())
    return [dict(zip(names, values, strict=True)) for values in found]
