"""Puts a request id on every log line and answer, and the security headers on every page."""

import codecs
import secrets
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
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
        if request.path.startswith(PERSONAL):
            add_never_cache_headers(response)
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Refuse a POST that is no form or cannot be read: a view would take it for an empty form."""
        if request.method == "POST" and not _is_form(request):
            return bad_request(request, BadRequest("not a form"))
        return None


def _is_form(request: HttpRequest) -> bool:
    try:
        codecs.lookup((request.content_params or {}).get("charset", "utf-8"))
    except LookupError:
        return False
    return request.content_type in FORMS


@receiver(request_finished)
def forget_request(**_: Any) -> None:
    """Take the id off: what the thread logs next belongs to no request."""
    request_id.set("-")
