"""Puts a request id on every log line and answer, and the security headers on every page."""

import codecs
import secrets
from collections.abc import Callable
from itertools import chain
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.cache import add_never_cache_headers
from django.views.defaults import bad_request

from reconciliation.monitoring.logs import request_id

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
# unfold's admin runs on Alpine, which evaluates expressions, and its templates set styles.
ADMIN_POLICY = f"{POLICY}; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'"


NOT_PERMITTED = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "display-capture",
        "geolocation", "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "serial", "usb",
    )
)  # fmt: skip
"""What no page of the portal asks a browser for; passkeys and the clipboard are left as they are."""
MOST_DIGITS = 18
"""What a database's whole numbers hold."""
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
PERSONAL = ("/accounts/", "/admin/")
"""Whose pages no browser and no proxy may keep; those under /acts/ say so themselves."""


class RequestContext:
    """Outermost of our own: also answers of the other middleware carry the id and the policy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reference = secrets.token_hex(4)
        # Django logs refusals after this has returned: the id stands until the answer is out.
        request_id.set(reference)
        response = self.get_response(request)
        response.headers.setdefault("X-Request-Id", reference)
        policy = ADMIN_POLICY if request.path.startswith("/admin/") else POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", NOT_PERMITTED)
        if request.path.startswith(PERSONAL):
            add_never_cache_headers(response)
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Refuse a POST that is no form or cannot be read: a view would take it for an empty form.

        And what no database takes: a NUL, and keys of rows that are no such number. What is too long is not
        read at all: the first to look at it, long before any view, would keep it in memory or on the disk.
        """
        if _length_of(request) > settings.LONGEST_UPLOADS.get(request.path, settings.LONGEST_BODY):
            return HttpResponse(loader.render_to_string("413.html"), status=413)
        if request.method == "POST" and not _is_form(request):
            return bad_request(request, BadRequest("not a form"))
        sent = [*request.GET.items(), *(request.POST.items() if request.method == "POST" else ())]
        if any("\0" in text for text in (request.path, *chain.from_iterable(sent))):
            return bad_request(request, BadRequest("a NUL"))
        if request.path.startswith("/admin/") and any(map(_is_too_long, request.GET.items())):
            return bad_request(request, BadRequest("no such number"))
        return None


def _length_of(request: HttpRequest) -> int:
    """Return how much the request says that it brings: Django reads no more, and nothing without a word."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isdecimal() and len(said) < MOST_DIGITS else 0


def _is_form(request: HttpRequest) -> bool:
    try:
        codecs.lookup((request.content_params or {}).get("charset", "utf-8"))
    except LookupError:
        return False
    return request.content_type in FORMS


def _is_too_long(parameter: tuple[str, Any]) -> bool:
    """Whether a parameter of a list is a number that no key is; one that is searched for may be."""
    name, value = parameter
    return name != "q" and len(value) > MOST_DIGITS and value.removeprefix("-").isdecimal()


@receiver(request_finished)
def forget_request(**_: Any) -> None:
    """Take the id off: what the thread logs next belongs to no request."""
    request_id.set("-")
