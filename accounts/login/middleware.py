"""Who may enter the admin, and whose change it was, and from where, for the audit log."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.mfa.utils import is_mfa_enabled
from auditlog.middleware import AuditlogMiddleware
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from accounts.login import factors


class Audit(AuditlogMiddleware):  # type: ignore[misc]  # auditlog ships no types
    """Takes the address from as many proxies as are trusted: anybody can send an X-Forwarded-For."""

    @staticmethod
    def _get_remote_addr(request: HttpRequest) -> Any:
        if request.method in ("GET", "HEAD"):
            return None  # nothing is changed by these
        return get_adapter(request).get_client_ip(request)


class StaffSecondFactor:
    """Lets a session of staff into the admin once it has shown a second factor.

    Not when STAFF_SECOND_FACTOR is off.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.STAFF_SECOND_FACTOR and request.path.startswith("/admin/") and self._lacks_one(request):
            if not is_mfa_enabled(request.user):
                words = gettext("Administration needs a second factor: set up an app or a passkey first.")
                messages.warning(request, words)
                return redirect("mfa_index")
            return redirect(
                f"{factors.page_to_show_one(request)}?{urlencode({'next': request.get_full_path()})}"
            )
        return self.get_response(request)

    @staticmethod
    def _lacks_one(request: HttpRequest) -> bool:
        user = request.user
        return user.is_authenticated and user.is_staff and not factors.has_shown_one(request)
