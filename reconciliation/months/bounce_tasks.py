"""The manager's task: a client's letter came back, and somebody has to ask for an address that works."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext

from jobs.deadline import Deadline
from letters.models import Bounce
from reconciliation import connections
from reconciliation.bitrix24 import tasks
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.bitrix24.tasks import Draft
from reconciliation.errors import PortalError
from reconciliation.models import DeliveryLetter, DeliveryStep
from reconciliation.months import crm_companies
from reconciliation.months.ways import task_way

SECONDS = 30.0
LETTERS_AT_ONCE = 50
LATER, GIVEN_UP = timedelta(minutes=15), timedelta(days=3)


def tell_managers() -> int:
    """Make a task for each letter that came back and nobody has been told of; return how many were made.

    Without Bitrix24 nobody is told there: the admin shows it. When Bitrix24 fails it is tried again.
    """
    waiting = DeliveryLetter.objects.filter(tell_at__lte=timezone.now())
    if connections.bitrix24().config.credentials is None:
        waiting.update(tell_at=None)
        return 0
    waiting = waiting.select_related("step__delivery__counterparty", "step__delivery__run")
    return sum(_tell(letter) for letter in waiting.order_by("tell_at", "pk")[:LETTERS_AT_ONCE])


def _tell(letter: DeliveryLetter) -> bool:
    """Make the task of one letter. Two workers at once find one another's: it is looked for first."""
    row = DeliveryLetter.objects.filter(pk=letter.pk)
    bounces = list(Bounce.objects.filter(letter=letter.pk, settled_at=None).order_by("pk"))
    if not bounces:
        row.update(tell_at=None)
        return False
    bitrix24 = connections.bitrix24()
    try:
        with translation.override(settings.LANGUAGE_CODE):
            tasks.ensure(bitrix24, _draft(bitrix24, letter.step, bounces), deadline=Deadline(SECONDS))
    except PortalError:
        now = timezone.now()
        row.update(tell_at=None if bounces[0].received_at < now - GIVEN_UP else now + LATER)
        return False
    row.update(tell_at=None)
    return True


def _draft(bitrix24: Bitrix24, step: DeliveryStep, bounces: Sequence[Bounce]) -> Draft:
    company, deadline = step.delivery.counterparty, Deadline(SECONDS)
    client = crm_companies.client_of(company)
    firm = crm_companies.companies_of(bitrix24, [client], deadline)[client]
    manager = crm_companies.manager_of(company, firm)
    people = crm_companies.people_of(bitrix24, {manager, settings.BITRIX24_FALLBACK_MANAGER_ID}, deadline)
    lines = [f"{each.address}: {each.get_kind_display()}. {each.words}".rstrip() for each in bounces]
    lines.append(gettext("Accounting enters the new address and sends the act again."))
    title = gettext("The act did not reach client %(name)s: ask for another address")
    draft = Draft(
        marker=f"#bounce_{step.pk}",
        title=title % {"name": company.name},
        description="\n".join(lines),
        responsible=manager,
        due=task_way.due_at(),
        since=step.delivery.run.month,
        company=firm.id if firm else None,
    )
    return task_way.assigned(draft, people)
