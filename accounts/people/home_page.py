"""A person's own page: name, language, time zone, how one signs in, companies, and which letters one gets."""

from typing import Any, cast

from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import Membership, User
from accounts.people import act_letters
from accounts.people.reader_language import with_language


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own takes none as it runs
    """What a person says of themselves."""

    class Meta:
        model = User
        fields = ("first_name", "last_name", "language", "time_zone")
        labels = {"language": _("Language of pages and letters"), "time_zone": _("Time zone")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_name"].widget.attrs["autocomplete"] = "given-name"
        self.fields["last_name"].widget.attrs["autocomplete"] = "family-name"
        languages = [(code, name) for code, name in settings.LANGUAGES]
        self.fields["language"].widget.choices = [("", _("As the browser asks")), *languages]
        zones = self.fields["time_zone"].widget
        zones.choices = [("", _("As the books")), *list(zones.choices)[1:]]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def account_home(request: HttpRequest) -> HttpResponse:
    """Show the page, or save what was changed on it."""
    user = cast(User, request.user)
    if request.method == "POST" and "companies" in request.POST:
        return _save_letters(request, user)
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=user)
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, gettext("Saved."))
        return with_language(redirect("account_home"), user)
    user.refresh_from_db()  # what was typed wrong is not who is signed in
    shown = {
        "form": form, "has_second_factor": is_mfa_enabled(user), "memberships": _memberships(user),
    }  # fmt: skip
    return render(request, "account/home.html", shown, status=422 if form.errors else 200)


def _memberships(user: User) -> list[dict[str, Any]]:
    rows = user.memberships.select_related("counterparty").order_by("counterparty__name")
    return [
        {
            "row": row,
            "gets_letters": act_letters.go_to(row.counterparty, user.email),
            "manages": _manages(row),
        }
        for row in rows
    ]


def _manages(membership: Membership) -> bool:
    return membership.role == Membership.Role.OWNER


def _save_letters(request: HttpRequest, user: User) -> HttpResponse:
    """Put the person's address on the lists of the ticked companies, and take it off those of the others."""
    shown, ticked = set(request.POST.getlist("companies")), set(request.POST.getlist("letters"))
    for membership in user.memberships.select_related("counterparty"):
        if str(membership.pk) in shown:
            act_letters.set_for(membership.counterparty, user, wanted=str(membership.pk) in ticked)
    messages.success(request, gettext("Saved."))
    return redirect("account_home")
