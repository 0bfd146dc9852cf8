"""The task of the responsible manager: send the act to the client."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import TypeVar

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_noop

from jobs.deadline import Deadline
from reconciliation.bitrix24 import tasks
from reconciliation.bitrix24.crm import Company, Person
from reconciliation.bitrix24.drive import StoredFile
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.bitrix24.tasks import Draft, Task
from reconciliation.errors import Bitrix24Error, Bitrix24Refused
from reconciliation.models import IssuedAct
from reconciliation.months.crm_companies import manager_of
from reconciliation.printing import texts
from reconciliation.printing.formats import language_of
from reconciliation.schedules import working_days

END_OF_DAY = time(18)
K = TypeVar("K")
NO_FILE = gettext_noop(
    "The act's file could not be put on the Drive: take it from the month's folder later, "
    "or ask accounting for it."
)
MISSING = gettext_noop("This client has no responsible manager in Bitrix24, so the task came to you.")
DISMISSED = gettext_noop(
    "The client's manager, {name}, does not work here any more, so the task came to you."
)


@dataclass(frozen=True)
class Job:
    """A task to be made: for which act, the client's company, and the act's file.

    `has_lost_file`: it was to have one, and the Drive did not take it.
    """

    act: IssuedAct
    company: Company | None
    file: StoredFile | None
    has_lost_file: bool = False


def make_many(
    bitrix24: Bitrix24,
    jobs: Mapping[K, Job],
    *,
    people: Mapping[int, Person] | None,
    new: Collection[K],
    deadline: Deadline,
) -> dict[K, Task | Bitrix24Error]:
    """Make each task once, for its manager or, if nobody like that is there, for the fallback.

    `people`: those who are known in Bitrix24, None where nobody could look: then it is tried. `new`: which
    were surely never tried before. Returns each one's task or error.
    """
    found: dict[K, Task | Bitrix24Error] = {}
    drafts: dict[K, Draft] = {}
    with translation.override(settings.LANGUAGE_CODE):
        missing = gettext(MISSING)
        for key, job in jobs.items():
            try:
                drafts[key] = assigned(draft_of(job), people)
            except Bitrix24Error as error:
                found[key] = error
    found |= tasks.ensure_many(bitrix24, drafts, new=new, deadline=deadline)
    fallback = settings.BITRIX24_FALLBACK_MANAGER_ID
    if people is None and fallback:
        refused = {
            key: replace(drafts[key], responsible=fallback, instead_of=missing)
            for key, outcome in found.items()
            if isinstance(outcome, Bitrix24Refused)
        }
        found |= tasks.ensure_many(bitrix24, refused, new=refused, deadline=deadline)
    return found


def assigned(draft: Draft, people: Mapping[int, Person] | None) -> Draft:
    """Return the draft for whoever gets it; raise Bitrix24SetupError when nobody can."""
    fallback = settings.BITRIX24_FALLBACK_MANAGER_ID
    if people is None:
        if draft.responsible:
            return draft
        people = {fallback: Person(fallback, "", is_active=True)} if fallback else {}
    return tasks.assign(
        draft, people, fallback=fallback, missing=gettext(MISSING), dismissed=gettext(DISMISSED)
    )


def draft_of(job: Job) -> Draft:
    """Return a client's task for its manager, who may be nobody (0)."""
    act, company = job.act, job.company
    language = language_of(settings.LANGUAGE_CODE)
    facts = act.facts
    lines = [
        texts.title(texts.Issued(facts, act.number, timezone.localdate(act.issued_at), language)),
        texts.period(facts, language),
        texts.conclusion(facts, language),
    ]
    if job.has_lost_file:
        lines.append(gettext(NO_FILE))
    return Draft(
        marker=marker_of(act),
        title=gettext("Send reconciliation act to client %(name)s") % {"name": act.counterparty.name},
        description="\n".join(lines),
        responsible=manager_of(act.counterparty, company),
        due=due_at(),
        since=act.date_to,
        company=company.id if company else None,
        files=(job.file.id,) if job.file else (),
    )


def due_at() -> datetime:
    """Return until when a task that is made now is to be done."""
    day = working_days.after(timezone.localdate(), settings.BITRIX24_TASK_DAYS)
    return timezone.make_aware(datetime.combine(day, END_OF_DAY))


def marker_of(act: IssuedAct) -> str:
    """Return what the task is found by again: one a counterparty and period, whichever act is in force."""
    return f"#{act.date_from:%Y-%m-%d}_{act.date_to:%Y-%m-%d}_{act.counterparty.onec_guid}"
