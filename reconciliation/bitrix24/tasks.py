"""Tasks for managers, each made once: a marker in its description finds it again.

tasks.task.list filters neither by description nor by XML_ID; it does by company, title and day, and these
tasks' descriptions are then read.
"""

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar

from jobs.deadline import Deadline
from reconciliation.bitrix24.batches import Answer, Command
from reconciliation.bitrix24.crm import Person
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.errors import (
    Bitrix24Error,
    Bitrix24InvalidAnswer,
    Bitrix24Refused,
    Bitrix24SetupError,
    Bitrix24Unclear,
)

LONGEST_TITLE: Final = 250
STILL_AT_WORK_SECONDS: Final = 60.0
"""Seconds for which Bitrix24 may go on with a request whose line broke: until then a look proves nothing."""
MOST_PAGES = 100
K = TypeVar("K")


@dataclass(frozen=True)
class Draft:
    """A task to be made; `marker` is unique and stays the same at every attempt.

    `since`: the first day on which a task of this marker can have been made, anywhere in the world.
    `instead_of`: the sentence that says why somebody else than the manager has it; it stands first.
    """

    marker: str
    title: str
    description: str
    responsible: int
    due: datetime
    since: date
    company: int | None = None
    files: tuple[int, ...] = ()
    instead_of: str = ""


@dataclass(frozen=True)
class Task:
    """A task in Bitrix24."""

    id: int
    responsible: int


def page_of(bitrix24: Bitrix24, task: Task) -> str:
    """Return the address of the task's page, as people see it; empty without credentials."""
    credentials = bitrix24.config.credentials
    if credentials is None:
        return ""
    return f"{credentials.origin}/company/personal/user/{task.responsible}/tasks/task/view/{task.id}/"


def ensure(bitrix24: Bitrix24, draft: Draft, *, is_new: bool = False, deadline: Deadline) -> Task:
    """Return the draft's task, made unless it is there; `is_new` when it surely was never tried before.

    Raises Bitrix24Unclear, with the time to look again, when nobody knows whether it was made;
    Bitrix24Refused when Bitrix24 does not want it, or another Bitrix24Error.
    """
    if not is_new and (found := find(bitrix24, draft, deadline=deadline)):
        return found
    try:
        made = bitrix24.write("tasks.task.add", {"fields": _fields(draft)}, deadline=deadline).result
        return _task(made.get("task") if isinstance(made, dict) else None)
    except (Bitrix24Unclear, Bitrix24InvalidAnswer) as error:
        return _find_after(bitrix24, draft, error, deadline)


def _find_after(bitrix24: Bitrix24, draft: Draft, error: Bitrix24Error, deadline: Deadline) -> Task:
    """Return the task after an unknown outcome, or say when to look again."""
    if found := find(bitrix24, draft, deadline=deadline):
        return found
    raise Bitrix24Unclear(error.detail, not_before=time.time() + STILL_AT_WORK_SECONDS) from None


def ensure_many(
    bitrix24: Bitrix24, drafts: Mapping[K, Draft], *, new: Collection[K], deadline: Deadline
) -> dict[K, Task | Bitrix24Error]:
    """Return each draft's task, or its error, by key; those of `new` are made in few requests."""
    found: dict[K, Task | Bitrix24Error] = {}
    commands = {
        str(key): Command("tasks.task.add", {"fields": _fields(draft)})
        for key, draft in drafts.items()
        if key in new
    }
    outcomes = bitrix24.batch(commands, deadline=deadline) if commands else {}
    for key, draft in drafts.items():
        outcome = outcomes.get(str(key))
        try:
            if isinstance(outcome, Answer):
                made = outcome.result.get("task") if isinstance(outcome.result, dict) else None
                found[key] = _task(made)
            elif outcome is None:
                found[key] = ensure(bitrix24, draft, deadline=deadline)
            elif isinstance(outcome, Bitrix24Unclear | Bitrix24InvalidAnswer):
                found[key] = _find_after(bitrix24, draft, outcome, deadline)
            else:
                found[key] = outcome
        except Bitrix24Error as error:
            found[key] = error
    return found


def find(bitrix24: Bitrix24, draft: Draft, *, deadline: Deadline) -> Task | None:
    """Return the draft's task if it is in Bitrix24."""
    title, company = {"TITLE": _short(draft.title)}, {"UF_CRM_TASK": f"CO_{draft.company}"}
    # Somebody may have changed the title, and an earlier attempt may not have known the company.
    filters = [company | title, company, title] if draft.company else [title]
    for wanted in filters:
        since = {">=CREATED_DATE": (draft.since - timedelta(days=1)).isoformat()}
        for row in _listed(bitrix24, wanted | since, deadline):
            if draft.marker in str(row.get("description") or ""):
                return _task(row)
    return None


def assign(
    draft: Draft, known: Mapping[int, Person], *, fallback: int, missing: str, dismissed: str
) -> Draft:
    """Return the draft for its manager, or for the fallback with the sentence that says why.

    `known`: the people of Bitrix24 that were asked about. Raises Bitrix24SetupError when the fallback
    cannot have it either.
    """
    person = known.get(draft.responsible)
    if person and person.is_active:
        return draft
    substitute = known.get(fallback)
    if substitute is None or not substitute.is_active:
        raise Bitrix24SetupError("manager", f"manager {draft.responsible}, fallback {fallback}")
    reason = dismissed.format(name=person.name) if person else missing
    return replace(draft, responsible=fallback, instead_of=reason)


def _fields(draft: Draft) -> dict[str, Any]:
    parts = [draft.instead_of, draft.description, draft.marker]
    fields: dict[str, Any] = {
        "TITLE": _short(draft.title),
        "DESCRIPTION": "\n\n".join(part for part in parts if part),
        "RESPONSIBLE_ID": draft.responsible,
        "DEADLINE": draft.due.isoformat(timespec="seconds"),
    }
    if draft.company:
        fields["UF_CRM_TASK"] = [f"CO_{draft.company}"]
    if draft.files:
        fields["UF_TASK_WEBDAV_FILES"] = [f"n{number}" for number in draft.files]
    return fields


def _listed(bitrix24: Bitrix24, wanted: dict[str, str], deadline: Deadline) -> Iterator[dict[str, Any]]:
    start = 0
    for _ in range(MOST_PAGES):
        page = bitrix24.read(
            "tasks.task.list",
            {
                "filter": wanted,
                "select": ["ID", "TITLE", "DESCRIPTION", "RESPONSIBLE_ID"],
                "order": {"ID": "desc"},
                "start": start,
            },
            deadline=deadline,
        )
        rows = page.result.get("tasks") if isinstance(page.result, dict) else None
        if not isinstance(rows, list):
            raise Bitrix24InvalidAnswer("the tasks are no list")
        yield from (row for row in rows if isinstance(row, dict))
        if page.next <= start:
            return
        start = page.next
    raise Bitrix24Refused(f"over {MOST_PAGES} pages of tasks for {wanted}")


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"


def _task(row: Any) -> Task:
    number = str(row.get("id") or "") if isinstance(row, dict) else ""
    responsible = str(row.get("responsibleId") or "0") if isinstance(row, dict) else ""
    if not number.isdecimal() or not responsible.isdecimal():
        raise Bitrix24InvalidAnswer("a task without an id")
    return Task(int(number), int(responsible))
