"""How a letter of the month ended, noted on its step."""

from django.utils import timezone

from jobs.fault_points import fault_point
from letters.models import Letter, Recipient
from reconciliation.models import DeliveryLetter, DeliveryStep

KIND = "month"
State = DeliveryStep.State
STATES: dict[str, str] = {
    Letter.State.SENT: State.DONE, Letter.State.FAILED: State.FAILED,
    Letter.State.UNCERTAIN: State.UNCERTAIN, Letter.State.CANCELLED: State.CANCELLED,
}  # fmt: skip


def note(letter: Letter) -> None:
    """Note it, once: a step that is not queued any more is left as it is."""
    fault_point("months.letter_ended")
    refused = [each.address for each in letter.recipients.all() if each.state == Recipient.State.REFUSED]
    is_sent = letter.state == Letter.State.SENT
    detail = f"refused: {', '.join(refused)}" if is_sent and refused else letter.detail
    step = DeliveryLetter.objects.filter(letter=letter.pk).values("step")
    DeliveryStep.objects.filter(pk__in=step, state=State.QUEUED).update(
        state=STATES[letter.state], ended_at=timezone.now(), problem="" if is_sent else letter.problem,
        detail=detail,
    )  # fmt: skip
