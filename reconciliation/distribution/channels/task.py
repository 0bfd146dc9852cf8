"""The task of the responsible manager: send the act to the client."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, time

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_noop

from reconciliation.bitrix24 import crm, tasks
from reconciliation.bitrix24.crm import Company, Person
from reconciliation.bitrix24.drive import StoredFile
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.bitrix24.tasks import Draft, Task
from reconciliation.errors import Bitrix24Refused, Bitrix24SetupError
from reconciliation.http import Deadline
from reconciliation.models import IssuedAct
from reconciliation.printing import texts
from reconciliation.printing.formats import language_of

END_OF_DAY = time(18)
MISSING = gettext_noop("This client has no responsible manager in Bitrix24, so the task came to you.")
DISMISSED = gettext_noop(
    "The client's manager, {name}, does not work here any more, so the task came to you."
)


def manager_of(act: IssuedAct, company: Company | None) -> int:
    """Return the employee whose client it is: by the portal's own setting, else by Bitrix24; 0 for nobody."""
    return act.counterparty.bitrix24_manager_id or (company.manager if company else 0)


def people_of(bitrix24: Bitrix24, ids: Collection[int], *, deadline: Deadline) -> dict[int, Person] | None:
    """Return who of these people is in Bitrix24; None when the webhook may not look. Raises other errors."""
    try:
        return crm.people(bitrix24, ids, deadline=deadline)
    except Bitrix24SetupError as error:
        if error.reason in {"scope", "method", "access"}:
            return None
        raise


def make(
    bitrix24: Bitrix24,
    act: IssuedAct,
    *,
    company: Company | None,
    people: Mapping[int, Person] | None,
    file: StoredFile | None,
    is_new: bool = False,
    deadline: Deadline,
) -> Task:
    """Make the task once, for the manager or, if nobody like that is there, for the fallback.

    `people`: those who are known in Bitrix24, None where nobody could look: then it is tried. `is_new`:
    never tried before. Raises any Bitrix24Error.
    """
    fallback = settings.BITRIX24_FALLBACK_MANAGER_ID
    with translation.override(settings.LANGUAGE_CODE):
        draft, missing = _draft(act, company, file), gettext(MISSING)
        if people is not None or not draft.responsible:
            known = people if people is not None else {fallback: Person(fallback, "", is_active=True)}
            draft = tasks.assign(
                draft, known, fallback=fallback, missing=missing, dismissed=gettext(DISMISSED)
            )
    try:
        return tasks.ensure(bitrix24, draft, is_new=is_new, deadline=deadline)
    except Bitrix24Refused:
        if people is not None or draft.responsible == fallback or not fallback:
            raise
        replaced = replace(draft, responsible=fallback, instead_of=missing)
        return tasks.ensure(bitrix24, replaced, is_new=True, deadline=deadline)


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
