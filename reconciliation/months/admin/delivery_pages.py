"""Deliveries of a month: each counterparty with its ways, the story of one, and what a person decides."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import BadRequest
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from letters import marks
from reconciliation.admin_kit.columns import WAYS, with_note
from reconciliation.admin_kit.filters import choice_filter
from reconciliation.admin_kit.pages import page, say
from reconciliation.admin_kit.read_only import OfCounterparties, number_in
from reconciliation.models import Delivery, DeliveryLetter, DeliveryStep, DistributionRun
from reconciliation.months import decisions, progress, runs, steps
from reconciliation.months.admin.delivery_story import chip, story_of
from reconciliation.months.admin.month_pages import MAY_RUN, go_on
from reconciliation.printing.formats import format_money

Way, State = DeliveryStep.Way, DeliveryStep.State


def _steps(request: HttpRequest, states: Any) -> QuerySet[DeliveryStep]:
    """Return the steps in these states, of the run and the way that the list is limited to."""
    ways = [way for way in Way.values if request.GET.get("way") in (way, None, "")]
    steps = DeliveryStep.objects.filter(way__in=ways, state__in=states)
    run = _run_of(request)
    return steps.filter(run=run) if run else steps


def _run_of(request: HttpRequest) -> DistributionRun | None:
    """Return the run that the list is limited to."""
    number = number_in(request, "run__id__exact")
    return DistributionRun.objects.filter(pk=number).first() if number else None


def _by_fate(request: HttpRequest, rows: QuerySet[Delivery], value: str) -> QuerySet[Delivery]:
    if value == "excluded":
        return rows.exclude(excluded="")
    states = {"trouble": progress.TROUBLE, "open": steps.OPEN}[value]
    return rows.filter(pk__in=_steps(request, states).values("delivery"))


def _by_state(request: HttpRequest, rows: QuerySet[Delivery], value: str) -> QuerySet[Delivery]:
    """Leave those with the state in the way that the filter beside it names; in any way without."""
    return rows.filter(pk__in=_steps(request, (value,)).values("delivery"))


def _by_way(request: HttpRequest, rows: QuerySet[Delivery], value: str) -> QuerySet[Delivery]:
    """Leave those that have the way; with a state, the filter for that asks about the way."""
    if request.GET.get("state") in State.values:
        return rows
    return rows.filter(Exists(DeliveryStep.objects.filter(delivery=OuterRef("pk"), way=value)))


FATES = (("trouble", _("needs a person")), ("open", _("under way")), ("excluded", _("gets nothing")))
FILTERS = (
    choice_filter("what", _("what becomes of it"), FATES, _by_fate),
    choice_filter("way", _("way"), Way.choices, _by_way),
    choice_filter("state", _("state"), State.choices, _by_state),
)


def _cell(way: DeliveryStep.Way) -> Any:
    """Return the column of a way."""

    @admin.display(description=WAYS[way])
    def column(self: Any, delivery: Delivery) -> SafeString | str:
        step = next((each for each in delivery.steps.all() if each.way == way), None)
        return chip(step) if step else "–"

    return column


@admin.register(Delivery)
class DeliveryAdmin(OfCounterparties):
    """Reached from a run."""

    list_display = ("shown_name", "shown_balance", "act_state", "drive", "task", "email", "notify")
    list_filter = FILTERS
    list_select_related = ("counterparty", "run")
    list_per_page = 50
    ordering = ("pk",)
    reached_by = "run__id__exact"
    list_before_template = "admin/months/deliveries.html"
    change_form_outer_before_template = "admin/months/delivery.html"
    fields = ("run", "counterparty", "shown_balance", "act", "why_nothing")
    act_state, drive, task, email, notify = (_cell(way) for way in Way)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        first, *others = self.list_display
        return self.list_display if _run_of(request) else (first, "month", *others)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        found: QuerySet[Delivery] = super().get_queryset(request)
        return found.prefetch_related(Prefetch("steps", DeliveryStep.objects.order_by("pk")))

    def of_list(self, request: HttpRequest) -> dict[str, Any]:
        return {"run": _run_of(request)}

    def of_page(self, request: HttpRequest, entry: Delivery) -> dict[str, Any]:
        steps = [story_of(step) for step in entry.steps.all()]
        return {"steps": steps, "may_run": request.user.has_perm(MAY_RUN)}

    @page("<int:pk>/retry/", "delivery_retry", may=MAY_RUN, posts=True)
    def retry(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Try again what failed of one delivery."""
        delivery = get_object_or_404(Delivery.objects.select_related("run", "counterparty"), pk=pk)
        number = runs.retry_failed(delivery.run, only=[delivery.counterparty.onec_guid])
        say(request, go_on(delivery.run, gettext("It is tried again.") if number else ""))
        return redirect("admin:reconciliation_delivery_change", pk)

    @page("<int:pk>/send/", "delivery_send", may=MAY_RUN, posts=True)
    def send(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send a letter that lacked an address."""
        step = get_object_or_404(DeliveryStep.objects.select_related("run"), delivery=pk, way=Way.EMAIL)
        is_sent = decisions.may_be_sent(step) and decisions.send_left_out(step)
        say(request, go_on(step.run, gettext("The letter is sent.") if is_sent else ""))
        return redirect("admin:reconciliation_delivery_change", pk)

    @page("<int:pk>/letter/", "delivery_letter", may=MAY_RUN, posts=True)
    def settle_letter(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a person's word on an uncertain letter."""
        step = get_object_or_404(DeliveryStep.objects.select_related("run"), delivery=pk, way=Way.EMAIL)
        if (said := request.POST.get("letter")) not in ("arrived", "again"):
            raise BadRequest
        arrived = said == "arrived"
        words = gettext("Noted: the letter arrived.") if arrived else gettext("The letter is sent again.")
        is_settled = decisions.settle_uncertain(step, arrived=arrived)
        say(request, go_on(step.run, words if is_settled else ""))
        return redirect("admin:reconciliation_delivery_change", pk)

    @page("<int:pk>/sent/", "delivery_sent")
    def show_letter(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a delivery's letter as it was handed over, the last of them unless `letter` names another."""
        letters = DeliveryLetter.objects.filter(step__delivery=pk, letter__handed_over_at__isnull=False)
        letters = letters.select_related("step__delivery__act", "letter")
        if number := number_in(request, "letter"):
            letters = letters.filter(pk=number)
        if (one := letters.first()) is None:
            raise Http404
        return self.show(
            request, "admin/months/sent.html", one.letter.subject, letter=one.letter, step=one.step,
            sender=marks.sender_of(one.letter.mark), others=letters.filter(pk__lt=one.pk).count(),
            message_id=marks.message_id(one.letter.kind, one.letter.mark),
        )  # fmt: skip

    @admin.display(description=_("month"), ordering="run__month")
    def month(self, delivery: Delivery) -> str:
        return f"{delivery.run.month:%m.%Y}"

    @admin.display(description=_("counterparty"), ordering="counterparty__name")
    def shown_name(self, delivery: Delivery) -> str | SafeString:
        return with_note(delivery.counterparty, delivery.excluded and self.why_nothing(delivery))

    @admin.display(description=_("balance"), ordering="balance")
    def shown_balance(self, delivery: Delivery) -> str:
        return format_money(delivery.balance, delivery.currency)

    @admin.display(description=_("why it gets nothing"))
    def why_nothing(self, delivery: Delivery) -> str:
        return " · ".join(filter(None, (delivery.get_excluded_display(), delivery.detail)))
