"""Invite everybody who has no login: see who would get a letter, send, and watch."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.invitations import rounds
from accounts.models import Counterparty, InvitationRound, Membership, User
from letters.models import Letter
from reconciliation.admin_kit.bars import parts_of
from reconciliation.admin_kit.pages import page, to_page_of
from reconciliation.admin_kit.read_only import ReadOnlyAdmin
from reconciliation.counterparties.admin.counterparty_list import STATES
from reconciliation.counterparties.admin.invitation_pages import MAY_INVITE
from reconciliation.errors.kept import error_of

State = Letter.State
SHOWN = (
    State.SENT, State.UNDER_WAY, State.WAITING, State.FAILED, State.UNCERTAIN, State.CANCELLED,
)  # fmt: skip
COLOURS = {State.SENT: "done"}
"""Where a part of a bar is called otherwise than its state."""
NAMED = 50
"""So many are named in each list; the rest is a number."""


class EverybodyForm(forms.Form):
    """Who is invited, and as what."""

    only_nonzero = forms.BooleanField(label=_("Only those whose balance is not zero"), required=False)
    role = forms.ChoiceField(
        label=_("They become"), choices=Membership.Role.choices, initial=Membership.Role.OWNER,
        widget=forms.RadioSelect,
    )  # fmt: skip


def _stop(begun: InvitationRound, by: User) -> str:
    number = rounds.stop(begun)
    words = ngettext(
        "%(number)s letter was stopped and its invitation revoked.",
        "%(number)s letters were stopped and their invitations revoked.",
        number,
    )
    return words % {"number": number}


def _retry(begun: InvitationRound, by: User) -> str:
    number = rounds.retry_failed(begun)
    words = ngettext("%(number)s letter is tried again.", "%(number)s letters are tried again.", number)
    return words % {"number": number}


@admin.register(InvitationRound)
class InvitationRoundAdmin(ReadOnlyAdmin):
    list_display = ("begun", "made_by_name", "how_far")
    list_display_links = ("begun",)
    buttons: ClassVar = {"stop": _stop, "retry": _retry}
    may_press, shows_progress = MAY_INVITE, True
    change_form_outer_before_template = "admin/invitations/round.html"
    fields = (("made_at", "made_by_name"), "stopped_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[InvitationRound]:
        """Return the rounds, each with how many of its letters are in each state."""
        rows: QuerySet[InvitationRound] = super().get_queryset(request)
        numbers = {
            f"number_{state}": Count("letters", filter=Q(letters__letter__state=state)) for state in SHOWN
        }
        return rows.annotate(**numbers)

    def of_page(self, request: HttpRequest, entry: InvitationRound) -> dict[str, Any]:
        return context_of(entry, request)

    @page("everybody/", "invite_everybody", may=MAY_INVITE)
    def everybody(self, request: HttpRequest) -> HttpResponse:
        """Show who would get a letter, who would not and why; send on a POST."""
        return ask(self, request, Counterparty.objects.all(), sent={})

    @admin.display(description=_("begun at"), ordering="pk")
    def begun(self, entry: InvitationRound) -> Any:
        return entry.made_at

    @admin.display(description=_("letters"))
    def how_far(self, entry: InvitationRound) -> str:
        numbers = ((state, getattr(entry, f"number_{state}")) for state in SHOWN)
        return " · ".join(f"{state.label}: {number}" for state, number in numbers if number)


def ask(
    model_admin: Any, request: HttpRequest, chosen: QuerySet[Counterparty], *, sent: dict[str, list[str]]
) -> HttpResponse:
    """Show what inviting these would come to, or send the letters when that was confirmed."""
    user: Any = request.user
    form = EverybodyForm(request.POST if "role" in request.POST else None)
    is_valid = form.is_bound and form.is_valid()
    nonzero = is_valid and form.cleaned_data["only_nonzero"]
    companies = STATES["nonzero"][1](chosen) if nonzero else chosen
    if is_valid and "send" in request.POST:
        begun = rounds.start(companies, role=form.cleaned_data["role"], by=user)
        return to_page_of(begun)
    found = rounds.plan(companies)
    letters = [(email, theirs) for email, theirs in list(found.letters.items())[:NAMED]]
    answer: HttpResponse = model_admin.show(
        request, "admin/invitations/ask.html", gettext("Invite those who have no login"),
        form=form, number=len(found.letters), companies=found.companies, letters=letters,
        left_out=[(reason.label, len(who), who[:NAMED]) for reason, who in found.left_out.items()],
        sent=sent, back=reverse("admin:accounts_invitation_changelist"),
    )  # fmt: skip
    return answer


def context_of(begun: InvitationRound, request: HttpRequest) -> dict[str, Any]:
    """Return what the round's panel shows to this person."""
    found = rounds.progress(begun)
    parts = parts_of((COLOURS.get(state, state), state.label, found.get(state, 0)) for state in SHOWN)
    troubles = rounds.letters_of(begun).filter(state__in=(State.FAILED, State.UNCERTAIN))
    troubles = troubles.select_related("invitation").prefetch_related("invitation__invitations")
    may = request.user.has_perm(MAY_INVITE)
    return {
        "begun": begun, "parts": parts, "total": sum(found.values()),
        "is_under_way": bool(found.get(State.WAITING) or found.get(State.UNDER_WAY)),
        "troubles": [
            (letter, error_of(letter.problem, letter.detail) if letter.problem else None)
            for letter in troubles[:NAMED]
        ],
        "can_stop": may and found.get(State.WAITING), "can_retry": may and found.get(State.FAILED),
    }  # fmt: skip
