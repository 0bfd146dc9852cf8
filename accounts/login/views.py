"""The pages of one's own account that allauth does not have, or not quite so."""

from typing import Any

from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

Kind = Authenticator.Type


def enter_admin(request: HttpRequest) -> HttpResponse:
    """Send to the portal's log-in page; refuse whoever is logged in and no member of staff."""
    if request.user.is_authenticated and not request.user.is_staff:
        # The log-in page would send them straight back, and so on for ever.
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next") or "/admin/")


class SecondFactor(AuthenticateView):  # type: ignore[misc]  # allauth ships no types
    """Asks only for factors that the person has."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kinds = set(Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True))
        return {
            **super().get_context_data(**kwargs),
            "has_app": Kind.TOTP in kinds,
            "has_keys": Kind.WEBAUTHN in kinds,
            "has_codes": Kind.RECOVERY_CODES in kinds,
        }


class Sessions(ListUserSessionsView):  # type: ignore[misc]  # allauth ships no types
    """Lists where a person is signed in, and ends those sessions: all but this one, or all."""

    def form_valid(self, form: Any) -> HttpResponse:
        if "everywhere" not in self.request.POST:
            response: HttpResponse = super().form_valid(form)
            return response
        end_sessions(self.request, UserSession.objects.filter(user=self.request.user))
        return redirect(settings.LOGIN_URL)


second_factor, sessions = SecondFactor.as_view(), Sessions.as_view()
