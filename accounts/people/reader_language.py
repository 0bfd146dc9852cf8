"""The language and the time zone of whoever reads a page."""

from zoneinfo import ZoneInfo

from allauth.core import context
from django.conf import settings
from django.http import HttpResponse

from accounts.models import User


def with_language(response: HttpResponse, user: User) -> HttpResponse:
    """Have the person's pages come in the language that was chosen, if any was."""
    if user.language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, user.language, secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY, samesite="Lax",
        )  # fmt: skip
    return response


def zone() -> ZoneInfo | None:
    """Return the time zone that the person has chosen whose request is answered; None for the portal's own.

    Moments are shown in it. Days are those of the books, whoever reads: no period begins earlier for Omsk.
    """
    user = getattr(context.request, "user", None)
    chosen = user.time_zone if isinstance(user, User) else ""
    return ZoneInfo(chosen) if chosen else None
