"""Hand letters to the mail server: each recipient once, whatever fails in between.

What fails before the text goes is tried again or given up. Whatever goes wrong after that, a lost database
and faults of ours included, leaves the letter uncertain: it may have arrived, and a person decides.
"""

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet, prefetch_related_objects
from django.utils import timezone

from jobs import rows
from jobs.deadline import Deadline
from jobs.errors import PortalError, as_portal_error
from jobs.fault_points import fault_point
from letters import kinds, limits
from letters.errors import DomainFull, MailError, MailUncertain
from letters.message import message_of
from letters.models import Batch, Letter, Recipient
from letters.sending_hours import SendingHours
from letters.smtp import MailSession

MOST = 10
"""Letters in one session."""
MOST_REPLIES = 12
"""Of the mail server for a letter; it may take EMAIL_TIMEOUT for each."""
DAY = timedelta(hours=24)
"""So long a letter that is not taken is tried again."""
NOTE_PAUSES = (0.0, 1.0, 3.0)
"""Seconds before each try to note what became of a letter, over another connection each time."""
State, Fate = Letter.State, Recipient.State
OPEN = (Fate.WAITING, Fate.PUT_OFF)
Fates = Mapping[str, tuple[str, str]]
"""What became of each address, and the mail server's words."""
LOST = "the worker was lost while the mail server took the letter"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rules:
    """When letters may go; `told` hears how the mail server is doing."""

    letters_per_minute: int = 0
    """To one mail domain; 0 for no limit."""
    hours: SendingHours | None = None
    """Of letters to very many; None for always."""
    told: Callable[[MailError | None], None] = field(default=lambda _error: None)

    def closed_until(self) -> datetime | None:
        """Return until when letters to very many have to wait; None when they may go out now."""
        now = timezone.now()
        opens = self.hours.opens_at(now) if self.hours else now
        return opens if opens > now else None


def seconds() -> float:
    """Return how long letters of a session may be begun; their lease is longer by one letter."""
    return float(MOST * settings.EMAIL_TIMEOUT)


def ready(rules: Rules) -> QuerySet[Letter]:
    """Return the letters that may go now."""
    waiting = Letter.objects.filter(state=State.WAITING, next_try_at__lte=timezone.now())
    if rules.closed_until():
        waiting = waiting.filter(is_bulk=False)
    return waiting.exclude(batch__in=Batch.objects.filter(is_held=True))


def claim(rules: Rules) -> list[Letter]:
    """Take a few letters to be sent in one session; each goes to one worker only."""
    lease = timedelta(seconds=seconds() + MOST_REPLIES * settings.EMAIL_TIMEOUT)
    return rows.claim(ready(rules), MOST, lease, state=State.UNDER_WAY)


def send(letters: Sequence[Letter], rules: Rules) -> None:
    """Send letters that were claimed in one session; a slow server gets the rest later."""
    prefetch_related_objects(letters, "recipients", "attachments")
    deadline = Deadline(seconds())
    with MailSession(rules.told) as session:
        for letter in letters:
            if deadline.remaining:
                _send(session, letter, rules)
            else:
                _note(letter, partial(rows.put_back, letter, state=State.WAITING))


def send_waiting(rules: Rules, until: Deadline) -> bool:
    """Send letters until none can be sent now, or the time is over; return whether more can be."""
    sweep()
    while until.remaining:
        if not (letters := claim(rules)):
            return False
        send(letters, rules)
    return ready(rules).exists()


def sweep() -> None:
    """Take up what workers that died have left, and tell whoever has not been told how a letter ended."""
    left = Letter.objects.filter(state=State.UNDER_WAY)
    rows.sweep(left.filter(handed_over_at=None), state=State.WAITING)
    for letter in left.filter(leased_until__lt=timezone.now()).prefetch_related("recipients"):
        _end(letter, State.UNCERTAIN, _fates(letter, Fate.UNCERTAIN, LOST), detail=LOST)
    ended = (State.SENT, State.FAILED, State.UNCERTAIN, State.CANCELLED)
    for letter in Letter.objects.filter(state__in=ended, is_told=False).prefetch_related("recipients"):
        _tell(letter)


def _send(session: MailSession, letter: Letter, rules: Rules) -> None:
    to, is_handed_over = [each.address for each in letter.recipients.all() if each.state in OPEN], False

    def hand_over() -> bool:
        nonlocal is_handed_over
        is_handed_over = bool(rows.held(letter).update(handed_over_at=timezone.now()))
        fault_point("letters.handed_over")
        return is_handed_over

    try:
        words = kinds.kind_of(letter).words(letter)
        if words is None:
            _note(letter, lambda: _end(letter, State.CANCELLED, {}))
            return
        limits.take_place(to, rules.letters_per_minute)
        message = message_of(letter, words, to)
        fault_point("letters.before")
        refusals = session.send(message, hand_over)
        fault_point("letters.taken")
    except DomainFull as error:
        later = datetime.fromtimestamp(error.not_before, tz=timezone.get_current_timezone())
        told = rows.told(error)
        _note(letter, lambda: rows.put_back(letter, state=State.WAITING, next_try_at=later, **told))
    except Exception as error:  # a fault in one letter touches no other
        if isinstance(error, MailUncertain) or (is_handed_over and not isinstance(error, MailError)):
            log.warning("letter %s may have arrived: %s", letter.pk, type(error).__name__)
            why = error.detail if isinstance(error, MailUncertain) else f"{type(error).__name__}: {error}"
            fates = _fates(letter, Fate.UNCERTAIN, why, to)
            _note(letter, lambda: _end(letter, State.UNCERTAIN, fates, detail=why[: rows.LONGEST_DETAIL]))
        else:
            if not isinstance(error, MailError):
                log.exception("letter %s could not be sent", letter.pk)
            whole = dict.fromkeys(to, as_portal_error(error))
            _note(letter, lambda: _take(letter, whole, to, rules))
    else:
        _note(letter, lambda: _take(letter, refusals, to, rules))


def _take(letter: Letter, refusals: Mapping[str, PortalError], to: Collection[str], rules: Rules) -> None:
    """Note what became of each address; those that may be taken later are tried again."""
    fates = {address: (Fate.TAKEN, "") for address in to if address not in refusals}
    for address, error in refusals.items():
        fates[address] = (Fate.PUT_OFF if error.may_pass else Fate.REFUSED, error.detail)
    later = [error for error in refusals.values() if error.may_pass]
    if later and _put_off(letter, later[0], fates, rules):
        return
    fates |= {
        address: (Fate.REFUSED, words) for address, (fate, words) in fates.items() if fate == Fate.PUT_OFF
    }
    reached = any(fate == Fate.TAKEN for fate, _ in fates.values()) or any(
        each.state == Fate.TAKEN for each in letter.recipients.all()
    )
    told = {"problem": "", "detail": ""} if reached else rows.told(next(iter(refusals.values())))
    _end(letter, State.SENT if reached else State.FAILED, fates, **told)


def _put_off(letter: Letter, error: PortalError, fates: Fates, rules: Rules) -> bool:
    """Let the letter wait for its other addresses; False when its day is over."""
    until = (letter.failing_since or timezone.now()) + DAY
    if letter.is_bulk and rules.hours:
        until = max(until, rules.hours.closes_at(until))
    with transaction.atomic():
        is_put_off = rows.put_off(letter, error, until=until, state=State.WAITING, handed_over_at=None)
        if is_put_off:
            _write(letter, fates)
    return is_put_off


def _end(letter: Letter, state: str, fates: Fates, **fields: object) -> None:
    """Note how the letter ended, with each of its addresses, and tell whoever queued it."""

    def write(*, is_told: bool) -> bool:
        ended = {"state": state, "ended_at": timezone.now(), "is_told": is_told, "failing_since": None}
        if not rows.release(letter, **ended | fields):
            return False
        letter.state = state
        for name, value in fields.items():
            setattr(letter, name, value)
        _write(letter, fates)
        return True

    try:
        with transaction.atomic():
            if write(is_told=True):
                kinds.kind_of(letter).ended(letter)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # whoever queued it has failed: the letter's own end is kept all the same
        log.exception("nobody could be told how letter %s ended", letter.pk)
        with transaction.atomic():
            write(is_told=False)


def _tell(letter: Letter) -> None:
    """Tell whoever queued the letter how it ended, once more."""
    try:
        with transaction.atomic():
            if Letter.objects.filter(pk=letter.pk, is_told=False).update(is_told=True):
                kinds.kind_of(letter).ended(letter)
    except Exception:  # the next round tries again
        log.exception("nobody could be told how letter %s ended", letter.pk)


def _write(letter: Letter, fates: Fates) -> None:
    """Write what became of the addresses, those alike at once."""
    by_fate: dict[tuple[str, str], list[Recipient]] = {}
    for each in letter.recipients.all():
        if each.address in fates:
            each.state, each.detail = fates[each.address]
            by_fate.setdefault(fates[each.address], []).append(each)
    for (state, detail), some in by_fate.items():
        Recipient.objects.filter(pk__in=[each.pk for each in some]).update(state=state, detail=detail)


def _fates(letter: Letter, fate: str, words: str, to: Collection[str] | None = None) -> Fates:
    """Return the same fate for those addresses that were still to get the letter."""
    return {
        each.address: (fate, words)
        for each in letter.recipients.all()
        if each.state in OPEN and (to is None or each.address in to)
    }


def _note(letter: Letter, write: Callable[[], object]) -> None:
    """Write what became of a letter; with a lost database over a new connection, or else by the sweep."""
    for pause in NOTE_PAUSES:
        time.sleep(pause)
        try:
            fault_point("letters.note")
            write()
        except (OperationalError, InterfaceError) as error:
            log.warning("what became of letter %s is not noted yet: %s", letter.pk, error)
            with suppress(Exception):
                connection.close()
        except Exception:
            log.exception("what became of letter %s could not be noted", letter.pk)
            return
        else:
            return
