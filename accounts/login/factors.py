"""Second factors: which session has shown one, and what setting one up does to the others."""

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User

METHOD = "mfa"
"""allauth's word for an app, a passkey or a recovery code among the ways in which a session was opened."""


def has_shown_one(request: HttpRequest) -> bool:
    """Whether this very session has: a login that has a factor by now may have been entered without it."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == METHOD for record in records)


def page_to_show_one(request: HttpRequest) -> str:
    """Return where the person shows a factor of the login: a code, or a passkey where it has none."""
    has_codes = get_adapter().is_mfa_enabled(request.user, ["totp", "recovery_codes"])
    return reverse("mfa_reauthenticate" if has_codes else "mfa_reauthenticate_webauthn")


def set_up(request: HttpRequest, person: User) -> None:
    """Count a new factor as shown where it was set up, and end every other session: it had none."""
    record_authentication(request, person, METHOD, reauthenticated=True)
    others = UserSession.objects.filter(user=person).exclude(session_key=request.session.session_key)
    end_sessions(request, others)
