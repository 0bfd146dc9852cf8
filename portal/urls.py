"""Every address of the portal."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.static import serve

from accounts.views import enter_admin


def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process lives; touches nothing else."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("", RedirectView.as_view(pattern_name="acts:page")),
    path("healthz", healthz, name="healthz"),
    path("favicon.ico", serve, {"document_root": settings.BASE_DIR / "static", "path": "favicon.svg"}),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("accounts.urls")),
    path("acts/", include("reconciliation.urls")),
    path("admin/login/", enter_admin),
    path("admin/", admin.site.urls),
]
