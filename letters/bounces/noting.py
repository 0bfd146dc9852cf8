"""Notes what came back: whose letter, which address, and whether the letter reached anybody at all."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import idna
from django.db import transaction
from django.utils import timezone

from letters import kinds
from letters.bounces import report
from letters.bounces.report import Outcome, Report
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
    outcomes = _about_ours(found, sent_to)
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
    for each in (bounce for bounce in bounces if bounce.kind != Bounce.Kind.ANOTHER):
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


def declare_dead(bounce: Bounce, by: Any) -> bool:
    """Take a person's word that the address is none: no letter goes to it any more."""
    row = Bounce.objects.filter(pk=bounce.pk, settled_at=None, declared_dead_at=None)
    row = row.exclude(kind=Bounce.Kind.ANOTHER)
    return bool(row.update(kind=Bounce.Kind.NO_ADDRESS, declared_dead_at=timezone.now(), declared_dead_by=by))


def _letter_of(marks: str) -> Letter | None:
    """Return the letter whose mark stands in a report."""
    return Letter.objects.filter(mark__in=marks_in(marks)).prefetch_related("recipients").first()


def _about_ours(found: Report, sent_to: list[str]) -> list[Outcome]:
    """Return what became of the addresses that the letter went to, in whatever form the server names them.

    An address that it did not go to, or that the server cannot know, is another one: a server may forward,
    and whoever gets a letter may forge a report of his colleague's address. Of such a report nothing is
    believed but that the letter of a single address did not arrive.
    """
    forms = {_form(each): each for each in sent_to}
    ours, others = [], []
    for each in found.outcomes:
        known = [forms[_form(name)] for name in (each.address, *each.names) if _form(name) in forms]
        if known and _may_know(found.server, known[0], sent_to):
            ours.append(replace(each, address=known[0]))
        else:
            others.append(replace(each, words=f"{each.address}: {each.words}", kind=Bounce.Kind.ANOTHER))
    if ours or len(sent_to) > 1:
        return ours or others
    return [replace(others[0], address=sent_to[0], kind=Bounce.Kind.OTHER)]


def _form(address: str) -> str:
    """Return an address in the one form in which two are compared."""
    local, _, domain = address.rpartition("@")
    with suppress(idna.IDNAError):
        domain = idna.encode(domain, uts46=True).decode()
    return f"{local}@{domain}".lower()


def _may_know(server: str, address: str, sent_to: Sequence[str]) -> bool:
    """Whether a server may speak of an address: not the one of another addressee of the same letter."""
    domains = {_form(each).rpartition("@")[2] for each in sent_to}
    others = domains - {_form(address).rpartition("@")[2]}
    return not any(server == each or server.endswith(f".{each}") for each in others)
