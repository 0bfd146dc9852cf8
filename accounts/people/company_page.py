"""The page of a company for its owners: colleagues, their roles, and invitations."""

from typing import Any, cast

from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import counterparties_of
from accounts.invitations import inviting
from accounts.models import Counterparty, Invitation, JournalEntry, Membership, User
from accounts.people import roles

MOST_DIGITS = 9
MOST_VIEWS = 20
"""So many views by accounting are shown."""
TOO_MANY = _("You have invited many people today. Go on tomorrow, or write to accounting.")


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label=_("Email"), max_length=254, widget=forms.EmailInput({"autocomplete": "off"})
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[
            (Membership.Role.VIEWER, _("viewer: sees and downloads acts")),
            (Membership.Role.ACCOUNTANT, _("accountant: also has new acts issued")),
            (Membership.Role.OWNER, _("owner: also invites and removes colleagues")),
        ],
        initial=Membership.Role.ACCOUNTANT,
        widget=forms.RadioSelect,
    )


@login_required
@require_safe
def company(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the people of a company and the invitations that are not accepted yet."""
    return _show(request, _own(request, pk), InviteForm())


@login_required
@require_POST
def change(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Do one of ACTIONS, and say what came of it."""
    mine = _own(request, pk)
    if action == "invite":
        return _invite(request, mine)
    if action not in ACTIONS:
        raise Http404
    try:
        messages.success(request, ACTIONS[action](request, mine))
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    if not counterparties_of(cast(User, request.user), "manage").filter(pk=pk).exists():
        return redirect("account_home")
    return redirect("company", pk)


def _own(request: HttpRequest, pk: int) -> Counterparty:
    return get_object_or_404(counterparties_of(cast(User, request.user), "manage"), pk=pk)


def _show(request: HttpRequest, mine: Counterparty, form: InviteForm, status: int = 200) -> HttpResponse:
    invitations = mine.invitations.filter(accepted_at=None, revoked_at=None).prefetch_related("letters")
    views = JournalEntry.objects.filter(kind=JournalEntry.Kind.VIEWED_AS, counterparty=mine)
    shown = {
        "company": mine, "form": form, "members": roles.members_of(mine),
        "roles": Membership.Role.choices,
        "views": views[:MOST_VIEWS],
        "invitation_actions": [("again", _("Send again")), ("revoke", _("Revoke"))],
        "invitations": [(each, next(iter(each.letters.all()), None)) for each in invitations],
    }  # fmt: skip
    return render(request, "account/company.html", shown, status=status)


def _invite(request: HttpRequest, mine: Counterparty) -> HttpResponse:
    form, by = InviteForm(request.POST), cast(User, request.user)
    if not form.is_valid():
        return _show(request, mine, form, status=422)
    given = form.cleaned_data
    try:
        _count_letter(request)
        inviting.invite(mine, given["email"], role=given["role"], by=by, language=get_language() or "")
    except ValidationError as error:
        form.add_error("email", error)
        return _show(request, mine, form, status=422)
    messages.success(request, gettext("A letter is on its way to %(email)s.") % {"email": given["email"]})
    return redirect("company", mine.pk)


def _count_letter(request: HttpRequest) -> None:
    """Count a letter to somebody whom the person invites. Raises ValidationError when they are too many."""
    if not ratelimit.consume(request, action="invite", key=str(request.user.pk)):
        raise ValidationError(TOO_MANY)


def _again(request: HttpRequest, mine: Counterparty) -> str:
    _count_letter(request)
    inviting.send_again(_invitation(request, mine), by=cast(User, request.user))
    return gettext("The letter goes out again. Earlier links stay good until one is used.")


def _revoke(request: HttpRequest, mine: Counterparty) -> str:
    if not inviting.revoke(_invitation(request, mine), by=cast(User, request.user)):
        raise ValidationError(inviting.NOT_OPEN)
    return gettext("Revoked: none of its links gives access any more.")


def _role(request: HttpRequest, mine: Counterparty) -> str:
    role = request.POST.get("role", "")
    if role not in Membership.Role.values:
        raise Http404
    member = roles.change_role(mine, _number(request), role)
    return gettext("%(person)s: %(role)s") % {"person": member.user, "role": member.get_role_display()}


def _remove(request: HttpRequest, mine: Counterparty) -> str:
    member = roles.remove(mine, _number(request))
    return gettext("%(person)s has no access to %(company)s any more.") % {
        "person": member.user, "company": mine,
    }  # fmt: skip


def _invitation(request: HttpRequest, mine: Counterparty) -> Invitation:
    return get_object_or_404(Invitation, counterparty=mine, pk=_number(request))


def _number(request: HttpRequest) -> int:
    text = request.POST.get("number", "")
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise Http404
    return int(text)


ACTIONS: dict[str, Any] = {"again": _again, "revoke": _revoke, "role": _role, "remove": _remove}
