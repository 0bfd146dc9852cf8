"""What accounting is told when a month's run has closed: a letter, and a notification in Bitrix24."""

import logging

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext

from reconciliation import connections
from reconciliation.bitrix24 import notifications
from reconciliation.distribution import runs
from reconciliation.distribution.mailing import MailSession
from reconciliation.errors import MailError, PortalError
from reconciliation.http import Deadline
from reconciliation.kept_errors import error_of
from reconciliation.models import DeliveryStep, DistributionRun

SHOWN = 50
SECONDS = 20.0
State, Way = DeliveryStep.State, DeliveryStep.Way
log = logging.getLogger(__name__)


def tell(run: DistributionRun) -> None:
    """Send the summary once for each closing, or when a run has paused itself: by whoever did it, or beat.

    Within the run's day a mail server that does not take it for the moment is asked again in that round.
    """
    mine = DistributionRun.objects.filter(runs.TO_TELL, pk=run.pk)
    if not mine.update(told_at=timezone.now()):
        return
    with translation.override(settings.LANGUAGE_CODE):
        line = in_one_line(run)
        try:
            _write(run, line)
        except MailError as error:
            log.warning("accounting was not told of %s by email: %s %s", run, error.kind, error.detail)
            if error.retryable and timezone.now() < run.retry_until:
                DistributionRun.objects.filter(pk=run.pk).update(told_at=None)
                return
        _notify(run, line)


def in_one_line(run: DistributionRun) -> str:
    """Return what came of the month in a sentence, in the language that is set."""
    numbers = runs.counts(run)
    parts = [
        f"{Way(way).label} {states.get(State.DONE, 0)}"
        for way, states in numbers.items()
        if way != Way.ACT and set(states) != {State.SKIPPED}
    ]
    unsettled = {
        state: sum(states.get(state, 0) for states in numbers.values())
        for state in (State.FAILED, State.UNCERTAIN)
    }
    words = {
        "month": f"{run.month:%m.%Y}", "deliveries": run.deliveries.count(), "ways": ", ".join(parts),
        "failed": unsettled[State.FAILED], "uncertain": unsettled[State.UNCERTAIN],
    }  # fmt: skip
    if run.state == runs.State.PAUSED:
        return gettext("Acts for %(month)s have paused themselves: too many of the first failed.") % words
    if run.listed_at is None:
        return gettext("Acts for %(month)s: 1C's list could not be read.") % words
    return (
        gettext(
            "Acts for %(month)s: counterparties %(deliveries)s; %(ways)s; failed %(failed)s, "
            "uncertain %(uncertain)s."
        )
        % words
    )


def open_ends(run: DistributionRun) -> list[str]:
    """Return a line for each step and entry of 1C's that needs a person, in the language that is set."""
    unreadable = [
        gettext("%(name)s (%(guid)s): 1C's entry cannot be read: %(why)s") % entry for entry in run.unreadable
    ]
    found = run.steps.filter(state__in=(State.FAILED, State.UNCERTAIN))
    steps = found.select_related("delivery__counterparty").order_by("pk")
    return [*unreadable, *map(line_of, steps)]


def line_of(step: DeliveryStep) -> str:
    """Return who, which way, and what went wrong."""
    company = step.delivery.counterparty
    error = error_of(step.problem, step.detail) if step.problem else None
    why = error.one_line() if error else step.detail
    return f"{company} ({company.onec_guid}), {step.get_way_display()}, {step.get_state_display()}: {why}"


def _write(run: DistributionRun, line: str) -> None:
    if not settings.ACCOUNTING_EMAIL:
        return
    lines = open_ends(run)
    body = render_to_string(
        "emails/month_closed.txt",
        {
            "line": line, "shown": lines[:SHOWN], "more": len(lines) - SHOWN, "site_url": settings.SITE_URL,
            "problem": error_of(run.problem, run.detail).one_line() if run.problem else "",
        },
    )  # fmt: skip
    with MailSession() as session:
        session.send(EmailMessage(line[:200], body, to=[settings.ACCOUNTING_EMAIL]), lambda: True)


def _notify(run: DistributionRun, line: str) -> None:
    person = settings.BITRIX24_FALLBACK_MANAGER_ID
    if not person or connections.bitrix24().config.credentials is None:
        return
    try:
        notifications.notify(
            connections.bitrix24(), person, line, tag=f"month-{run.month:%Y-%m}", deadline=Deadline(SECONDS)
        )
    except PortalError as error:
        log.warning("nobody was told of %s in Bitrix24: %s", run, error.kind)
