"""Letters are queued here, held back, cancelled, and decided about by people; `sending` hands them over."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from letters.errors import DomainFull
from letters.models import Attachment, Letter, Recipient
from letters.signals import letters_wait

LONGEST_SUBJECT = 200
State, Fate = Letter.State, Recipient.State
ANEW: dict[str, Any] = {
    "state": State.WAITING, "attempts": 0, "worker": "", "leased_until": None, "failing_since": None,
    "handed_over_at": None, "ended_at": None, "problem": "", "detail": "", "is_told": False,
}  # fmt: skip
"""A letter is sent as if for the first time."""


@dataclass(frozen=True)
class File:
    """A file that goes along: where it is kept in MEDIA_ROOT, and what it is called in the letter."""

    path: str
    name: str
    content_type: str
    sha256: str


@dataclass(frozen=True)
class Draft:
    """A letter that is to be queued; the fields are those of `Letter`."""

    kind: str
    language: str
    to: Sequence[str]
    subject: str
    text: str
    html: str = ""
    reply_to: str = ""
    files: Sequence[File] = ()
    batch: int | None = None
    """The key of a `Batch`."""
    is_bulk: bool = False
    not_before: datetime | None = None


def queue(drafts: Iterable[Draft], *, wakes: bool = True) -> list[Letter]:
    """Keep letters to be sent, in the caller's transaction, and return them in this order.

    `wakes`: False where the caller sends letters anyway.
    """
    drafts = list(drafts)
    with transaction.atomic():
        letters = Letter.objects.bulk_create(_letter(draft) for draft in drafts)
        both = list(zip(letters, drafts, strict=True))
        Recipient.objects.bulk_create(
            Recipient(letter=letter, address=address)
            for letter, draft in both
            for address in dict.fromkeys(draft.to)
        )
        Attachment.objects.bulk_create(
            Attachment(
                letter=letter, path=each.path, name=each.name, content_type=each.content_type,
                sha256=each.sha256,
            )
            for letter, draft in both
            for each in draft.files
        )  # fmt: skip
    if wakes:
        wake()
    return letters


def wake() -> None:
    """Have somebody send what waits, once the data is saved."""
    transaction.on_commit(lambda: letters_wait.send(Letter))


def cancel(letters: QuerySet[Letter]) -> int:
    """Give up those of these letters that have not begun; whoever cancels is not told."""
    waiting = letters.filter(state=State.WAITING)
    return waiting.update(state=State.CANCELLED, ended_at=timezone.now(), is_told=True, problem="", detail="")


def send_again(letters: QuerySet[Letter]) -> int:
    """Send again those of these letters that were not sent."""
    failed = letters.filter(state=State.FAILED)
    with transaction.atomic():
        missed = Recipient.objects.filter(
            letter__in=failed.values("pk"), state__in=(Fate.REFUSED, Fate.CAME_BACK)
        )
        missed.update(state=Fate.WAITING, detail="")
        number = failed.update(next_try_at=timezone.now(), **ANEW)
    wake()
    return number


def settle(letter: Letter, *, arrived: bool) -> bool:
    """Take a person's word on an uncertain letter: it arrived, or it is sent again; False for another one."""
    uncertain = Letter.objects.filter(pk=letter.pk, state=State.UNCERTAIN)
    with transaction.atomic():
        if arrived:
            found = uncertain.update(state=State.SENT, ended_at=timezone.now(), problem="", detail="")
        else:
            found = uncertain.update(next_try_at=timezone.now(), **ANEW)
        if not found:
            return False
        fate = Fate.TAKEN if arrived else Fate.WAITING
        letter.recipients.filter(state=Fate.UNCERTAIN).update(state=fate, detail="")
    letter.refresh_from_db()
    if not arrived:
        wake()
    return True


def forget_places() -> None:
    """Let letters that wait for a place in a later minute ask again: the limit is another now."""
    late = Letter.objects.filter(state=State.WAITING, problem=DomainFull.__name__)
    late.update(next_try_at=timezone.now(), problem="", detail="")
    wake()


def _letter(draft: Draft) -> Letter:
    return Letter(
        kind=draft.kind, language=draft.language, subject=" ".join(draft.subject.split())[:LONGEST_SUBJECT],
        text=draft.text, packed_html=zlib.compress(draft.html.encode()) if draft.html else b"",
        reply_to=draft.reply_to, batch_id=draft.batch, is_bulk=draft.is_bulk,
        next_try_at=draft.not_before or timezone.now(),
    )  # fmt: skip
