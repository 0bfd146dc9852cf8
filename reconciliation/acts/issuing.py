"""Issue an act: ask 1C, check, freeze. Files are drawn from what was frozen, by `archive`."""

import threading
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import journal
from accounts.models import Counterparty, User
from jobs import database
from jobs.deadline import Deadline
from reconciliation.acts import archive, cancelling, discrepancies
from reconciliation.errors import InvalidAnswer, PortalError, Unbalanced
from reconciliation.ledger import snapshot
from reconciliation.ledger.act import Act, Party
from reconciliation.ledger.identity import find_mismatch, name_words
from reconciliation.ledger.period import EARLIEST, LONGEST_YEARS, Period, month_of
from reconciliation.models import ActSequence, IssuedAct
from reconciliation.onec.answer import Answer
from reconciliation.onec.client import OneCClient
from reconciliation.printing.fonts import unprintable
from reconciliation.printing.formats import language_of

LARGEST_SUM = Decimal(10) ** 16
_numbering = threading.Lock()
"""A process's acts wait here for their number: in a transaction each would hold its rows all that time."""


@dataclass(frozen=True)
class Issuance:
    """The act that a request led to; `existed` when the figures were those of one issued before."""

    act: IssuedAct
    existed: bool


@dataclass(frozen=True)
class _Checked:
    """An answer that may be issued, on its way into the database."""

    counterparty: Counterparty
    organization: str
    answer: Answer
    answered_at: datetime
    requested_by: User | None
    request_key: str

    @cached_property
    def text(self) -> str:
        return snapshot.dump(self.answer.act)

    @cached_property
    def sha256(self) -> str:
        return snapshot.digest(self.text)

    def says_the_same_as(self, act: IssuedAct) -> bool:
        return act.sha256 == self.sha256 or snapshot.same_figures(act.facts, self.answer.act)

    @property
    def question(self) -> dict[str, Any]:
        """What one act only is in force for."""
        return {
            "organization": self.organization,
            "counterparty": self.counterparty,
            "date_from": self.answer.act.period.start,
            "date_to": self.answer.act.period.end,
        }


def issue(
    counterparty: Counterparty,
    period: Period,
    *,
    requested_by: User | None,
    client: OneCClient,
    deadline: Deadline,
    request_key: str = "",
) -> Issuance:
    """Return the counterparty's act for the period with the figures that 1C has now.

    Raises OneCError, TransportError, QueueFull, or Unbalanced, which is then kept for accounting; and
    RequestCancelled where the person gave the request of that key up meanwhile.
    """
    database.release_connection()
    answer = client.act(counterparty.onec_guid, period, deadline=deadline)
    answered_at = timezone.now()
    facts = _with_names(answer.act, counterparty)
    if why := _mismatch(answer.act.counterparty, counterparty):
        raise InvalidAnswer("wrong_counterparty", why)
    _check_size(facts)
    if facts.imbalances:
        discrepancies.record(counterparty, facts, requested_by)
        raise Unbalanced(" ".join(discrepancies.describe(facts, "en")))
    if answer.pdf is None and (letters := unprintable(snapshot.dump(facts))):
        codes = ", ".join(f"U+{ord(letter):04X} {letter}" for letter in letters[:10])
        raise InvalidAnswer("no_font", codes)
    discrepancies.resolve(counterparty, period)
    key = organization_key(answer.act)
    checked = _Checked(counterparty, key, replace(answer, act=facts), answered_at, requested_by, request_key)
    act, existed = _freeze(checked)
    if existed and requested_by:  # a new act tells of itself
        journal.note(
            journal.Kind.ASKED, person=requested_by, counterparty=counterparty,
            detail=f"№ {act.number}, {period.start:%d.%m.%Y}–{period.end:%d.%m.%Y}",
        )  # fmt: skip
    return Issuance(act, existed)


def last_movement(
    counterparty: Counterparty, asked: Period, *, client: OneCClient, deadline: Deadline, today: date
) -> Period | None:
    """Return the last month with a document, cut at today.

    Looked for in the five years up to today, then in those up to the end of `asked`. None when there
    is none, or when 1C does not say in time: this is an offer, not an answer.
    """
    ends = [today] if asked.end in _five_years(today) else [today, asked.end]
    database.release_connection()
    for end in ends:
        try:
            answer = client.act(
                counterparty.onec_guid, _five_years(end), deadline=deadline, figures_only=True
            )
        except PortalError:
            return None
        if answer.act.lines:
            month = month_of(max(line.date for line in answer.act.lines))
            return Period(month.start, min(month.end, today))
    return None


def _five_years(end: date) -> Period:
    """Return whole months up to `end`, five years at most like any other act."""
    following = month_of(end).end + timedelta(days=1)
    return Period(max(EARLIEST, following.replace(year=following.year - LONGEST_YEARS)), end)


def _mismatch(party: Party, counterparty: Counterparty) -> str:
    """Return why the answer is about another company than the portal's; empty when it is not.

    A person who declined 1C's name or number has said that it is the same company all the same.
    """
    known = {"name": counterparty.name, "inn": counterparty.inn}
    declined = {field: value for field, value in counterparty.declined.items() if field in known}
    why = find_mismatch(party, **known)
    return find_mismatch(party, **known | declined) if why and declined else why


def _with_names(act: Act, counterparty: Counterparty) -> Act:
    """Complete what a minimal answer leaves out with what the portal knows."""
    organization, party = act.organization, act.counterparty
    if not organization.name:
        with translation.override(counterparty.acts_language):
            organization = replace(organization, name=gettext("Supplier"))
    if not party.inn:
        party = replace(party, inn=counterparty.inn, kpp=party.kpp or counterparty.kpp)
    return replace(act, organization=organization, counterparty=party)


def _check_size(act: Act) -> None:
    """Refuse sums that no books hold, and that the database could not keep either."""
    sums = (act.opening, act.debit, act.credit, act.closing, act.difference)
    if any(abs(amount) >= LARGEST_SUM for amount in sums):
        raise InvalidAnswer("bad_field", "the act's sums are too large")


def _freeze(checked: _Checked) -> tuple[IssuedAct, bool]:
    """Return the act in force with these figures, and whether it was there before."""
    with _numbering, transaction.atomic():
        # One at a time for a counterparty: two tabs at once must get one number.
        Counterparty.objects.select_for_update().get(pk=checked.counterparty.pk)
        current = IssuedAct.objects.filter(**checked.question, is_current=True).first()
        # A later answer may have overtaken this one: what 1C said last is in force.
        if current and (current.answered_at > checked.answered_at or checked.says_the_same_as(current)):
            return current, True
        if current:
            IssuedAct.objects.filter(pk=current.pk).update(is_current=False)
        act = _insert(checked, replaces=current)
        if checked.requested_by and checked.request_key:
            cancelling.end_with(act, user=checked.requested_by, key=checked.request_key)
        if checked.answer.pdf is not None:
            language = language_of(checked.counterparty.acts_language)
            archive.keep(act, "pdf", language, checked.answer.pdf, source="onec")
    return act, False


def _insert(checked: _Checked, *, replaces: IssuedAct | None) -> IssuedAct:
    facts, user, now = checked.answer.act, checked.requested_by, timezone.now()
    year = timezone.localdate(now).year
    return IssuedAct.objects.create(
        **checked.question,
        year=year,
        counterparty_name=facts.counterparty.name[:500],
        currency=facts.currency,
        opening=facts.opening,
        debit=facts.debit,
        credit=facts.credit,
        closing=facts.closing,
        rows=len(facts.lines),
        snapshot=checked.text,
        sha256=checked.sha256,
        onec_number=checked.answer.number,
        answered_at=checked.answered_at,
        issued_at=now,
        requested_by=user,
        requested_by_name=str(user)[:300] if user else "",
        by_accounting=bool(user and user.is_staff),
        replaces=replaces,
        sequence=_next_number(checked.organization, year),  # last: all others wait from here on
    )


def organization_key(facts: Act) -> str:
    """Return what an organization's numbers are counted by: its tax number, else the words of its name.

    To be asked before a nameless organization is called "Supplier" in some language.
    """
    return (facts.organization.inn or " ".join(name_words(facts.organization.name)) or "-")[:64]


def _next_number(organization: str, year: int) -> int:
    """Return the next number; the row stays locked until the act is committed, so none is lost."""
    row = ActSequence.objects.filter(organization=organization, year=year)
    if not row.update(last=F("last") + 1):
        ActSequence.objects.get_or_create(organization=organization, year=year)
        row.update(last=F("last") + 1)
    return row.get().last
