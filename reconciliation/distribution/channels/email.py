"""The letter with the act, handed to the mail server once."""

from collections.abc import Sequence

from reconciliation.distribution import steps
from reconciliation.distribution.letter import letter_of, message_id
from reconciliation.distribution.mailing import MailSession
from reconciliation.errors import MailUncertain, PortalError
from reconciliation.models import DeliveryStep


def deliver(group: Sequence[DeliveryStep]) -> None:
    """Send the letters of these steps in one session with the mail server."""
    with MailSession() as session:
        for step in group:
            _send(session, step)


def _send(session: MailSession, step: DeliveryStep) -> None:
    act = step.delivery.act
    if act is None:
        raise AssertionError("a letter is ready only with its act")
    try:
        refused = session.send(letter_of(step, act), lambda: steps.note_hand_over(step))
    except MailUncertain as error:
        steps.leave_uncertain(step, error.detail)
    except PortalError as error:
        steps.fail(step, error)
    else:
        detail = f"refused: {', '.join(refused)}" if refused else ""
        steps.finish(step, reference=message_id(step), detail=detail)
