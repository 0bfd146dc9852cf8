"""The manager's task: a client's letter came back, and somebody has to ask for an address that works."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext

from reconciliation import connections
from reconciliation.bitrix24 import tasks
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.bitrix24.tasks import Draft
from reconciliation.distribution import clients
from reconciliation.distribution.channels import task
from reconciliation.errors import PortalError
from reconciliation.http import Deadline
from reconciliation.models import Bounce

SECONDS = 30.0
MOST = 50
LATER, GIVEN_UP = timedelta(minutes=15), timedelta(days=3)


def tell_managers() -> int:
    """Make a task for each letter that came back and nobody has been told of; return how many were made.

    Without Bitrix24 nobody is told there: the admin shows it. When Bitrix24 fails it is tried again.
    """
    now = timezone.now()
    waiting = Bounce.objects.filter(told_at=None, settled_at=None, next_try_at__lte=now)
    if connections.bitrix24().config.credentials is None:
        waiting.update(told_at=now)
        return 0
    by_step: dict[int, list[Bounce]] = {}
    for bounce in waiting.select_related("counterparty", "step__run").order_by("pk")[:MOST]:
        by_step.setdefault(bounce.step_id, []).append(bounce)
    return sum(_tell(bounces) for bounces in by_step.values())


def _tell(bounces: Sequence[Bounce]) -> bool:
    """Make the task of one letter. Two workers at once find one another's: it is looked for first."""
    rows = Bounce.objects.filter(pk__in=[each.pk for each in bounces])
    bitrix24 = connections.bitrix24()
    try:
        with translation.override(settings.LANGUAGE_CODE):
            made = tasks.ensure(bitrix24, _draft(bitrix24, bounces), deadline=Deadline(SECONDS))
    except PortalError:
        now = timezone.now()
        given_up = now if bounces[0].received_at < now - GIVEN_UP else None
        rows.update(next_try_at=now + LATER, told_at=given_up)
        return False
    rows.update(task=made.id, told_at=timezone.now())
    return True


def _draft(bitrix24: Bitrix24, bounces: Sequence[Bounce]) -> Draft:
    company, deadline = bounces[0].counterparty, Deadline(SECONDS)
    client = clients.client_of(company)
    firm = clients.companies_of(bitrix24, [client], deadline)[client]
    manager = clients.manager_of(company, firm)
    people = clients.people_of(bitrix24, {manager, settings.BITRIX24_FALLBACK_MANAGER_ID}, deadline)
    lines = [f"{each.address}: {each.get_kind_display()}. {each.words}".rstrip() for each in bounces]
    lines.append(gettext("Accounting enters the new address and sends the act again."))
    title = gettext("The act did not reach client %(name)s: ask for another address")
    draft = Draft(
        marker=f"#bounce_{bounces[0].step_id}",
        title=title % {"name": company.name},
        description="\n".join(lines),
        responsible=manager,
        due=task.due_at(),
        company=firm.id if firm else None,
    )
    return task.assigned(draft, people)
