"""The browser from which a person has logged in before, by a signed cookie.

Wrong log-ins and letters are limited by account, so that one address behind which a whole office sits is
not. A stranger could then use up somebody's tries: a known browser therefore has tries of its own (OWASP,
"Slow Down Online Guessing Attacks with Device Cookies").
"""

import hashlib
import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from accounts.addresses import canonical_email
from accounts.models import User

COOKIE = "known_browser"
YEAR_SECONDS = 365 * 24 * 60 * 60


def remember(response: HttpResponse, user: User) -> None:
    """Let the browser show from now on that this person has logged in with it."""
    response.set_signed_cookie(
        COOKIE,
        f"{_digest(user.email)}:{secrets.token_hex(8)}",
        max_age=YEAR_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def limit_key(request: HttpRequest, email: str) -> str:
    """Return whose tries are counted: those of this known browser, or all others of the account."""
    email = canonical_email(email)
    try:
        owner, _, browser = str(request.get_signed_cookie(COOKIE, "", max_age=YEAR_SECONDS)).partition(":")
    except signing.BadSignature:
        return email
    return f"{email}:{browser}" if browser and owner == _digest(email) else email


def _digest(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()[:16]
