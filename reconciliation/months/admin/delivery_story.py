"""The story of a delivery: what became of each step, why, where to look, and what a person can do."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from letters.models import Bounce, Letter
from reconciliation.errors import Unbalanced
from reconciliation.errors.kept import error_of
from reconciliation.models import DeliveryStep, Discrepancy, DistributionRun
from reconciliation.months import decisions, runs

Way, State = DeliveryStep.Way, DeliveryStep.State
DISCREPANCY = "admin:reconciliation_discrepancy_change"
LOOKS = {
    State.DONE: "state-good", State.FAILED: "state-danger", State.UNCERTAIN: "state-warning",
}  # fmt: skip


def chip(step: DeliveryStep) -> SafeString:
    """Return the state of a step in its colour and its word, with the reason where it is left out."""
    words = step.get_reason_display() if step.reason else step.get_state_display()
    return format_html('<span class="state {}">{}</span>', LOOKS.get(State(step.state), ""), words)


def story_of(step: DeliveryStep) -> dict[str, Any]:
    """Return what the story of a delivery says of one step."""
    letter = _letter_of(step)
    stopped = letter if letter and step.state == State.QUEUED else step
    error = error_of(stopped.problem, stopped.detail) if stopped.problem else None
    found = _discrepancy(step)
    link = _link(step) if found is None else reverse(DISCREPANCY, args=(found.pk,))
    can_go_on = step.run.state != DistributionRun.State.CANCELLED
    return {
        "step": step, "chip": chip(step), "error": error, "why": _why_it_waits(step),
        "link": link, "detail": "" if found else stopped.detail,
        "attempts": letter.attempts if letter else step.attempts,
        "began_at": (letter and letter.handed_over_at) or step.began_at,
        "next_try_at": stopped.next_try_at if stopped.state == State.WAITING and stopped.problem else None,
        "bounces": _bounces(step) if step.way == Way.EMAIL else (),
        "is_letter": step.way == Way.EMAIL and step.state == State.UNCERTAIN,
        "may_retry": can_go_on and step.state == State.FAILED, "may_send_again": can_go_on,
        "lacks_address": decisions.lacks_address(step),
        "may_send": can_go_on and decisions.may_be_sent(step),
    }  # fmt: skip


def _bounces(step: DeliveryStep) -> QuerySet[Bounce]:
    """Return what came back of a step's letters."""
    return Bounce.objects.filter(letter__delivery__step=step)


def _letter_of(step: DeliveryStep) -> Letter | None:
    """Return the letter of a step that counts."""
    newest = step.letters.select_related("letter").first() if step.way == Way.EMAIL else None
    return newest.letter if newest else None


def _discrepancy(step: DeliveryStep) -> Discrepancy | None:
    """Return what does not add up in the act of a step; the page of it says more than the step does."""
    if step.problem != Unbalanced.__name__:
        return None
    month = runs.period_of(step.run.month)
    return step.delivery.counterparty.discrepancies.filter(
        date_from=month.start, date_to=month.end, resolved_at=None
    ).first()


def _why_it_waits(step: DeliveryStep) -> str:
    """Return what a step waits for; empty when it has begun, was put off for a problem, or is next."""
    run = step.run
    if step.state not in (State.WAITING, State.QUEUED) or step.problem:
        return ""
    if run.state == DistributionRun.State.PAUSED:
        return gettext("The month is paused.")
    if not step.is_ready:
        return gettext("It comes after what stands above.")
    if step.way in run.held and step.way != Way.ACT and not step.is_first:
        return gettext("The first deliveries go out first; it waits until they went well.")
    if step.way == Way.EMAIL and (at := runs.letters_open_at(run)):
        when = date_format(timezone.localtime(at), "d.m.Y H:i")
        return gettext("Letters wait for working hours: %(at)s.") % {"at": when}
    return ""


def _link(step: DeliveryStep) -> str:
    """Return where the result of a step can be seen."""
    if step.way == Way.ACT and step.delivery.act_id:
        return reverse("admin:reconciliation_issuedact_change", args=(step.delivery.act_id,))
    if step.way == Way.EMAIL and step.letters.filter(letter__handed_over_at__isnull=False).exists():
        return reverse("admin:delivery_sent", args=(step.delivery_id,))
    # Bitrix24 says it: what is no address of the web may be a script.
    return step.url if step.url.startswith(("https://", "http://")) else ""
