"""The admin's way in: it has no log-in page of its own."""

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse


def enter_admin(request: HttpRequest) -> HttpResponse:
    """Send to the portal's log-in page; refuse whoever is logged in and no member of staff."""
    if request.user.is_authenticated and not request.user.is_staff:
        # The log-in page would send them straight back, and so on for ever.
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next") or "/admin/")
