"""The buttons on a person's page in the admin: what accounting can do for whoever cannot sign in."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext

from accounts.models import User
from accounts.people import helping

Answer = tuple[int, str]


def may_help(user: Any, person: User) -> bool:
    """Whether a user of the admin may help this person: accounting helps clients, administrators everybody
    but themselves; nobody but a superuser a superuser.
    """
    if person == user or (person.is_superuser and not user.is_superuser):
        return False
    if person.is_staff or person.is_superuser:
        return bool(user.has_perm("accounts.change_user") and user.has_perm("accounts.give_rights"))
    return bool(user.has_perm("accounts.help_user"))


def context_of(user: Any, person: User) -> dict[str, Any]:
    """Return what the panel above a person's page shows to this user."""
    return {
        "person": person,
        "may_help": may_help(user, person),
        "may_erase": user.has_perm("accounts.delete_user") and not person.is_superuser and person != user,
        "has_second_factor": is_mfa_enabled(person),
        "has_password": person.has_usable_password(),
    }


def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Do one of ACTIONS for a person."""
    by: Any = request.user  # of the admin: somebody is signed in
    person = get_object_or_404(User, pk=pk)
    if not may_help(by, person):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if action not in ACTIONS:
        raise Http404
    level, words = ACTIONS[action](request, person, by)
    if words:
        messages.add_message(request, level, words)
    return redirect("admin:accounts_user_change", pk)


def _reset(request: HttpRequest, person: User, by: User) -> Answer:
    if not person.is_active:
        return messages.WARNING, gettext("The login is blocked: open it first.")
    if not helping.send_reset(request, person, by=by):
        return messages.ERROR, ""  # the adapter has said what happened
    return messages.SUCCESS, gettext("A letter with a link for a new password went to %(email)s.") % {
        "email": person.email
    }


def _remove_second_factor(request: HttpRequest, person: User, by: User) -> Answer:
    helping.remove_second_factor(person, by=by)
    return messages.SUCCESS, gettext("The second factor is taken away, and the person signed out everywhere.")


def _block(request: HttpRequest, person: User, by: User) -> Answer:
    helping.block(person, by=by)
    return messages.SUCCESS, gettext("The login is blocked; whoever was signed in with it is out.")


def _unblock(request: HttpRequest, person: User, by: User) -> Answer:
    helping.unblock(person, by=by)
    return messages.SUCCESS, gettext("The login is open again.")


def _sign_out(request: HttpRequest, person: User, by: User) -> Answer:
    helping.sign_out(person, by=by)
    return messages.SUCCESS, gettext("The person is signed out everywhere.")


ACTIONS = {
    "reset": _reset, "factor": _remove_second_factor, "block": _block, "unblock": _unblock,
    "sign-out": _sign_out,
}  # fmt: skip
