"""What accounting is told when a month's run has closed: a letter, and a notification in Bitrix24."""

import logging

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext

from jobs.deadline import Deadline
from letters import outbox
from letters.outbox import Draft
from reconciliation import connections
from reconciliation.bitrix24 import notifications
from reconciliation.errors import PortalError
from reconciliation.errors.kept import error_of
from reconciliation.models import DeliveryStep, DistributionRun
from reconciliation.months import runs

KIND = "summary"
SHOWN = 50
SECONDS = 20.0
State, Way = DeliveryStep.State, DeliveryStep.Way
log = logging.getLogger(__name__)


def tell(run: DistributionRun) -> None:
    """Tell once of each closing, or when a run has paused itself: by whoever did it, or beat.

    The letter is queued in the transaction that notes it. The notification in Bitrix24 comes before it: told
    twice it replaces itself.
    """
    with translation.override(settings.LANGUAGE_CODE):
        line = in_one_line(run)
        if DistributionRun.objects.filter(runs.TO_TELL, pk=run.pk).exists():
            _notify(run, line)
        with transaction.atomic():
            mine = DistributionRun.objects.filter(runs.TO_TELL, pk=run.pk)
            if mine.update(told_at=timezone.now()) and settings.ACCOUNTING_EMAIL:
                outbox.queue([_letter(run, line)])


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


def _letter(run: DistributionRun, line: str) -> Draft:
    lines = open_ends(run)
    body = render_to_string(
        "emails/month_closed.txt",
        {
            "line": line, "shown": lines[:SHOWN], "more": len(lines) - SHOWN, "site_url": settings.SITE_URL,
            "problem": error_of(run.problem, run.detail).one_line() if run.problem else "",
        },
    )  # fmt: skip
    return Draft(KIND, settings.LANGUAGE_CODE, [settings.ACCOUNTING_EMAIL], line, body)


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
