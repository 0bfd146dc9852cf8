"""How django-allauth behaves here: sign-up is closed, staff land in the admin."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.shortcuts import resolve_url


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Nobody signs up by themselves: accounting invites."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Send an accountant without a counterparty to the admin, everybody else to the acts."""
        user = request.user
        if user.is_authenticated and user.is_staff and not user.memberships.exists():
            return resolve_url("admin:index")
        return str(super().get_login_redirect_url(request))
