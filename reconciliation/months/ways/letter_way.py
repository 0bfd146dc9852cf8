"""The letter with the act: put into words and queued; the outbox sends it."""

import logging
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from jobs.errors import as_portal_error
from jobs.fault_points import fault_point
from letters import dead_addresses, outbox
from letters.models import Bounce
from letters.outbox import Draft
from reconciliation.errors import NoWorkingAddress
from reconciliation.models import DeliveryLetter, DeliveryStep, LetterTemplate
from reconciliation.models.month_letters import BOUNCE_TO_COUNTERPARTY
from reconciliation.months import steps
from reconciliation.months.letter.composing import Composer

LETTERS_AT_ONCE, SECONDS = 20, 120.0
"""Letters that are queued together; how long that may take."""
State = DeliveryStep.State
log = logging.getLogger(__name__)


def deliver(group: Sequence[DeliveryStep]) -> None:
    """Queue the letters of these steps; one that cannot be put into words stops no other."""
    composer, dead, drafts = Composer(map(steps.act_of, group)), dead_addresses.all_dead(), {}
    for step in group:
        try:
            drafts[step.pk] = _draft(step, composer, dead)
        except Exception as error:  # noqa: BLE001  # kept on the step, whatever it is
            log.warning("the letter of step %s was not queued: %s", step.pk, type(error).__name__)
            steps.fail(step, as_portal_error(error))
    composed = [step for step in group if step.pk in drafts]
    _queue(composed, drafts)
    _close_earlier_bounces(composed)


def _draft(
    step: DeliveryStep, composer: Composer, dead: dead_addresses.Dead
) -> tuple[Draft, LetterTemplate | None]:
    act = steps.act_of(step)
    to = dead_addresses.working(act.counterparty.addresses, dead)
    if not to:
        raise NoWorkingAddress
    return composer.draft(act, to, batch=step.run.batch_id)


def _queue(group: Sequence[DeliveryStep], drafts: Mapping[int, tuple[Draft, LetterTemplate | None]]) -> None:
    """Queue the letters of those steps that are still this worker's."""
    mine = DeliveryStep.objects.filter(
        pk__in=drafts, worker__in={step.worker for step in group}, state=State.UNDER_WAY
    )
    with transaction.atomic():
        keys = list(mine.select_for_update().order_by("pk").values_list("pk", flat=True))
        letters = outbox.queue((drafts[key][0] for key in keys), wakes=False)
        DeliveryLetter.objects.bulk_create(
            DeliveryLetter(letter=letter, step_id=key, template=drafts[key][1])
            for key, letter in zip(keys, letters, strict=True)
        )
        fault_point("months.queue")
        queued = DeliveryStep.objects.filter(pk__in=keys)
        queued.update(state=State.QUEUED, worker="", leased_until=None, problem="", detail="")


def _close_earlier_bounces(group: Sequence[DeliveryStep]) -> None:
    """Note that what came back before is over; an address that is none stays so while it is entered."""
    companies = {step.delivery.counterparty_id: step.delivery.counterparty for step in group}
    entered = {key: {each.lower() for each in company.addresses} for key, company in companies.items()}
    earlier = Bounce.objects.filter(settled_at=None, **{f"{BOUNCE_TO_COUNTERPARTY}__in": companies})
    of_each = earlier.values_list("pk", BOUNCE_TO_COUNTERPARTY, "kind", "address")
    over = [
        key
        for key, company, kind, address in of_each
        if kind != Bounce.Kind.NO_ADDRESS or address not in entered[company]
    ]
    if over:
        Bounce.objects.filter(pk__in=over).update(settled_at=timezone.now())
