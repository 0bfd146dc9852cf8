"""The addresses under /acts/."""

from django.urls import path

from reconciliation import views

app_name = "acts"
urlpatterns = [
    path("", views.page, name="page"),
    path("<str:public_id>/", views.show, name="show"),
    path("<str:public_id>/<str:form>", views.file, name="file"),
]
