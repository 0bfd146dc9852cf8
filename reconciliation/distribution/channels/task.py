"""The task of the responsible manager: send the act to the client."""

from collections.abc import Mapping
from datetime import datetime, time

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext

from reconciliation.bitrix24 import tasks
from reconciliation.bitrix24.crm import Company, Person
from reconciliation.bitrix24.drive import StoredFile
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.bitrix24.tasks import Draft, Task
from reconciliation.http import Deadline
from reconciliation.models import IssuedAct
from reconciliation.printing import texts
from reconciliation.printing.formats import language_of

END_OF_DAY = time(18)


def manager_of(act: IssuedAct, company: Company | None) -> int:
    """Return the employee whose client it is: by the portal's own setting, else by Bitrix24; 0 for nobody."""
    return act.counterparty.bitrix24_manager_id or (company.manager if company else 0)


def make(
    bitrix24: Bitrix24,
    act: IssuedAct,
    *,
    company: Company | None,
    people: Mapping[int, Person],
    file: StoredFile | None,
    is_new: bool = False,
    deadline: Deadline,
) -> Task:
    """Make the task once, for the manager among `people` or the fallback; `is_new`: never tried before.

    Raises any Bitrix24Error.
    """
    with translation.override(settings.LANGUAGE_CODE):
        draft = tasks.assign(
            _draft(act, company, file),
            people,
            fallback=settings.BITRIX24_FALLBACK_MANAGER_ID,
            missing=gettext("This client has no responsible manager in Bitrix24, so the task came to you."),
            dismissed=gettext(
                "The client's manager, {name}, does not work here any more, so the task came to you."
            ),
        )
    return tasks.ensure(bitrix24, draft, is_new=is_new, deadline=deadline)


def _draft(act: IssuedAct, company: Company | None, file: StoredFile | None) -> Draft:
    language = language_of(settings.LANGUAGE_CODE)
    facts = act.facts
    lines = [
        texts.title(texts.Issued(facts, act.number, timezone.localdate(act.issued_at), language)),
        texts.period(facts, language),
        texts.conclusion(facts, language),
    ]
    due = tasks.working_days_after(timezone.localdate(), settings.BITRIX24_TASK_DAYS)
    return Draft(
        marker=marker_of(act),
        title=gettext("Send reconciliation act to client %(name)s") % {"name": act.counterparty.name},
        description="\n".join(lines),
        responsible=manager_of(act, company),
        due=timezone.make_aware(datetime.combine(due, END_OF_DAY)),
        company=company.id if company else None,
        files=(file.id,) if file else (),
    )


def marker_of(act: IssuedAct) -> str:
    """Return what the task is found by again: one a counterparty and period, whichever act is in force."""
    return f"#{act.date_from:%Y-%m-%d}_{act.date_to:%Y-%m-%d}_{act.counterparty.onec_guid}"
