"""What a person decides about one letter."""

from django.db import transaction
from django.utils import timezone

from letters import dead_addresses, outbox
from reconciliation.models import DeliveryStep
from reconciliation.months import runs

State, Way = DeliveryStep.State, DeliveryStep.Way
NO_ADDRESS = (DeliveryStep.Reason.NO_EMAIL, DeliveryStep.Reason.DEAD)
"""Why a letter is left out that can be sent once there is an address."""


def lacks_address(step: DeliveryStep) -> bool:
    """Whether it is a letter that was left out for want of an address that works."""
    return step.state == State.SKIPPED and step.reason in NO_ADDRESS


def may_be_sent(step: DeliveryStep) -> bool:
    """Whether it is such a letter, and an address has been entered since."""
    company = step.delivery.counterparty
    return lacks_address(step) and bool(dead_addresses.working(company.addresses, dead_addresses.all_dead()))


def send_left_out(step: DeliveryStep) -> bool:
    """Send a letter that was left out for want of an address that works: one has been entered since.

    False when it is not left out any more, or the run is cancelled.
    """
    left_out = DeliveryStep.objects.filter(
        pk=step.pk, way=Way.EMAIL, state=State.SKIPPED, reason__in=NO_ADDRESS
    ).exclude(run__state=runs.State.CANCELLED)
    with transaction.atomic():
        has_act = step.delivery.act_id is not None
        sent = left_out.update(reason="", is_ready=has_act, next_try_at=timezone.now(), **runs.ANEW)
        if sent:
            runs.reopen(step.run)
    return bool(sent)


def settle_uncertain(step: DeliveryStep, *, arrived: bool) -> bool:
    """Take a person's word on an uncertain letter: it arrived, or it is sent again.

    False when it is not uncertain any more, or is to be sent again in a run that is cancelled.
    """
    uncertain = DeliveryStep.objects.filter(pk=step.pk, state=State.UNCERTAIN)
    last = step.letters.select_related("letter").first()
    with transaction.atomic():
        if arrived:
            found = uncertain.update(state=State.DONE, ended_at=timezone.now(), problem="", detail="")
        else:
            goes_on = uncertain.exclude(run__state=runs.State.CANCELLED)
            found = goes_on.update(**runs.ANEW | {"state": State.QUEUED if last else State.WAITING})
            runs.reopen(step.run)
        if found and last:
            outbox.settle(last.letter, arrived=arrived)
    return bool(found)
