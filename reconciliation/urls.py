"""The addresses under /acts/."""

from django.urls import path

from reconciliation.acts import views

app_name = "acts"
urlpatterns = [
    path("", views.page, name="page"),
    path("cancel", views.cancel, name="cancel"),
    path("<slug:public_id>/", views.show, name="show"),
    path("<slug:public_id>/last-period", views.last_period, name="last_period"),
    path("<slug:public_id>/<slug:file_format>", views.file, name="file"),
]
