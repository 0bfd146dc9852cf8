"""allauth's forms that look a person up by email, with our own look-up and limits."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import RequestLoginCodeForm, ResetPasswordForm
from allauth.core import context, ratelimit

from accounts.addresses import canonical_email
from accounts.login.devices import limit_key
from accounts.models import User


class AskForCodeForm(RequestLoginCodeForm):  # type: ignore[misc]  # allauth ships no types
    """Asks for a code by email."""

    def clean_email(self) -> str:
        email = canonical_email(self.cleaned_data["email"])
        check_letters(email)
        self._user = User.objects.active_by_email(email)
        prepare_letter(self._user)
        return email


class AskForResetForm(ResetPasswordForm):  # type: ignore[misc]  # allauth ships no types
    """Asks for a link that sets a new password."""

    def clean_email(self) -> str:
        email = canonical_email(self.cleaned_data["email"])
        check_letters(email)
        user = User.objects.active_by_email(email)
        self.users = [user] if user else []
        prepare_letter(user)
        return email


def prepare_letter(user: User | None) -> None:
    """Refuse a letter when people who are not logged in have asked for very many, to whatever addresses.

    Nobody writes to an address without a login.
    """
    if user is None:
        get_adapter().meet_mail_server(context.request)
    elif not ratelimit.consume(context.request, action="letters_to_strangers", key="all"):
        raise get_adapter().validation_error("rate_limited")


def check_letters(email: str) -> None:
    """Refuse to send one more letter to the address when it got too many already."""
    if not ratelimit.consume(context.request, action="send_letter", key=limit_key(context.request, email)):
        raise get_adapter().validation_error("too_many_letters")
