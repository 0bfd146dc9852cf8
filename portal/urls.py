"""Every address of the portal."""

import sys

from django.conf import settings
from django.contrib import admin
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.static import serve

from accounts.login.views import enter_admin
from reconciliation.monitoring import error_reports
from reconciliation.monitoring.logs import request_id
from reconciliation.personal_data.page import my_data


def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process lives; touches nothing else."""
    return HttpResponse("ok", content_type="text/plain")


def server_error(request: HttpRequest) -> HttpResponse:
    """Tell a lost database, which comes back by itself, from a fault of the portal."""
    error = sys.exc_info()[1]
    if not isinstance(error, OperationalError | InterfaceError):
        if error:
            error_reports.keep(request, error)
        page = render_to_string("500.html", {"reference": request_id.get()})
        return HttpResponse(page, status=500)
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "60"})


handler500 = server_error

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="acts:page")),
    path("healthz", healthz, name="healthz"),
    path("favicon.ico", serve, {"document_root": settings.BASE_DIR / "static", "path": "favicon.svg"}),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/data/", my_data, name="my_data"),
    path("accounts/", include("accounts.urls")),
    path("acts/", include("reconciliation.urls")),
    path("admin/login/", enter_admin),
    # Django's own page has no limit of tries, no journal and no letter.
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/password_change/done/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
]
