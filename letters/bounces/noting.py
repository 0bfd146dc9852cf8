"""Notes what came back: whose letter, which address, and whether the letter reached anybody at all."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from letters import kinds
from letters.bounces import report
from letters.bounces.report import Outcome
from letters.errors import LetterCameBack
from letters.marks import marks_in
from letters.models import Bounce, Letter, Recipient

State, Fate = Letter.State, Recipient.State


@dataclass
class Read:
    """What came of reading the box."""

    noted: list[Bounce] = field(default_factory=list)
    known: int = 0
    """Reports that had been read before."""
    waiting: int = 0
    """The server still tries."""
    others: int = 0
    """Letters that are no reports, or of none of our letters."""


def note(content: bytes, read: Read) -> None:
    """Note one letter from the box, and tell whoever queued the letter that came back."""
    found = report.read(content)
    letter = _letter_of(found.marks) if found else None
    if found is None or letter is None:
        read.others += 1
        return
    sent_to = [each.address.lower() for each in letter.recipients.all()]
    outcomes = _of_addresses(found.outcomes, sent_to)
    final = [each for each in outcomes if each.is_final]
    read.waiting += len(outcomes) - len(final)
    with transaction.atomic():
        noted = _note_addresses(letter, final, hashlib.sha256(content).hexdigest())
        _note_letter(letter, noted)
        if noted:
            kinds.kind_of(letter).ended(letter)
    read.noted += noted
    read.known += len(final) - len(noted)


def _note_addresses(letter: Letter, outcomes: Sequence[Outcome], digest: str) -> list[Bounce]:
    """Note what was reported of each address, once a report; return what is new."""
    noted = []
    for outcome in outcomes:
        reported = {"kind": outcome.kind, "status": outcome.status, "words": outcome.words}
        bounce, is_new = Bounce.objects.get_or_create(
            report=digest, letter=letter, address=outcome.address, defaults=reported
        )
        if is_new:
            noted.append(bounce)
    return noted


def _note_letter(letter: Letter, bounces: Sequence[Bounce]) -> None:
    """Note the addresses that did not get the letter; it has failed with the last of them that had."""
    for each in bounces:
        returned = letter.recipients.filter(address__iexact=each.address)
        returned.update(state=Fate.CAME_BACK, detail=each.words)
    if not bounces or letter.recipients.filter(state__in=(Fate.TAKEN, Fate.UNCERTAIN)).exists():
        return
    reasons = letter.recipients.filter(state=Fate.CAME_BACK).values_list("address", "detail")
    failed = {
        "state": State.FAILED, "problem": LetterCameBack.__name__,
        "detail": "; ".join(f"{address}: {why}" for address, why in reasons)[:1000],
    }  # fmt: skip
    Letter.objects.filter(pk=letter.pk, state__in=(State.SENT, State.UNCERTAIN)).update(**failed)
    letter.refresh_from_db(fields=["state", "problem", "detail"])


def settle(bounce: Bounce, by: Any) -> bool:
    """Take a person's word that the address takes letters again, or that nothing is left to do."""
    of_address = Bounce.objects.filter(address=bounce.address, settled_at=None)
    return bool(of_address.update(settled_at=timezone.now(), settled_by=by))


def _letter_of(marks: str) -> Letter | None:
    """Return the letter whose mark stands in a report."""
    return Letter.objects.filter(mark__in=marks_in(marks)).prefetch_related("recipients").first()


def _of_addresses(outcomes: Sequence[Outcome], sent_to: list[str]) -> Sequence[Outcome]:
    """Return what became of the addresses that we wrote to: a server that forwards reports another one."""
    named = [each for each in outcomes if each.address in sent_to]
    if named or len(sent_to) > 1:
        return named
    return [replace(outcomes[0], address=sent_to[0])]
