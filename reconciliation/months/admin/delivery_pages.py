"""Deliveries of a month: each counterparty with its ways, the story of one, and what a person decides."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from letters import marks
from reconciliation.admin_kit.read_only import WAYS, OfCounterparties, number_in, posted, with_note
from reconciliation.models import Delivery, DeliveryLetter, DeliveryStep, DistributionRun
from reconciliation.months import decisions, progress, runs, steps
from reconciliation.months.admin.delivery_story import chip, story_of
from reconciliation.months.admin.month_pages import MAY_RUN, say_and_go_on
from reconciliation.printing.formats import format_money, language_of

Way, State = DeliveryStep.Way, DeliveryStep.State


class TroubleFilter(admin.SimpleListFilter):
    """What becomes of a delivery as a whole."""

    title = _("what becomes of it")
    parameter_name = "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("trouble", _("needs a person")), ("open", _("under way")), ("excluded", _("gets nothing")),
        ]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        if self.value() == "excluded":
            return queryset.exclude(excluded="")
        states = {"trouble": progress.TROUBLE, "open": steps.OPEN}.get(self.value() or "")
        return queryset.filter(pk__in=_steps(request, states).values("delivery")) if states else queryset


class StateFilter(admin.SimpleListFilter):
    """The state of one way, which the filter beside it names; of any way without."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(State.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        if self.value() not in State.values:
            return queryset
        return queryset.filter(pk__in=_steps(request, (self.value(),)).values("delivery"))


class WayFilter(admin.SimpleListFilter):
    """The way that the state is of."""

    title = _("way")
    parameter_name = "way"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Way.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        if self.value() not in Way.values or request.GET.get("state") in State.values:
            return queryset
        return queryset.filter(Exists(DeliveryStep.objects.filter(delivery=OuterRef("pk"), way=self.value())))


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
    list_filter = (TroubleFilter, WayFilter, StateFilter)
    list_select_related = ("counterparty",)
    list_per_page = 50
    ordering = ("pk",)
    list_before_template = "admin/months/deliveries.html"
    change_form_outer_before_template = "admin/months/delivery.html"
    fields = ("run", "counterparty", "shown_balance", "act", "why_nothing")
    act_state, drive, task, email, notify = (_cell(way) for way in Way)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "run__id__exact" or bool(super().lookup_allowed(lookup, value, request))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        found: QuerySet[Delivery] = super().get_queryset(request)
        return found.prefetch_related(Prefetch("steps", DeliveryStep.objects.order_by("pk")))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/retry/", view(self.retry), name="delivery_retry"),
            path("<int:pk>/send/", view(self.send), name="delivery_send"),
            path("<int:pk>/letter/", view(self.settle_letter), name="delivery_letter"),
            path("<int:pk>/sent/", view(self.show_letter), name="delivery_sent"),
            *super().get_urls(),
        ]

    def of_list(self, request: HttpRequest) -> dict[str, Any]:
        return {"run": _run_of(request)}

    def of_page(self, request: HttpRequest, entry: Delivery) -> dict[str, Any]:
        steps = [story_of(step) for step in entry.steps.all()]
        return {"steps": steps, "may_run": request.user.has_perm(MAY_RUN)}

    @posted(MAY_RUN)
    def retry(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Try again what failed of one delivery."""
        delivery = get_object_or_404(Delivery.objects.select_related("run", "counterparty"), pk=pk)
        number = runs.retry_failed(delivery.run, only=[delivery.counterparty.onec_guid])
        say_and_go_on(request, delivery.run, gettext("It is tried again.") if number else "")
        return redirect("admin:reconciliation_delivery_change", pk)

    @posted(MAY_RUN)
    def send(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send a letter that lacked an address."""
        step = get_object_or_404(DeliveryStep.objects.select_related("run"), delivery=pk, way=Way.EMAIL)
        is_sent = decisions.may_be_sent(step) and decisions.send_left_out(step)
        say_and_go_on(request, step.run, gettext("The letter is sent.") if is_sent else "")
        return redirect("admin:reconciliation_delivery_change", pk)

    @posted(MAY_RUN)
    def settle_letter(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a person's word on an uncertain letter."""
        step = get_object_or_404(DeliveryStep.objects.select_related("run"), delivery=pk, way=Way.EMAIL)
        arrived = request.POST.get("letter") == "arrived"
        words = gettext("Noted: the letter arrived.") if arrived else gettext("The letter is sent again.")
        say_and_go_on(request, step.run, words if decisions.settle_uncertain(step, arrived=arrived) else "")
        return redirect("admin:reconciliation_delivery_change", pk)

    def show_letter(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a delivery's letter as it was handed over, the last of them unless `letter` names another."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        letters = DeliveryLetter.objects.filter(step__delivery=pk, letter__handed_over_at__isnull=False)
        letters = letters.select_related("step__delivery__act", "letter")
        if number := number_in(request, "letter"):
            letters = letters.filter(pk=number)
        if (one := letters.first()) is None:
            raise Http404
        shown = self.admin_site.each_context(request) | {
            "title": one.letter.subject, "opts": self.opts, "letter": one.letter, "step": one.step,
            "sender": marks.sender_of(one.letter.mark), "others": letters.filter(pk__lt=one.pk).count(),
            "message_id": marks.message_id(one.letter.kind, one.letter.mark),
        }  # fmt: skip
        return render(request, "admin/months/sent.html", shown)

    @admin.display(description=_("counterparty"), ordering="counterparty__name")
    def shown_name(self, delivery: Delivery) -> str | SafeString:
        if not delivery.excluded:
            return str(delivery.counterparty)
        return with_note(delivery.counterparty, self.why_nothing(delivery))

    @admin.display(description=_("balance"), ordering="balance")
    def shown_balance(self, delivery: Delivery) -> str:
        return format_money(delivery.balance, delivery.currency, language_of(get_language()))

    @admin.display(description=_("why it gets nothing"))
    def why_nothing(self, delivery: Delivery) -> str:
        return " · ".join(filter(None, (delivery.get_excluded_display(), delivery.detail)))
