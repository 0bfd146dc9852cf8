"""The letter with the act, handed to the mail server once."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from reconciliation.distribution import steps
from reconciliation.distribution.letter import headers_of, keep, letter_of, message_id
from reconciliation.distribution.mailing import MailSession
from reconciliation.errors import MailUncertain, PortalError
from reconciliation.http import Deadline
from reconciliation.models import DeliveryStep

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
    act = step.delivery.act
    if act is None:
        raise AssertionError("a letter is ready only with its act")

    def hand_over() -> bool:
        with transaction.atomic():
            if not steps.note_hand_over(step):
                return False
            keep(step, act, letter, composed)
        return True

    try:
        letter, composed = letter_of(act, act.counterparty.addresses, headers=headers_of(step))
        refused = session.send(letter, hand_over)
    except MailUncertain as error:
        steps.leave_uncertain(step, error.detail)
    except PortalError as error:
        steps.fail(step, error)
    else:
        detail = f"refused: {', '.join(refused)}" if refused else ""
        steps.finish(step, reference=message_id(step), detail=detail)
