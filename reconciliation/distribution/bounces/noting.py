"""Notes what came back: whose letter, which address, and whether the letter reached anybody at all."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from letters.marks import marks_in
from letters.models import Letter, Recipient
from reconciliation.distribution import progress
from reconciliation.distribution.bounces import report
from reconciliation.distribution.bounces.report import Outcome
from reconciliation.errors import LetterCameBack
from reconciliation.models import Bounce, DeliveryLetter, DeliveryStep

State, Fate = DeliveryStep.State, Recipient.State


@dataclass
class Read:
    """What came of reading the box."""

    noted: list[Bounce] = field(default_factory=list)
    known: int = 0
    """Reports that had been read before."""
    waiting: int = 0
    """The server still tries."""
    not_of_months: int = 0
    """Invitations and other letters that nobody got."""
    others: int = 0
    """Letters that are no reports, or of none of our letters."""


def note(content: bytes, read: Read) -> None:
    """Note one letter from the box."""
    found = report.read(content)
    letter = _letter_of(found.marks) if found else None
    if found is None or letter is None:
        read.others += 1
        return
    sent_to = [each.address.lower() for each in letter.recipients.all()]
    outcomes = _ours(found.outcomes, sent_to)
    final = [each for each in outcomes if each.is_final]
    read.waiting += len(outcomes) - len(final)
    with transaction.atomic():
        came_back = _came_back(letter, final)
        if delivery := DeliveryLetter.objects.filter(letter=letter).first():
            _note_addresses(delivery.step, final, hashlib.sha256(content).hexdigest(), read)
            if came_back:
                progress.forget(delivery.step.run)
        elif came_back:
            read.not_of_months += 1
        else:
            read.known += bool(final)


def _came_back(letter: Letter, outcomes: Sequence[Outcome]) -> bool:
    """Note that these addresses did not get the letter; True when it was the last one of them that had."""
    for each in outcomes:
        returned = letter.recipients.filter(address__iexact=each.address)
        returned.update(state=Fate.CAME_BACK, detail=each.words)
    reasons = dict(letter.recipients.filter(state=Fate.CAME_BACK).values_list("address", "detail"))
    reached = letter.recipients.filter(state__in=(Fate.TAKEN, Fate.UNCERTAIN))
    if not outcomes or reached.exists():
        return False
    words = "; ".join(f"{address}: {why}" for address, why in reasons.items())[:1000]
    failed = {"state": Letter.State.FAILED, "problem": LetterCameBack.__name__, "detail": words}
    gone_out = Letter.objects.filter(pk=letter.pk, state__in=(Letter.State.SENT, Letter.State.UNCERTAIN))
    if not gone_out.update(**failed):
        return False
    steps = DeliveryStep.objects.filter(letters=letter.pk, state__in=(State.DONE, State.UNCERTAIN))
    steps.update(**failed | {"state": State.FAILED})
    return True


def _note_addresses(step: DeliveryStep, outcomes: Sequence[Outcome], digest: str, read: Read) -> None:
    """Note what was reported of each address, once a report."""
    for outcome in outcomes:
        bounce, is_new = Bounce.objects.get_or_create(
            report=digest, step=step, address=outcome.address,
            defaults={
                "counterparty": step.delivery.counterparty, "kind": outcome.kind,
                "status": outcome.status, "words": outcome.words,
            },
        )  # fmt: skip
        if is_new:
            read.noted.append(bounce)
        else:
            read.known += 1


def settle(bounce: Bounce, by: User) -> bool:
    """Take a person's word that the address takes letters again, or that nothing is left to do."""
    now = timezone.now()
    of_address = Bounce.objects.filter(
        counterparty=bounce.counterparty_id, address=bounce.address, settled_at=None
    )
    return bool(of_address.update(settled_at=now, settled_by=by))


def _letter_of(marks: str) -> Letter | None:
    """Return the letter whose mark stands in a report."""
    return Letter.objects.filter(mark__in=marks_in(marks)).prefetch_related("recipients").first()


def _ours(outcomes: Sequence[Outcome], sent_to: list[str]) -> Sequence[Outcome]:
    """Return what became of the addresses that we wrote to: a server that forwards reports another one."""
    named = [each for each in outcomes if each.address in sent_to]
    if named or len(sent_to) > 1:
        return named
    return [replace(outcomes[0], address=sent_to[0])]
