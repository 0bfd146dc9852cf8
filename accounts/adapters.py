"""How django-allauth behaves here: no sign-up, tries counted by account, staff land in the admin."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext_lazy as _

from accounts.addresses import canonical_email
from accounts.devices import limit_key, remember
from accounts.models import User

log = logging.getLogger(__name__)

UNKNOWN_IP = "0.0.0.0"  # noqa: S104  # nothing is bound to it


class PortalAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Nobody signs up by themselves: accounting invites."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _(
            "Too many wrong tries. Try again in 5 minutes, or sign in with a code by e-mail or a passkey."
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
        """Refuse a code that went to an address which accounting has changed since."""
        if email and canonical_email(email) != user.email:
            clear_login(request)
            self.add_message(request, messages.ERROR, message=_("This code is no longer valid."))
            return redirect(settings.LOGIN_URL)
        response: HttpResponse | None = super().pre_login(request, user, email=email, **more)
        return response

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **more)
        remember(response, user)
        return response

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

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return limit_key(request, str(credentials.get("email") or ""))
