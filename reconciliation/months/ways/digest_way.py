"""One task for each manager and month, with a line of its checklist for each client.

Only the making of a manager's task is done by one worker at a time; lines are then added by any number.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext

from jobs import rows
from jobs.deadline import Deadline
from reconciliation.bitrix24 import checklists, tasks
from reconciliation.bitrix24.checklists import Item
from reconciliation.bitrix24.crm import Person
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.bitrix24.tasks import Draft, Task
from reconciliation.errors import Bitrix24Busy, Bitrix24Error, Bitrix24Refused
from reconciliation.models import DistributionRun, ManagerDigest
from reconciliation.months.ways.task_way import MISSING, NO_FILE, Job, assigned, draft_of, due_at
from reconciliation.printing.formats import cut, format_money, language_of

LONGEST, SHORTEST_NAME = 250, 40
"""Older versions of Bitrix24 keep 255 characters of a line."""
LEASE = timedelta(minutes=3)
Found = dict[int, Task | Bitrix24Error]


def make_many(
    bitrix24: Bitrix24,
    jobs: Mapping[int, Job],
    *,
    run: DistributionRun,
    people: Mapping[int, Person] | None,
    deadline: Deadline,
) -> Found:
    """Put each client into the checklist of its manager's task, or of the fallback's.

    `people`: as `task.make_many` wants them. Returns each one's task or error; Bitrix24Busy while another
    worker makes the manager's task.
    """
    found: Found = {}
    drafts: dict[int, Draft] = {}
    with translation.override(settings.LANGUAGE_CODE):
        for key, job in jobs.items():
            try:
                drafts[key] = assigned(draft_of(job), people)
            except Bitrix24Error as error:
                found[key] = error
        made = _tasks_of(bitrix24, run, {draft.responsible for draft in drafts.values()}, deadline)
        if people is None:
            drafts = _reassigned(drafts, made)
            made = _tasks_of(bitrix24, run, {draft.responsible for draft in drafts.values()}, deadline, made)
        found |= {key: made[draft.responsible] for key, draft in drafts.items()}
        items = {
            key: _item(task, jobs[key], drafts[key], bitrix24)
            for key, task in found.items()
            if isinstance(task, Task)
        }
    problems = checklists.ensure_many(bitrix24, items, deadline=deadline) if items else {}
    _forget(run, {items[key].task for key, error in problems.items() if isinstance(error, Bitrix24Refused)})
    return found | {key: error for key, error in problems.items() if error}


def _reassigned(drafts: Mapping[int, Draft], made: Mapping[int, Task | Bitrix24Error]) -> dict[int, Draft]:
    """Return the drafts with the fallback in place of managers whose task was refused: nobody could look."""
    fallback = settings.BITRIX24_FALLBACK_MANAGER_ID
    refused = {manager for manager, task in made.items() if isinstance(task, Bitrix24Refused) and fallback}
    return {
        key: replace(draft, responsible=fallback, instead_of=gettext(MISSING))
        if draft.responsible in refused
        else draft
        for key, draft in drafts.items()
    }


def _tasks_of(
    bitrix24: Bitrix24,
    run: DistributionRun,
    managers: Collection[int],
    deadline: Deadline,
    known: Mapping[int, Task | Bitrix24Error] | None = None,
) -> dict[int, Task | Bitrix24Error]:
    """Return each manager's task of the month, made unless it is there; `known` are not asked about again."""
    found = dict(known or {})
    mine: dict[int, ManagerDigest] = {}
    new = set()
    for manager in sorted(set(managers) - set(found)):
        row, is_new = ManagerDigest.objects.get_or_create(run=run, manager=manager)
        unmade = ManagerDigest.objects.filter(task=None, next_try_at__lte=timezone.now())
        if row.task is None and rows.claim_row(row, unmade, LEASE):
            mine[manager] = row
            if is_new:
                new.add(manager)
        elif row.task is None:
            found[manager] = Bitrix24Busy("digest")
        else:
            found[manager] = Task(row.task, manager)
    drafts = {manager: _draft(run, manager) for manager in mine}
    for manager, outcome in tasks.ensure_many(bitrix24, drafts, new=new, deadline=deadline).items():
        _note(mine[manager], outcome)
        found[manager] = outcome
    return found


def _note(row: ManagerDigest, outcome: Task | Bitrix24Error) -> None:
    """Keep the task, or let it be made later: after an unknown outcome not before a look proves anything."""
    again, number = timezone.now(), outcome.id if isinstance(outcome, Task) else None
    if isinstance(outcome, Bitrix24Error) and outcome.not_before:
        again = datetime.fromtimestamp(outcome.not_before, tz=timezone.get_current_timezone())
    rows.release(row, task=number, next_try_at=again)


def _forget(run: DistributionRun, gone: Collection[int]) -> None:
    """Have tasks whose checklists are refused looked for again: somebody may have deleted them."""
    lost = ManagerDigest.objects.filter(run=run, task__in=gone)
    lost.update(task=None, worker="", leased_until=None, next_try_at=timezone.now())


def _draft(run: DistributionRun, manager: int) -> Draft:
    month = date_format(run.month, "F Y")
    return Draft(
        marker=f"#{run.month:%Y-%m}_manager_{manager}",
        title=gettext("Send reconciliation acts to clients: %(month)s") % {"month": month},
        description=gettext("The checklist has each client with its act: tick off who has got it."),
        responsible=manager,
        due=due_at(),
        since=run.month,
    )


def _item(task: Task, job: Job, draft: Draft, bitrix24: Bitrix24) -> Item:
    """Return a client's line: its act and name, who owes how much, where the file is, and what is special."""
    act, mark = job.act, f"№ {job.act.number},"
    words = gettext("owed to us") if act.closing > 0 else gettext("owed by us")
    amount = format_money(abs(act.closing), act.currency, language_of(settings.LANGUAGE_CODE))
    tail = [f"{words}: {amount}" if act.closing else "", _link(job, bitrix24)]
    special = [gettext(NO_FILE) if job.has_lost_file else "", draft.instead_of]
    text = _line(mark, act.counterparty.name, [*tail, *special])
    return Item(task.id, mark, text if len(text) <= LONGEST else _line(mark, act.counterparty.name, tail))


def _line(mark: str, name: str, parts: list[str]) -> str:
    """Return a line with the name cut to what room there is, if that is enough to know it by."""
    tail = "".join(f" · {part}" for part in parts if part)
    room = max(SHORTEST_NAME, LONGEST - len(mark) - len(tail) - 1)
    return f"{mark} {cut(name, room)}{tail}"


def _link(job: Job, bitrix24: Bitrix24) -> str:
    """Return where the act's file is, or else its client's card."""
    if job.file and job.file.url:
        return job.file.url
    credentials = bitrix24.config.credentials
    return (
        f"{credentials.origin}/crm/company/details/{job.company.id}/" if job.company and credentials else ""
    )
