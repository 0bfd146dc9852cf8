"""Invitations as accountants see them: what became of each, and what can be done about it now."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.invitations import invitation_letters, inviting
from accounts.models import Invitation, User
from letters import outbox
from letters.models import Letter
from reconciliation.admin_kit.columns import with_note
from reconciliation.admin_kit.filters import choice_filter
from reconciliation.admin_kit.read_only import OfCounterparties, number_in
from reconciliation.errors.kept import error_of

MAY_INVITE = "accounts.add_invitation"
State = Letter.State


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own takes none as it runs
    """Whom to invite, and for which counterparty."""

    class Meta:
        model = Invitation
        fields = ("counterparty", "email", "role")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("counterparty") and data.get("email"):
            inviting.check(data["counterparty"], data["email"])
        return data


def _by_state(_request: HttpRequest, rows: QuerySet[Invitation], value: str) -> QuerySet[Invitation]:
    wanted = {
        "trouble": Q(pk__in=invitation_letters.not_arrived().values("pk")),
        "open": Q(accepted_at=None, revoked_at=None),
        "accepted": Q(accepted_at__isnull=False), "revoked": Q(revoked_at__isnull=False),
    }  # fmt: skip
    return rows.filter(wanted[value])


STATES = (
    ("trouble", _("needs a person")), ("open", _("not accepted yet")), ("accepted", _("accepted")),
    ("revoked", _("revoked")),
)  # fmt: skip


def _send_again(invitation: Invitation, by: User) -> str:
    inviting.send_again(invitation, by=by)
    return gettext("The letter goes out again. Earlier links stay good until one is used.")


def _revoke(invitation: Invitation, by: User) -> str:
    if not inviting.revoke(invitation, by=by):
        raise ValidationError(inviting.NOT_OPEN)
    return gettext("Revoked: none of its links gives access any more.")


def _arrived(invitation: Invitation, by: User) -> str:
    outbox.settle(invitation.letters.all()[0].letter, arrived=True)
    return gettext("Noted: the letter arrived.")


def _lost(invitation: Invitation, by: User) -> str:
    outbox.settle(invitation.letters.all()[0].letter, arrived=False)
    return gettext("The letter is sent again.")


@admin.register(Invitation)
class InvitationAdmin(OfCounterparties):
    form = InvitationForm
    list_display = ("email", "counterparty", "role", "made", "state")
    list_filter = (choice_filter("state", _("state"), STATES, _by_state),)
    list_select_related = ("counterparty", "accepted_by")
    search_fields = ("email", "counterparty")
    search_help_text = _("An email, or a counterparty: name, tax number or email")
    autocomplete_fields = ("counterparty",)
    list_before_template = "admin/invitations/everybody.html"
    change_form_outer_before_template = "admin/invitations/invitation.html"
    fields = ("counterparty", ("email", "role"), ("made_at", "made_by_name"))
    list_per_page = 50
    buttons: ClassVar = {"again": _send_again, "revoke": _revoke, "arrived": _arrived, "lost": _lost}
    may_press = MAY_INVITE

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        rows: QuerySet[Invitation] = super().get_queryset(request)
        return rows.prefetch_related("letters__letter")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find by a part of the invited address, or by the counterparty."""
        by_company, _distinct = super().get_search_results(request, queryset, search_term)
        if not (word := search_term.strip().lower()):
            return by_company, False
        return queryset.filter(Q(email__contains=word) | Q(pk__in=by_company.values("pk"))), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(MAY_INVITE))

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> Any:
        return self.fields if obj else ("counterparty", "email", "role")

    def get_readonly_fields(self, request: HttpRequest, obj: Invitation | None = None) -> list[str]:
        return super().get_readonly_fields(request, obj) if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the counterparty of the page that led here; a spoilt address names none."""
        return {"counterparty": number_in(request, "counterparty")}

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        """Invite; in English or Russian as the counterparty's acts are."""
        user: Any = request.user
        made = inviting.invite(obj.counterparty, obj.email, role=obj.role, by=user)
        obj.pk, obj.email = made.pk, made.email

    def of_list(self, request: HttpRequest) -> dict[str, Any]:
        return {"may_invite": request.user.has_perm(MAY_INVITE)}

    def of_page(self, request: HttpRequest, entry: Invitation) -> dict[str, Any]:
        last = _last_letter(entry)
        may = request.user.has_perm(MAY_INVITE) and entry.is_open
        return {
            "invitation": entry, "state": state_of(entry), "last": last,
            "problem": error_of(last.problem, last.detail) if last and last.problem else None,
            "can_send": may and last and last.state not in (*inviting.UNSENT, State.UNCERTAIN),
            "can_settle": may and last and last.state == State.UNCERTAIN,
            "can_revoke": may,
        }  # fmt: skip

    @admin.display(description=_("invited"), ordering="made_at")
    def made(self, invitation: Invitation) -> SafeString:
        day = date_format(timezone.localtime(invitation.made_at), "d.m.Y")
        return with_note(day, invitation.made_by_name)

    @admin.display(description=_("state"))
    def state(self, invitation: Invitation) -> str | SafeString:
        return state_of(invitation)


def state_of(invitation: Invitation) -> str | SafeString:
    """Return what became of an invitation, in words."""
    if invitation.accepted_at:
        day = date_format(timezone.localtime(invitation.accepted_at), "d.m.Y")
        return with_note(gettext("accepted %(day)s") % {"day": day}, invitation.accepted_by or "–")
    if invitation.revoked_at:
        day = date_format(timezone.localtime(invitation.revoked_at), "d.m.Y")
        return gettext("revoked %(day)s") % {"day": day}
    newest = _last_letter(invitation)
    if newest is None:
        return gettext("no letter")
    if newest.state == State.SENT and newest.ended_at:
        if newest.ended_at < timezone.now() - timedelta(days=settings.INVITATION_DAYS):
            return gettext("too old: send it again")
        day = date_format(timezone.localtime(newest.ended_at), "d.m.Y")
        return gettext("letter sent %(day)s") % {"day": day}
    note = error_of(newest.problem, newest.detail).title if newest.problem else ""
    return with_note(gettext("letter: %(state)s") % {"state": newest.get_state_display()}, note)


def _last_letter(invitation: Invitation) -> Letter | None:
    """Return the newest letter of an invitation."""
    newest = next(iter(invitation.letters.all()), None)
    return newest.letter if newest else None
