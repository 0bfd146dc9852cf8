"""The act itself: asked from 1C, frozen, drawn and kept, before anything goes out."""

from django.conf import settings

from jobs.deadline import Deadline
from jobs.fault_points import fault_point
from reconciliation import connections
from reconciliation.acts import archive
from reconciliation.acts.issuing import issue
from reconciliation.errors import PortalError
from reconciliation.models import DeliveryStep
from reconciliation.months import runs, steps


def deliver(step: DeliveryStep) -> None:
    """Issue the month's act with the figures that 1C has now, and draw its PDF."""
    try:
        act = issue(
            step.delivery.counterparty, runs.period_of(step.run.month), requested_by=None,
            client=connections.onec(), deadline=Deadline(settings.ONEC_TIMEOUT),
        ).act  # fmt: skip
        fault_point("months.act")
        archive.make(act, "pdf")
    except PortalError as error:
        steps.fail(step, error)
    else:
        steps.finish(step, reference=act.number, act=act)
