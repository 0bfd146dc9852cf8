"""Notes what came back: whose letter, which address, and whether the letter reached anybody at all."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils import timezone

from accounts.models import InvitationLetter, User
from reconciliation.distribution import progress
from reconciliation.distribution.bounces import report
from reconciliation.distribution.bounces.report import Outcome
from reconciliation.distribution.letter_marks import keys_in
from reconciliation.errors import LetterCameBack
from reconciliation.models import Bounce, DeliveryStep, SentLetter

State = DeliveryStep.State


@dataclass
class Read:
    """What came of reading the box."""

    noted: list[Bounce] = field(default_factory=list)
    known: int = 0
    """Reports that had been read before."""
    waiting: int = 0
    """The server still tries."""
    invitations: int = 0
    """Letters of invitations that nobody got."""
    others: int = 0
    """Letters that are no reports, or of none of our letters."""


def note(content: bytes, read: Read) -> None:
    """Note one letter from the box."""
    found = report.read(content)
    if found and _note_invitation(found, read):
        return
    letter = _letter_of(found.marks) if found else None
    if found is None or letter is None:
        read.others += 1
        return
    sent_to = [address.strip().lower() for address in letter.recipients.split(",")]
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        for outcome in _ours(found.outcomes, sent_to):
            if not outcome.is_final:
                read.waiting += 1
                continue
            bounce, is_new = Bounce.objects.get_or_create(
                report=digest, step=letter.step, address=outcome.address,
                defaults={
                    "counterparty": letter.step.delivery.counterparty, "kind": outcome.kind,
                    "status": outcome.status, "words": outcome.words,
                },
            )  # fmt: skip
            if is_new:
                read.noted.append(bounce)
            else:
                read.known += 1
        _fail_if_nobody_got_it(letter, sent_to)


def settle(bounce: Bounce, by: User) -> bool:
    """Take a person's word that the address takes letters again, or that nothing is left to do."""
    now = timezone.now()
    of_address = Bounce.objects.filter(
        counterparty=bounce.counterparty_id, address=bounce.address, settled_at=None
    )
    return bool(of_address.update(settled_at=now, settled_by=by))


def _note_invitation(found: report.Report, read: Read) -> bool:
    """Note that an invitation came back, if it is one's report; whoever invited sees it and sends another."""
    if not (keys := keys_in(found.marks, "i")):
        return False
    final = [outcome for outcome in found.outcomes if outcome.is_final]
    if not final:
        read.waiting += 1
        return True
    gone_out = (InvitationLetter.State.SENT, InvitationLetter.State.UNCERTAIN)
    failed = InvitationLetter.objects.filter(pk__in=keys, state__in=gone_out).update(
        state=InvitationLetter.State.FAILED, problem=LetterCameBack.__name__, detail=final[0].words
    )
    read.invitations += failed
    read.known += not failed
    return True


def _letter_of(marks: str) -> SentLetter | None:
    """Return the last letter of the step whose mark stands in a report."""
    letters = SentLetter.objects.filter(step__in=keys_in(marks))
    return letters.select_related("step__delivery__counterparty", "step__run").order_by("-pk").first()


def _ours(outcomes: Sequence[Outcome], sent_to: list[str]) -> Sequence[Outcome]:
    """Return what became of the addresses that we wrote to: a server that forwards reports another one."""
    named = [each for each in outcomes if each.address in sent_to]
    if named or len(sent_to) > 1:
        return named
    return [replace(outcomes[0], address=sent_to[0])]


def _fail_if_nobody_got_it(letter: SentLetter, sent_to: list[str]) -> None:
    came_back = Bounce.objects.filter(step=letter.step, received_at__gte=letter.sent_at)
    reasons = dict(came_back.values_list("address", "words"))
    if set(sent_to) <= set(reasons):
        mine = DeliveryStep.objects.filter(pk=letter.step_id, state__in=(State.DONE, State.UNCERTAIN))
        words = "; ".join(f"{address}: {reasons[address]}" for address in sent_to)
        if mine.update(state=State.FAILED, problem=LetterCameBack.__name__, detail=words[:1000]):
            progress.forget(letter.step.run)
