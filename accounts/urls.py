"""The addresses under /accounts/: allauth's, without those by which a login could claim an e-mail address."""

from allauth.account.urls import urlpatterns as account_patterns
from django.urls import include, path

NOT_MOUNTED = {
    "account_email",
    "account_confirm_email",
    "account_email_verification_sent",
}

urlpatterns = [
    *(pattern for pattern in account_patterns if pattern.name not in NOT_MOUNTED),
    path("2fa/", include("allauth.mfa.urls")),
]
