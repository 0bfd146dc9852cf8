"""Hand letters to the mail server: each recipient once, whatever fails in between.

What fails before the text goes is tried again or given up. Whatever goes wrong after that, a lost database
and faults of ours included, leaves the letter uncertain: it may have arrived, and a person decides.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.utils import timezone

from jobs import rows
from jobs.deadline import Deadline
from jobs.errors import PortalError, as_portal_error
from jobs.fault_points import fault_point
from letters import kinds, limits
from letters.errors import DomainFull, MailError, MailRefused, MailUncertain
from letters.message import message_of
from letters.models import Batch, Letter, Recipient
from letters.sending_hours import SendingHours
from letters.smtp import MailSession, Refusals

LETTERS_A_SESSION = 10
"""Letters in one session."""
MOST_REPLIES = 12
"""Of the mail server for a letter; it may take EMAIL_TIMEOUT for each."""
DAY = timedelta(hours=24)
"""So long a letter that is not taken is tried again."""
NOTE_PAUSE_SECONDS = (0.0, 1.0, 3.0)
"""Seconds before each try to note what became of a letter, over another connection each time."""
State, Fate = Letter.State, Recipient.State
OPEN = (Fate.WAITING, Fate.PUT_OFF)
Fates = Mapping[str, tuple[str, str]]
"""What became of each address, and the mail server's words."""
LOST = "the worker was lost while the mail server took the letter"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rules:
    """When letters may go; `listener` hears how the mail server is doing."""

    letters_per_minute: int = 0
    """To one mail domain; 0 for no limit."""
    hours: SendingHours | None = None
    """Of letters to very many; None for always."""
    listener: Callable[[MailError | None], None] = lambda _error: None

    def closed_until(self) -> datetime | None:
        """Return until when letters to very many have to wait; None when they may go out now."""
        now = timezone.now()
        opens = self.hours.opens_at(now) if self.hours else now
        return opens if opens > now else None


def seconds() -> float:
    """Return how long letters of a session may be begun; their lease is longer by one letter."""
    return float(LETTERS_A_SESSION * settings.EMAIL_TIMEOUT)


def ready(rules: Rules) -> QuerySet[Letter]:
    """Return the letters that may go now."""
    waiting = Letter.objects.filter(state=State.WAITING, next_try_at__lte=timezone.now())
    if rules.closed_until():
        waiting = waiting.filter(is_bulk=False)
    return waiting.exclude(batch__in=Batch.objects.filter(is_held=True))


def claim(rules: Rules) -> list[Letter]:
    """Take a few letters to be sent in one session; each goes to one worker only."""
    lease = timedelta(seconds=seconds() + MOST_REPLIES * settings.EMAIL_TIMEOUT)
    return rows.claim(ready(rules), LETTERS_A_SESSION, lease, state=State.UNDER_WAY)


def send(letters: Sequence[Letter], rules: Rules) -> None:
    """Send letters that were claimed in one session; a slow server gets the rest later."""
    prefetch_related_objects(letters, "recipients", "attachments")
    deadline = Deadline(seconds())
    with MailSession(rules.listener) as session:
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
        _end(letter, State.UNCERTAIN, dict.fromkeys(_open(letter), (Fate.UNCERTAIN, LOST)), detail=LOST)
    ended = (State.SENT, State.FAILED, State.UNCERTAIN, State.CANCELLED)
    for letter in Letter.objects.filter(state__in=ended, is_told=False).prefetch_related("recipients"):
        _tell(letter)


def _send(session: MailSession, letter: Letter, rules: Rules) -> None:
    attempt = _Attempt(letter, rules, _open(letter))
    try:
        refusals = attempt.send(session)
    except Exception as error:  # a fault in one letter touches no other
        if not isinstance(error, MailError):
            log.exception("letter %s met a fault", letter.pk)
        _note(letter, partial(attempt.note_error, error))
    else:
        _note(letter, partial(attempt.note_refusals, refusals))


def _open(letter: Letter) -> list[str]:
    """Return the addresses that are still to get the letter."""
    return [each.address for each in letter.recipients.all() if each.state in OPEN]


@dataclass
class _Attempt:
    """One try to send a letter to those of its addresses that have not got it."""

    letter: Letter
    rules: Rules
    to: list[str]
    is_handed_over: bool = False

    def send(self, session: MailSession) -> Refusals | None:
        """Return which addresses were not taken, and why; None when the letter is of no use any more."""
        words = kinds.kind_of(self.letter).words(self.letter)
        if words is None:
            return None
        if not self.to:
            raise MailRefused("no address")
        limits.take_place(self.to, self.rules.letters_per_minute)
        message = message_of(self.letter, words, self.to)
        fault_point("letters.before")
        refusals = session.send(message, self._hand_over)
        fault_point("letters.taken")
        return refusals

    def _hand_over(self) -> bool:
        """Note that from now on the letter may arrive; False when it is another worker's by now."""
        self.is_handed_over = bool(rows.held(self.letter).update(handed_over_at=timezone.now()))
        fault_point("letters.handed_over")
        return self.is_handed_over

    def note_error(self, error: Exception) -> None:
        """Note what stopped the letter; after the hand-over only the server's own word is believed."""
        if isinstance(error, DomainFull):
            later = datetime.fromtimestamp(error.not_before, tz=timezone.get_current_timezone())
            rows.put_back(self.letter, state=State.WAITING, next_try_at=later, **rows.problem_of(error))
        elif isinstance(error, MailUncertain) or (self.is_handed_over and not isinstance(error, MailError)):
            why = as_portal_error(error).detail[: rows.LONGEST_DETAIL]
            fates = dict.fromkeys(self.to, (Fate.UNCERTAIN, why))
            _end(self.letter, State.UNCERTAIN, fates, detail=why)
        else:
            why_not = as_portal_error(error)
            self._note(dict.fromkeys(self.to, why_not), why_not)

    def note_refusals(self, refusals: Refusals | None) -> None:
        """Note what the mail server said of each address; None cancels the letter."""
        if refusals is None:
            _end(self.letter, State.CANCELLED, {})
        else:
            self._note(refusals, next(iter(refusals.values()), None))

    def _note(self, refusals: Mapping[str, PortalError], why: PortalError | None) -> None:
        """Try again what may be taken later; else the letter is over: sent if any address has got it."""
        taken = [address for address in self.to if address not in refusals]
        fates = dict.fromkeys(taken, (Fate.TAKEN, ""))
        refused = {address: (Fate.REFUSED, each.detail) for address, each in refusals.items()}
        passing = {address: each for address, each in refusals.items() if each.may_pass}
        put_off = {address: (Fate.PUT_OFF, each.detail) for address, each in passing.items()}
        later = next(iter(passing.values()), None)
        if later and _put_off(self.letter, later, fates | refused | put_off, self.rules):
            return
        is_sent = taken or any(each.state == Fate.TAKEN for each in self.letter.recipients.all())
        if is_sent or why is None:
            _end(self.letter, State.SENT, fates | refused, problem="", detail="")
        else:
            _end(self.letter, State.FAILED, fates | refused, **rows.problem_of(why))


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
        ended: dict[str, object] = {
            "state": state,
            "ended_at": timezone.now(),
            "is_told": is_told,
            "failing_since": None,
        }
        if state == State.SENT:  # perhaps in an earlier attempt, before what was left was put off
            ended["handed_over_at"] = Coalesce("handed_over_at", timezone.now())
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


def _note(letter: Letter, write: Callable[[], object]) -> None:
    """Write what became of a letter; with a lost database over a new connection, or else by the sweep."""
    for pause in NOTE_PAUSE_SECONDS:
        time.sleep(pause)
        try:
            fault_point("letters.note")
            write()
        except (OperationalError, InterfaceError) as error:
            log.warning("what became of letter %s is not noted yet: %s", letter.pk, error)
            with suppress(Exception):
                connection.close()
        except Exception:  # a fault of ours: what stands on the row decides, when its lease ends
            log.exception("what became of letter %s could not be noted", letter.pk)
            return
        else:
            return
