"""The month's runs: how far each is, in bars that move, and the buttons for what can be done now."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from reconciliation import tasks
from reconciliation.admin_kit.bars import parts_of
from reconciliation.admin_kit.read_only import ReadOnlyAdmin, posted, with_note
from reconciliation.errors import CanaryFailed, PortalError
from reconciliation.errors.kept import error_of
from reconciliation.models import DeliveryStep, DistributionRun
from reconciliation.months import canary, progress, runs
from reconciliation.months.progress import Progress, WayProgress
from reconciliation.printing.formats import format_money, language_of

State, Step = DistributionRun.State, DeliveryStep.State
MOST_UNREADABLE = 20
MAY_RUN = "reconciliation.change_distributionrun"
Change = Callable[[DistributionRun], str]
SHOWN = (
    Step.DONE, Step.QUEUED, Step.UNDER_WAY, Step.WAITING, Step.FAILED, Step.UNCERTAIN, Step.SKIPPED,
    Step.CANCELLED,
)  # fmt: skip
"""The parts of a bar, from the left."""
TITLES = {"settled": _("settled"), "open": _("under way"), "trouble": _("need a person")}


@admin.register(DistributionRun)
class DistributionRunAdmin(ReadOnlyAdmin):
    list_display = ("shown_month", "shown_state", "started_at", "started_by", "closed_at")
    list_select_related = ("started_by",)
    show_full_result_count = False
    change_form_outer_before_template = "admin/months/run.html"
    fields = (("started_at", "who_started"), "closed_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DistributionRun]:
        runs_of_all: QuerySet[DistributionRun] = super().get_queryset(request)
        trouble = DeliveryStep.objects.filter(run=OuterRef("pk"), state__in=progress.TROUBLE)
        return runs_of_all.annotate(has_trouble=Exists(trouble))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/progress/", view(self.show_progress), name="month_progress"),
            path("<int:pk>/do/<slug:action>/", view(self.act), name="month_act"),
            *super().get_urls(),
        ]

    def of_page(self, request: HttpRequest, entry: DistributionRun) -> dict[str, Any]:
        return context_of(entry, request) | {"title": _title(entry)}

    def show_progress(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return how far the run is, for the page that shows it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return render(
            request, "admin/months/run.html", context_of(get_object_or_404(DistributionRun, pk=pk), request)
        )

    @posted(MAY_RUN)
    def act(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        """Pause, resume or cancel a run, or try again what failed in it."""
        if action not in ACTIONS:
            raise Http404
        run = get_object_or_404(DistributionRun, pk=pk)
        say_and_go_on(request, run, ACTIONS[action](run))
        return redirect("admin:reconciliation_distributionrun_change", pk)

    @admin.display(description=_("month"), ordering="month")
    def shown_month(self, run: DistributionRun) -> str:
        return _title(run)

    @admin.display(description=_("started by"))
    def who_started(self, run: DistributionRun) -> str:
        return str(run.started_by or gettext("the schedule, or a command"))

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, run: Any) -> str | SafeString:
        state = run.get_state_display()
        return with_note(state, gettext("something needs a person")) if run.has_trouble else state


def say_and_go_on(request: HttpRequest, run: DistributionRun, words: str) -> None:
    """Tell the person what was done, and have workers go on; without words nothing could be done any more."""
    if not words:
        messages.warning(request, gettext("Nothing was changed: the run is another by now. Look again."))
        return
    messages.success(request, words)
    progress.forget(run)
    tasks.enqueue(tasks.continue_months)


def context_of(run: DistributionRun, request: HttpRequest) -> dict[str, Any]:
    """Return what the run's panel shows to this person."""
    found = progress.look(run)
    return {
        "run": run,
        "bars": [_bar(each) for each in found.ways],
        "progress": found,
        "waits": progress.waits(),
        "letters_open_at": runs.letters_open_at(run),
        "turns": progress.waiting_for_turn(run),
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
    language, rows = language_of(get_language()), []
    for kind, title in TITLES.items():
        sums = sorted((currency, *both) for currency, both in found.money[kind].items() if both[0])
        if sums:
            amounts = [format_money(amount, currency, language) for currency, _number, amount in sums]
            number = sum(number for _currency, number, _amount in sums)
            rows.append({"kind": kind, "title": title, "number": number, "amounts": amounts})
    return rows


def _buttons(run: DistributionRun, found: Progress) -> list[dict[str, Any]]:
    """Return exactly what can be done now."""
    failed = sum(way.states.get(Step.FAILED, 0) for way in found.ways)
    names = {
        State.UNDER_WAY: ["pause", "cancel"],
        State.PAUSED: ["resume", "cancel"],
        State.CANCELLED: ["resume"],
        State.CLOSED: [],
    }[State(run.state)]
    if run.state != State.CANCELLED and (failed or run.problem or run.unreadable):
        names = ["retry", *names]
    return [{"name": name, "words": WORDS[name]} for name in names]


WORDS = {
    "pause": _("Pause"),
    "resume": _("Go on"),
    "cancel": _("Cancel what has not begun"),
    "retry": _("Try again what failed"),
}


def _pause(run: DistributionRun) -> str:
    return (
        gettext("Paused: what is under way comes to its end, nothing new begins.") if runs.pause(run) else ""
    )


def _resume(run: DistributionRun) -> str:
    return gettext("The run goes on.") if runs.resume(run) else ""


def _cancel(run: DistributionRun) -> str:
    return gettext("Cancelled: what was delivered stays delivered.") if runs.cancel(run) else ""


def _retry(run: DistributionRun) -> str:
    number = runs.retry_failed(run)
    words = ngettext("%(number)s step is tried again.", "%(number)s steps are tried again.", number)
    if number:
        return words % {"number": number}
    return gettext("1C's list is read again.") if run.state == State.UNDER_WAY else ""


ACTIONS: dict[str, Change] = {"pause": _pause, "resume": _resume, "cancel": _cancel, "retry": _retry}
