"""Issue an act: ask 1C, check, freeze. Files are drawn from what was frozen, by `archive`."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.models import Counterparty, User
from reconciliation.acts import archive, discrepancies, snapshot
from reconciliation.acts.act import EARLIEST, Act, Period, PeriodTooEarly, month_of
from reconciliation.acts.identity import check_counterparty
from reconciliation.acts.onec import OneCClient
from reconciliation.acts.onec_answer import Answer
from reconciliation.errors import PortalError, Unbalanced
from reconciliation.http import Deadline
from reconciliation.models import ActSequence, IssuedAct


@dataclass(frozen=True)
class Issuance:
    """The act that a request led to; `existed` when the figures were those of one issued before."""

    act: IssuedAct
    facts: Act
    existed: bool


def issue(
    counterparty: Counterparty,
    period: Period,
    *,
    requested_by: User | None,
    client: OneCClient,
    deadline: Deadline,
) -> Issuance:
    """Return the counterparty's act for the period with the figures that 1C has now.

    Raises OneCError, TransportError, QueueFull, or Unbalanced, which is then kept for accounting.
    """
    answer = client.act(counterparty.onec_guid, period, deadline=deadline)
    asked_at = timezone.now()
    facts = _with_names(answer.act, counterparty)
    check_counterparty(answer.act.counterparty, name=counterparty.name, inn=counterparty.inn)
    if facts.discrepancies:
        discrepancies.record(counterparty, facts, requested_by)
        raise Unbalanced("; ".join(facts.discrepancies))
    discrepancies.resolve(counterparty, period)
    act, existed = _freeze(counterparty, replace(answer, act=facts), asked_at, requested_by)
    return Issuance(act, facts, existed)


def last_movement(
    counterparty: Counterparty, *, client: OneCClient, deadline: Deadline, today: date
) -> Period | None:
    """Return the last month with a document within five years, cut at today.

    None when there is none, or when 1C does not say in time: this is an offer, not an answer.
    """
    try:
        period = Period(max(EARLIEST, today.replace(year=today.year - 5, day=28)), today)
        answer = client.act(counterparty.onec_guid, period, deadline=deadline, figures_only=True)
    except (PortalError, PeriodTooEarly):
        return None
    if not answer.act.lines:
        return None
    month = month_of(max(line.date for line in answer.act.lines))
    return Period(month.start, min(month.end, today))


def _with_names(act: Act, counterparty: Counterparty) -> Act:
    """Complete what a minimal answer leaves out with what the portal knows."""
    organization, party = act.organization, act.counterparty
    if not organization.name:
        with translation.override(counterparty.language):
            organization = replace(organization, name=gettext("Supplier"))
    if not party.inn:
        party = replace(party, inn=counterparty.inn, kpp=party.kpp or counterparty.kpp)
    return replace(act, organization=organization, counterparty=party)


def _freeze(
    counterparty: Counterparty, answer: Answer, asked_at: datetime, requested_by: User | None
) -> tuple[IssuedAct, bool]:
    facts = answer.act
    text = snapshot.dump(facts)
    with transaction.atomic():
        # One at a time for a counterparty: two tabs at once must get one number.
        Counterparty.objects.select_for_update().get(pk=counterparty.pk)
        current = IssuedAct.objects.filter(
            organization=organization_key(facts),
            counterparty=counterparty,
            date_from=facts.period.start,
            date_to=facts.period.end,
            language=counterparty.language,
            is_current=True,
        ).first()
        if current and current.sha256 == snapshot.digest(text):
            return current, True
        if current:
            IssuedAct.objects.filter(pk=current.pk).update(is_current=False)
        act = _insert(counterparty, answer, text, asked_at, requested_by, current)
        if answer.pdf is not None:
            archive.keep(act, "pdf", answer.pdf, source="onec")
    return act, False


def _insert(
    counterparty: Counterparty,
    answer: Answer,
    text: str,
    asked_at: datetime,
    requested_by: User | None,
    replaced: IssuedAct | None,
) -> IssuedAct:
    facts = answer.act
    organization, year = organization_key(facts), timezone.localdate(asked_at).year
    return IssuedAct.objects.create(
        organization=organization,
        year=year,
        sequence=_next_number(organization, year),
        counterparty=counterparty,
        date_from=facts.period.start,
        date_to=facts.period.end,
        language=counterparty.language,
        currency=facts.currency,
        opening=facts.opening,
        debit=facts.debit,
        credit=facts.credit,
        closing=facts.closing,
        rows=len(facts.lines),
        snapshot=text,
        sha256=snapshot.digest(text),
        onec_number=answer.number,
        asked_at=asked_at,
        requested_by=requested_by,
        requested_by_name=str(requested_by) if requested_by else "",
        replaces=replaced,
    )


def organization_key(facts: Act) -> str:
    """Return what an organization's numbers are counted by: its tax number, else its name."""
    return (facts.organization.inn or facts.organization.name)[:64]


def _next_number(organization: str, year: int) -> int:
    """Return the next number; the row stays locked until the act is committed, so none is lost."""
    ActSequence.objects.get_or_create(organization=organization, year=year)
    row = ActSequence.objects.filter(organization=organization, year=year)
    row.update(last=F("last") + 1)
    return row.get().last
