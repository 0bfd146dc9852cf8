"""Every letter that may wait: what it says, what became of it, and what a person decides about it."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from letters import outbox
from letters.models import Letter
from reconciliation.admin_kit.columns import with_note
from reconciliation.admin_kit.filters import choice_filter
from reconciliation.admin_kit.read_only import ReadOnlyAdmin
from reconciliation.errors.kept import error_of
from reconciliation.months.admin.month_pages import MAY_RUN

State = Letter.State
KINDS = {
    "month": _("act of a month"),
    "invitation": _("invitation"),
    "summary": _("summary of a month"),
    "preview": _("preview of a month"),
    "discrepancy": _("act that does not balance"),
    "login": _("change of a login"),
    "test": _("test of the wording"),
}
DECIDED_ELSEWHERE = ("month", "invitation")
"""Kinds whose letters have a page of their own, where a person decides about them."""
TROUBLE = (State.FAILED, State.UNCERTAIN)


def in_trouble() -> QuerySet[Letter]:
    """Return the letters that need a person here."""
    return Letter.objects.filter(state__in=TROUBLE).exclude(kind__in=DECIDED_ELSEWHERE)


def _by_trouble(_request: HttpRequest, rows: QuerySet[Letter], value: str) -> QuerySet[Letter]:
    rows, elsewhere = rows.filter(state__in=TROUBLE), Q(kind__in=DECIDED_ELSEWHERE)
    return rows.filter(elsewhere) if value == "elsewhere" else rows.exclude(elsewhere)


TroubleFilter = choice_filter(
    "what", _("what is left to do"),
    [("trouble", _("needs a person")), ("elsewhere", _("needs a person, at its delivery or invitation"))],
    _by_trouble,
)  # fmt: skip
KindFilter = choice_filter(
    "kind", _("kind"), KINDS.items(), lambda _request, rows, value: rows.filter(kind=value)
)


def _arrived(letter: Letter, by: User) -> str:
    return gettext("Noted: the letter arrived.") if outbox.settle(letter, arrived=True) else ""


def _again(letter: Letter, by: User) -> str:
    failed = Letter.objects.filter(pk=letter.pk)
    is_sent = outbox.settle(letter, arrived=False) or outbox.send_again(failed)
    return gettext("The letter is sent again.") if is_sent else ""


@admin.register(Letter)
class LetterAdmin(ReadOnlyAdmin):
    list_display = ("shown_subject", "kind_name", "to", "shown_state", "made_at")
    list_display_links = ("shown_subject",)
    list_filter = (TroubleFilter, KindFilter, "state")
    list_per_page = 50
    search_fields = ("recipients__address",)
    search_help_text = _("An address")
    change_form_outer_before_template = "admin/letters/letter.html"
    fields = (("kind_name", "shown_state"), ("made_at", "ended_at"))
    buttons, may_press = {"arrived": _arrived, "again": _again}, MAY_RUN

    def get_queryset(self, request: HttpRequest) -> QuerySet[Letter]:
        found: QuerySet[Letter] = super().get_queryset(request)
        return found.prefetch_related("recipients", "attachments").defer("text", "packed_html")

    def of_page(self, request: HttpRequest, entry: Letter) -> dict[str, Any]:
        may = request.user.has_perm(MAY_RUN) and entry.kind not in DECIDED_ELSEWHERE
        return {
            "error": error_of(entry.problem, entry.detail) if entry.problem else None,
            "elsewhere": _page_of(entry),
            "can_settle": may and entry.state == State.UNCERTAIN,
            "can_send": may and entry.state == State.FAILED,
        }

    def can_be_done_with(self) -> QuerySet[Letter]:
        return Letter.objects.exclude(kind__in=DECIDED_ELSEWHERE)

    @admin.display(description=_("subject"), ordering="pk")
    def shown_subject(self, letter: Letter) -> str:
        return letter.subject or str(self.kind_name(letter)).capitalize()

    @admin.display(description=_("kind"))
    def kind_name(self, letter: Letter) -> Any:
        return KINDS.get(letter.kind, letter.kind)

    @admin.display(description=_("Recipients"))
    def to(self, letter: Letter) -> str:
        return ", ".join(map(str, letter.recipients.all()))

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, letter: Letter) -> str | SafeString:
        state = letter.get_state_display()
        return with_note(state, letter.problem and error_of(letter.problem, letter.detail).title)


def _page_of(letter: Letter) -> str:
    """Return the page on which a person decides about a letter, if it has one of its own."""
    if letter.kind == "month" and (delivery := getattr(letter, "delivery", None)):
        return reverse("admin:reconciliation_delivery_change", args=(delivery.step.delivery_id,))
    offer = getattr(letter, "invitation", None)
    if invitation := offer.invitations.first() if offer else None:
        return reverse("admin:accounts_invitation_change", args=(invitation.pk,))
    return ""
