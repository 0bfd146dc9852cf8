"""The letter with the act, handed to the mail server once."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from reconciliation.distribution import dead_addresses, domain_limit, steps
from reconciliation.distribution.letter import headers_of, keep, letter_of, message_id
from reconciliation.distribution.letter_marks import sender_of
from reconciliation.distribution.mailing import MailSession
from reconciliation.errors import DomainFull, MailUncertain, NoWorkingAddress, PortalError
from reconciliation.http import Deadline
from reconciliation.models import Bounce, DeliveryStep

MOST = 10
"""Letters in one session."""
MOST_REPLIES = 12
"""Of the mail server for a letter; it may take EMAIL_TIMEOUT for each."""


def seconds() -> float:
    """Return how long letters of a session may be begun; their lease is longer by one letter."""
    return float(MOST * settings.EMAIL_TIMEOUT)


def deliver(group: Sequence[DeliveryStep]) -> None:
    """Send the letters of these steps in one session with the mail server; a slow one gets the rest later."""
    deadline = Deadline(seconds())
    with MailSession() as session:
        for step in group:
            if deadline.remaining:
                _send(session, step)
            else:
                steps.put_back(step)


def _send(session: MailSession, step: DeliveryStep) -> None:
    try:
        refused = _hand_over(session, step)
    except DomainFull as error:
        steps.put_back(step, error)
    except MailUncertain as error:
        steps.leave_uncertain(step, error.detail)
    except PortalError as error:
        steps.fail(step, error)
    else:
        detail = f"refused: {', '.join(refused)}" if refused else ""
        if steps.finish(step, reference=message_id(step), detail=detail):
            _settle_earlier(step)


def _settle_earlier(step: DeliveryStep) -> None:
    """Note that what came back before is over; an address that is none stays so while it is entered."""
    company = step.delivery.counterparty
    earlier = Bounce.objects.filter(counterparty=company, settled_at=None, received_at__lt=step.began_at)
    entered = [address.lower() for address in company.addresses]
    earlier.exclude(kind=Bounce.Kind.NO_ADDRESS, address__in=entered).update(settled_at=timezone.now())


def _hand_over(session: MailSession, step: DeliveryStep) -> list[str]:
    """Send the letter of a step; return the addresses that the server refuses."""
    act = step.delivery.act
    if act is None:
        raise AssertionError("a letter is ready only with its act")
    to = dead_addresses.working(act.counterparty, dead_addresses.all_dead(act.counterparty))
    if not to:
        raise NoWorkingAddress
    domain_limit.take_place(to)
    letter, composed = letter_of(act, to, headers=headers_of(step))
    letter.from_email = sender_of(step.pk)  # of the envelope: reports come back to it

    def note() -> bool:
        with transaction.atomic():
            if not steps.note_hand_over(step):
                return False
            keep(step, act, letter, composed)
        return True

    return session.send(letter, note)
