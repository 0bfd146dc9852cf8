"""The month's runs: how far each is, in bars that move, and the buttons for what can be done now."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reconciliation import tasks
from reconciliation.admin_kit.bars import parts_of
from reconciliation.admin_kit.columns import with_note
from reconciliation.admin_kit.read_only import ReadOnlyAdmin
from reconciliation.errors import CanaryFailed, PortalError
from reconciliation.errors.kept import error_of
from reconciliation.models import DeliveryStep, DistributionRun
from reconciliation.months import canary, progress, runs
from reconciliation.months.progress import Progress, WayProgress
from reconciliation.printing.formats import format_money

State, Step = DistributionRun.State, DeliveryStep.State
MOST_UNREADABLE = 20
MAY_RUN = "reconciliation.change_distributionrun"
SHOWN = (
    Step.DONE, Step.QUEUED, Step.UNDER_WAY, Step.WAITING, Step.FAILED, Step.UNCERTAIN, Step.SKIPPED,
    Step.CANCELLED,
)  # fmt: skip
"""The parts of a bar, from the left."""
TITLES = {"settled": _("settled"), "open": _("under way"), "trouble": _("need a person")}


WORDS = {
    "pause": _("Pause"), "resume": _("Go on"), "cancel": _("Cancel what has not begun"),
    "retry": _("Try again what failed"),
}  # fmt: skip


def go_on(run: DistributionRun, words: str) -> str:
    """Have workers go on with the run if something was done."""
    if words:
        progress.forget(run)
        tasks.enqueue(tasks.continue_months)
    return words


def _pause(run: DistributionRun, by: User) -> str:
    words = gettext("Paused: what is under way comes to its end, nothing new begins.")
    return go_on(run, words if runs.pause(run) else "")


def _resume(run: DistributionRun, by: User) -> str:
    return go_on(run, gettext("The run goes on.") if runs.resume(run) else "")


def _cancel(run: DistributionRun, by: User) -> str:
    words = gettext("Cancelled: what was delivered stays delivered.")
    return go_on(run, words if runs.cancel(run) else "")


def _retry(run: DistributionRun, by: User) -> str:
    number = runs.retry_failed(run)
    words = ngettext("%(number)s step is tried again.", "%(number)s steps are tried again.", number)
    if number:
        return go_on(run, words % {"number": number})
    return go_on(run, gettext("1C's list is read again.") if run.state == State.UNDER_WAY else "")


@admin.register(DistributionRun)
class DistributionRunAdmin(ReadOnlyAdmin):
    list_display = ("shown_month", "shown_state", "started_at", "started_by", "closed_at")
    list_select_related = ("started_by",)
    change_form_outer_before_template = "admin/months/run.html"
    fields = (("started_at", "who_started"), "closed_at")
    buttons: ClassVar = {"pause": _pause, "resume": _resume, "cancel": _cancel, "retry": _retry}
    may_press, shows_progress = MAY_RUN, True

    def get_queryset(self, request: HttpRequest) -> QuerySet[DistributionRun]:
        runs_of_all: QuerySet[DistributionRun] = super().get_queryset(request)
        trouble = DeliveryStep.objects.filter(run=OuterRef("pk"), state__in=progress.TROUBLE)
        return runs_of_all.annotate(has_trouble=Exists(trouble))

    def of_page(self, request: HttpRequest, entry: DistributionRun) -> dict[str, Any]:
        return context_of(entry, request) | {"title": _title(entry)}

    @admin.display(description=_("month"), ordering="month")
    def shown_month(self, run: DistributionRun) -> str:
        return _title(run)

    @admin.display(description=_("started by"))
    def who_started(self, run: DistributionRun) -> str:
        return str(run.started_by or gettext("the schedule, or a command"))

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, run: Any) -> str | SafeString:
        trouble = gettext("something needs a person") if run.has_trouble else ""
        return with_note(run.get_state_display(), trouble)


def context_of(run: DistributionRun, request: HttpRequest) -> dict[str, Any]:
    """Return what the run's panel shows to this person."""
    found = progress.look(run)
    return {
        "run": run,
        "bars": [_bar(each) for each in found.ways],
        "progress": found,
        "waits": progress.waits(),
        "letters_open_at": runs.letters_open_at(run),
        "waiting_for_place": progress.waiting_for_place(run),
        "money": _money(found),
        "problem": _problem(run),
        "why_paused": canary.why_paused(run),
        "held": _held(run, found) if run.state == State.UNDER_WAY else [],
        "unreadable": run.unreadable[:MOST_UNREADABLE],
        "needs_person": bool(run.unreadable or found.money["trouble"]),
        "buttons": _buttons(run, found) if request.user.has_perm(MAY_RUN) else [],
    }


def _held(run: DistributionRun, found: Progress) -> list[str]:
    """Return the ways whose other steps wait for the first; acts never wait."""
    left = {each.way for each in found.ways if each.left} & set(run.held) - {DeliveryStep.Way.ACT}
    return [str(way.label) for way in DeliveryStep.Way if way in left]


def _problem(run: DistributionRun) -> PortalError | None:
    """Return what stopped the run, or the reading of 1C's list."""
    if run.paused_why:
        return CanaryFailed()
    return error_of(run.problem, run.detail) if run.problem else None


def _title(run: DistributionRun) -> str:
    return date_format(run.month, "F Y")


def _bar(way: WayProgress) -> dict[str, Any]:
    """Return a way's bar."""
    parts = parts_of((state, state.label, way.states.get(state, 0)) for state in SHOWN)
    return {"way": way.way, "label": DeliveryStep.Way(way.way).label, "parts": parts, "speed": way.per_minute}


def _money(found: Progress) -> list[dict[str, Any]]:
    """Return a line for each kind: how many deliveries, and how much money in each currency."""
    rows = []
    for kind, title in TITLES.items():
        sums = sorted((currency, *both) for currency, both in found.money[kind].items() if both[0])
        if sums:
            amounts = [format_money(amount, currency) for currency, _number, amount in sums]
            number = sum(number for _currency, number, _amount in sums)
            rows.append({"kind": kind, "title": title, "number": number, "amounts": amounts})
    return rows


def _buttons(run: DistributionRun, found: Progress) -> list[dict[str, Any]]:
    """Return exactly what can be done now."""
    failed = sum(way.states.get(Step.FAILED, 0) for way in found.ways)
    names = {
        State.UNDER_WAY: ["pause", "cancel"], State.PAUSED: ["resume", "cancel"],
        State.CANCELLED: ["resume"], State.CLOSED: [],
    }[State(run.state)]  # fmt: skip
    if run.state != State.CANCELLED and (failed or run.problem or run.unreadable):
        names = ["retry", *names]
    return [{"name": name, "words": WORDS[name]} for name in names]
