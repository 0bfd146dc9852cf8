"""Whose change it was, and from where, for the audit log."""

from typing import Any

from allauth.account.adapter import get_adapter
from auditlog.middleware import AuditlogMiddleware
from django.http import HttpRequest


class Audit(AuditlogMiddleware):  # type: ignore[misc]  # auditlog ships no types
    """Takes the address from as many proxies as are trusted: anybody can send an X-Forwarded-For."""

    @staticmethod
    def _get_remote_addr(request: HttpRequest) -> Any:
        if request.method in ("GET", "HEAD"):
            return None  # nothing is changed by these
        return get_adapter(request).get_client_ip(request)
