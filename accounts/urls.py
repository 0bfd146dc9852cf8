"""The addresses under /accounts/: allauth's, without those by which a login could claim an email address."""

from allauth.account.urls import urlpatterns as account_patterns
from django.urls import include, path, re_path

from accounts.invitations.invitation_page import invitation
from accounts.login import views
from accounts.people import viewing
from accounts.people.company_page import change, company
from accounts.people.home_page import account_home

NOT_MOUNTED = {
    "account_email",
    "account_confirm_email",
    "account_email_verification_sent",
}

urlpatterns = [
    *(pattern for pattern in account_patterns if pattern.name not in NOT_MOUNTED),
    path("", account_home, name="account_home"),
    path("viewing/end/", viewing.end, name="viewing_end"),
    path("companies/<int:pk>/", company, name="company"),
    path("companies/<int:pk>/<slug:action>/", change, name="company_change"),
    re_path(r"^invitation/(?P<token>[0-9A-Za-z_:-]+)/$", invitation, name="invitation"),
    path("2fa/authenticate/", views.second_factor, name="mfa_authenticate"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", views.sessions, name="usersessions_list"),
]
