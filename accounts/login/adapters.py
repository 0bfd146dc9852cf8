"""How django-allauth behaves here: no sign-up, tries counted by account, staff land in the admin."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import encryption, factor_secrets, journal
from accounts.addresses import canonical_email
from accounts.login import factors
from accounts.login.devices import limit_key, remember
from accounts.models import User
from accounts.people import security
from accounts.people.reader_language import with_language

log = logging.getLogger(__name__)

LOGIN_CODE = "account/email/login_code"
CODE_EPOCH = "login_code_epoch"
"""In a session: which sessions of the login a code that was sent belongs to; blocking it ends them all."""
DAY_SECONDS = 24 * 60 * 60
UNKNOWN_IP = "0.0.0.0"  # noqa: S104  # nothing is bound to it
"""For allauth, which wants some address; 0.0.0.0 is nobody's."""


class PortalAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Nobody signs up by themselves: accounting invites."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The email or the password is wrong."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_code": _("This code is wrong. Take it from the newest letter."),
        "rate_limited": _("Too many tries. Try again in 5 minutes."),
        "too_many_login_attempts": _(
            "Too many wrong tries. Try again in 5 minutes, or choose another way to sign in."
        ),
        "too_many_letters": _(
            "Several letters are on their way to this address already. Look into the "
            "mailbox, also under spam, or try again in 5 minutes."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Send an accountant without a counterparty to the admin, everybody else to the acts."""
        user = request.user
        if user.is_authenticated and user.is_staff and not user.memberships.exists():
            return resolve_url("admin:index")
        return str(super().get_login_redirect_url(request))

    def pre_login(
        self, request: HttpRequest, user: User, *, email: str | None, **more: Any
    ) -> HttpResponse | None:
        """Refuse a code that went to an address which accounting has changed since, or to a blocked login."""
        epoch = request.session.get(CODE_EPOCH, user.session_epoch)
        if email and (canonical_email(email) != user.email or epoch != user.session_epoch):
            clear_login(request)
            self.add_message(request, messages.ERROR, message=_("This code is no longer valid."))
            return redirect(settings.LOGIN_URL)
        response: HttpResponse | None = super().pre_login(request, user, email=email, **more)
        return response

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **more)
        remember(response, user)
        ways = [
            str(record.get("type") or record["method"])
            for record in get_authentication_records(request, user)
        ]
        with_language(response, user)
        journal.note(journal.Kind.LOGGED_IN, person=user, detail=", ".join(dict.fromkeys(ways)))
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note a wrong password for a login that there is; what was typed otherwise is nobody's business."""
        super().authentication_failed(request, **credentials)
        if person := User.objects.by_email(str(credentials.get("email") or "")):
            journal.note(journal.Kind.LOGIN_FAILED, person=person, detail="password")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of our letters; a mail server that fails is told to the person, who gets no 500."""
        request = context["request"]
        if template_prefix == LOGIN_CODE and (person := User.objects.by_email(email)):
            request.session[CODE_EPOCH] = person.session_epoch
        about = {
            "organization_name": settings.ORGANIZATION_NAME,
            "support_email": settings.ACCOUNTING_EMAIL,
            "site_url": settings.SITE_URL,
            "code_minutes": settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60,
            "link_days": settings.PASSWORD_RESET_TIMEOUT // DAY_SECONDS,
        }
        with self._telling_failure(request):
            super().send_mail(template_prefix, email, context | about)

    def meet_mail_server(self, request: HttpRequest) -> None:
        """Do what a letter would need, without one: an address without a login looks like any other."""
        with self._telling_failure(request), get_connection() as connection:
            connection.open()

    @contextmanager
    def _telling_failure(self, request: HttpRequest) -> Iterator[None]:
        try:
            yield
        except OSError as error:  # smtplib's errors are such, too
            log.error("a letter was not sent: %s", type(error).__name__)
            words = _("The letter could not be sent. Try again in a few minutes, or write to accounting.")
            self.add_message(request, messages.ERROR, message=words)
            raise ImmediateHttpResponse(redirect(settings.LOGIN_URL)) from None

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Note what was changed about a login, and tell the person."""
        kind = security.EVENTS[template_prefix]
        security.tell(kind, user)
        if kind in (security.Kind.APP_ADDED, security.Kind.KEY_ADDED):
            factors.set_up(self.request, user)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of a letter: to the portal's own address, whatever host the request named."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.SITE_URL + path.replace("UID-KEY", quote(key))

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address for journals and letters; a proxy that is set up wrong keeps nobody out."""
        try:
            ip = get_client_ip(request)
        except ImproperlyConfigured:
            ip = None
        if not ip:
            log.error(
                "the address of a client is unknown: set TRUSTED_PROXIES to the number of proxies in front"
            )
        return ip or UNKNOWN_IP

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Return the ways to confirm that it is still the same person, in the words of the other pages."""
        words = {
            "reauthenticate": _("With the password"),
            "mfa_reauthenticate": _("With a code from the app or a recovery code"),
            "mfa_reauthenticate:webauthn": _("With the passkey"),
        }
        return [
            {**way, "description": words[way["id"]]} for way in super().get_reauthentication_methods(user)
        ]

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return limit_key(request, str(credentials.get("email") or ""))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Names the portal in apps and on devices by its organization, and passkeys by their number."""

    error_messages = DefaultMFAAdapter.error_messages | {
        # Of passkeys, too: allauth has no other words for them.
        "incorrect_code": _(
            "This was not accepted: the code is wrong or was used before, or the passkey is of another login."
        ),
        "cannot_delete_authenticator": _("The second factor cannot be switched off."),
        "cannot_generate_recovery_codes": _("Set up an app or a passkey first."),
    }

    def encrypt(self, text: str) -> str:
        return factor_secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret; one that cannot be read is replaced by one that nobody knows: no code fits it."""
        try:
            return factor_secrets.decrypt(encrypted_text)
        except encryption.WrongKey:
            log.error("a second factor was made with a SECRET_KEY that is not set: see SECRET_KEY_FALLBACKS")
            return str(generate_totp_secret())

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep staff from removing their last factor: the admin would be shut to them."""
        user = authenticator.user
        if not (settings.STAFF_SECOND_FACTOR and user.is_staff):
            return True
        others = Authenticator.objects.filter(user=user).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    def _get_site_name(self) -> str:
        return settings.ORGANIZATION_NAME or gettext("Reconciliation Acts")

    def generate_authenticator_name(self, user: User, kind: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=kind).count() + 1
        return gettext("Passkey") if number == 1 else gettext("Passkey %(number)d") % {"number": number}
