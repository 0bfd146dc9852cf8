"""What commands share that issue an act: a period from the command line, and the act from 1C."""

from datetime import date

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from accounts.guids import canonical_guid
from accounts.models import Counterparty
from jobs.deadline import Deadline
from reconciliation import connections, tasks
from reconciliation.acts.forms import REFUSALS
from reconciliation.acts.issuing import Issuance, issue
from reconciliation.errors import Unbalanced
from reconciliation.ledger.period import Period, PeriodError


def period_of(start: str, end: str) -> Period:
    """Return the period between two days like 2024-03-31; raise CommandError for one that is none."""
    try:
        days = date.fromisoformat(start), date.fromisoformat(end)
    except ValueError:
        raise CommandError("A date must be written like 2024-03-31.") from None
    try:
        return Period.allowed(*days, today=timezone.localdate())
    except PeriodError as error:
        raise CommandError(str(REFUSALS[type(error)][1])) from None


def issue_act(guid: str, period: Period) -> Issuance:
    """Return a counterparty's act, bringing the counterparty in from 1C first; raise any PortalError."""
    deadline = Deadline(settings.ONEC_TIMEOUT)
    # Whoever may use the command line may take over a counterparty from 1C.
    known = Counterparty.objects.filter(onec_guid=canonical_guid(guid)).first()
    counterparty = known or _take_over(guid, period, deadline)
    try:
        return issue(counterparty, period, requested_by=None, client=connections.onec(), deadline=deadline)
    except Unbalanced:
        tasks.enqueue(tasks.tell_accounting)
        raise


def _take_over(guid: str, period: Period, deadline: Deadline) -> Counterparty:
    """Bring a counterparty that the portal does not have yet in from 1C."""
    answer = connections.onec().act(guid, period, deadline=deadline, figures_only=True)
    party = answer.act.counterparty
    fields = {"name": party.name[:500], "inn": party.inn[:20], "kpp": party.kpp[:20]}
    return Counterparty.objects.get_or_create(onec_guid=guid.lower(), defaults=fields)[0]
