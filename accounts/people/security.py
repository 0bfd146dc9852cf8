"""What is changed about a login is noted, and told to the person: whoever did not do it has to know."""

from allauth.account.adapter import get_adapter
from allauth.core import context
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import journal
from accounts.models import JournalEntry, User
from letters import outbox
from letters.outbox import Draft

LETTER = "login"
Kind = JournalEntry.Kind
EVENTS = {
    "account/email/password_changed": Kind.PASSWORD_CHANGED,
    "account/email/password_set": Kind.PASSWORD_CHANGED,
    "account/email/password_reset": Kind.PASSWORD_RESET,
    "mfa/email/totp_activated": Kind.APP_ADDED,
    "mfa/email/totp_deactivated": Kind.APP_REMOVED,
    "mfa/email/webauthn_added": Kind.KEY_ADDED,
    "mfa/email/webauthn_removed": Kind.KEY_REMOVED,
    "mfa/email/recovery_codes_generated": Kind.CODES_MADE,
}
"""allauth's notifications."""


def tell(kind: Kind, person: User, *, by: User | None = None) -> None:
    """Note an event and queue the letter about it."""
    journal.note(kind, person=person, by=by)
    outbox.queue([_letter(kind, person, by, person.email)])


def tell_new_address(person: User, former: str, *, by: User) -> None:
    """Note that somebody changed the address of a login; both addresses are written to."""
    journal.note(Kind.ADDRESS_CHANGED, person=person, by=by, detail=f"{former} → {person.email}")
    outbox.queue([_letter(Kind.ADDRESS_CHANGED, person, by, to, former) for to in (former, person.email)])


def language_of(person: User) -> str:
    """Return the language of letters to a person."""
    return person.language or (translation.get_language() or settings.LANGUAGE_CODE)[:2]


def _letter(kind: Kind, person: User, by: User | None, to: str, former: str = "") -> Draft:
    request = context.request
    about = {
        "by": journal.name_of(by) if by else "",
        "person": person,
        "former": former,
        "ip": get_adapter(request).get_client_ip(request) if request and not by else "",
        "at": timezone.now(),
        "login_url": settings.SITE_URL + reverse("account_login"),
        "organization_name": settings.ORGANIZATION_NAME,
        "support_email": settings.ACCOUNTING_EMAIL,
        "site_url": settings.SITE_URL,
        "is_new": kind == Kind.LOGIN_MADE,
    }
    with translation.override(language_of(person)):
        about["event"] = str(kind.label)
        subject = gettext("Your login: %(event)s") % {"event": kind.label}
        text = render_to_string("emails/security.txt", about)
        html = render_to_string("emails/security.html", about)
    return Draft(LETTER, language_of(person), [to], subject, text, html)
