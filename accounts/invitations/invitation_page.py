"""The page behind the link of an invitation. Looking at it changes nothing: mail scanners follow links."""

from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.invitations.accepting import LoginThere, NotOpen, Offer, accept, join, offer_of
from accounts.models import Counterparty, User
from accounts.names import LONGEST, validate_name

PASSWORD, PASSKEY, CODES = "password", "passkey", "codes"
STATUS = {"unknown": 404}
GONE = 410


class JoinForm(forms.Form):
    """Who the new person is, and how that person signs in."""

    first_name = forms.CharField(
        label=_("First name"),
        max_length=LONGEST,
        validators=[validate_name],
        widget=forms.TextInput({"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=LONGEST,
        validators=[validate_name],
        widget=forms.TextInput({"autocomplete": "family-name"}),
    )
    way = forms.ChoiceField(
        label=_("How will you sign in?"),
        choices=[
            (CODES, _("With a code that comes by email each time")),
            (PASSWORD, _("With a password")),
            (PASSKEY, _("With a passkey: the fingerprint, face or PIN of this device")),
        ],
        initial=CODES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you will sign in.")},
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        help_text=_("Needed if you sign in with a password. It counts if you enter one."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}, render_value=True),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("way") == PASSWORD and not data.get("password"):
            self.add_error("password", _("Enter the password that you want."))
        return data


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show what an invitation offers; accept it on a POST."""
    offer = offer_of(token)
    if offer.why_not:
        return _refuse(request, offer)
    if request.method != "POST":
        return _show(request, offer, JoinForm())
    try:
        if request.user.is_authenticated:
            return _accept_signed_in(request, offer)
        if offer.login:
            return _accept_for(request, offer, offer.login)
        return _join(request, offer)
    except NotOpen:
        return _refuse(request, offer_of(token))


def _accept_signed_in(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Accept for whoever is signed in, if that is still the person whom the page has named."""
    person = cast(User, request.user)
    if request.POST.get("person") != str(person.pk) or not _may_take(person, offer):
        return _show(request, offer, JoinForm())
    companies = accept(offer, person)
    messages.success(request, _now_open(companies))
    return redirect(_acts_of(companies))


def _accept_for(request: HttpRequest, offer: Offer, person: User) -> HttpResponse:
    """Accept for the login that the address has; whoever it belongs to signs in as ever."""
    companies = accept(offer, person)
    messages.success(request, _now_open(companies) + " " + gettext("Sign in to see it."))
    return redirect_to_login(_acts_of(companies))


def _join(request: HttpRequest, offer: Offer) -> HttpResponse:
    form = JoinForm(request.POST)
    if not form.is_valid():
        return _show(request, offer, form, status=422)
    given = form.cleaned_data
    # A password that was typed counts, whatever else was chosen.
    password = given["password"] or None
    try:
        person = join(offer, password=password, first_name=given["first_name"], last_name=given["last_name"])
    except ValidationError as error:
        form.add_error("password", error)
        return _show(request, offer, form, status=422)
    except LoginThere:
        messages.info(request, gettext("You have a login already: sign in."))
        return redirect(settings.LOGIN_URL)
    # Whoever has the link reads the mailbox, as with a code: no second proof before the passkey is set up.
    record_authentication(request, person, method="invitation", reauthenticated=True)
    there = reverse("mfa_add_webauthn") if given["way"] == PASSKEY else settings.LOGIN_REDIRECT_URL
    answer: HttpResponse = perform_login(request, Login(user=person, redirect_url=there))
    return answer


def _may_take(person: User, offer: Offer) -> bool:
    """Whether a person may accept what another address is invited to; staff see companies in the admin."""
    return offer.letter is not None and (person.email == offer.letter.email or not person.is_staff)


def _acts_of(companies: list[Counterparty]) -> str:
    return reverse("acts:page") + "?" + urlencode({"counterparty": companies[0].onec_guid})


def _now_open(companies: list[Counterparty]) -> str:
    names = ", ".join(map(str, companies))
    return gettext("You have access to the acts of %(companies)s now.") % {"companies": names}


def _show(request: HttpRequest, offer: Offer, form: JoinForm, status: int = 200) -> HttpResponse:
    shown = {"offer": offer, "form": form, "may_take": False}
    if request.user.is_authenticated:
        shown["may_take"] = _may_take(request.user, offer)
    return render(request, "account/invitation.html", shown, status=status)


def _refuse(request: HttpRequest, offer: Offer) -> HttpResponse:
    status = STATUS.get(offer.why_not, GONE)
    return render(
        request, "account/no_invitation.html", {"why_not": offer.why_not, "offer": offer}, status=status
    )
