"""How a letter of the month ended, noted on its step."""

from django.utils import timezone

from jobs.fault_points import fault_point
from letters.errors import LetterCameBack
from letters.models import Letter, Recipient
from reconciliation.models import DeliveryLetter, DeliveryStep, DistributionRun

KIND = "month"
State = DeliveryStep.State
STATES: dict[str, str] = {
    Letter.State.SENT: State.DONE, Letter.State.FAILED: State.FAILED,
    Letter.State.UNCERTAIN: State.UNCERTAIN, Letter.State.CANCELLED: State.CANCELLED,
}  # fmt: skip
GONE_OUT = (State.DONE, State.UNCERTAIN)


def note(letter: Letter) -> None:
    """Note it, once: a step that has ended meanwhile is left as it is, unless the letter came back later."""
    fault_point("months.letter_ended")
    refused = [each.address for each in letter.recipients.all() if each.state == Recipient.State.REFUSED]
    is_sent = letter.state == Letter.State.SENT
    detail = f"refused: {', '.join(refused)}" if is_sent and refused else letter.detail
    came_back = letter.problem == LetterCameBack.__name__
    delivered = DeliveryLetter.objects.filter(letter=letter.pk)
    step = DeliveryStep.objects.filter(pk__in=delivered.values("step"))
    step.filter(state__in=GONE_OUT if came_back else (State.QUEUED,)).update(
        state=STATES[letter.state], ended_at=timezone.now(), problem="" if is_sent else letter.problem,
        detail=detail,
    )  # fmt: skip
    if letter.bounces.filter(settled_at=None).exists():
        delivered.update(tell_at=timezone.now())
        DistributionRun.objects.filter(steps__letters=letter.pk).update(counted_at=None)
