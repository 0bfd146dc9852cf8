"""Lines of tasks' checklists, each added once: a mark in its text finds it again."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from jobs.deadline import Deadline
from reconciliation.bitrix24.batches import Answer, Command
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.bitrix24.tasks import STILL_AT_WORK_SECONDS
from reconciliation.errors import Bitrix24Error, Bitrix24InvalidAnswer, Bitrix24Refused, Bitrix24Unclear

MOST_PAGES = 100
K = TypeVar("K")


@dataclass(frozen=True)
class Item:
    """A line of a task's checklist; `mark` is a part of its text that no other line of the task has."""

    task: int
    mark: str
    text: str


def ensure_many(
    bitrix24: Bitrix24, items: Mapping[K, Item], *, deadline: Deadline
) -> dict[K, Bitrix24Error | None]:
    """Add each line unless it is there; return what went wrong with it, None when it stands.

    Bitrix24Unclear says when to look again; Bitrix24Refused may mean that the task is gone.
    """
    there = _texts(bitrix24, {item.task for item in items.values()}, deadline)
    found: dict[K, Bitrix24Error | None] = {}
    commands: dict[str, Command] = {}
    for key, item in items.items():
        texts = there[item.task]
        if isinstance(texts, Bitrix24Error):
            found[key] = texts
        elif any(item.mark in text for text in texts):
            found[key] = None
        else:
            # Bitrix24 minds the order of these two.
            fields = {"TASKID": item.task, "FIELDS": {"TITLE": item.text}}
            commands[str(key)] = Command("task.checklistitem.add", fields)
    outcomes = bitrix24.batch(commands, deadline=deadline) if commands else {}
    return found | {key: _problem(outcomes[str(key)]) for key in items if str(key) in outcomes}


def _problem(outcome: Answer | Bitrix24Error) -> Bitrix24Error | None:
    if isinstance(outcome, Answer):
        if str(outcome.result).isdecimal():
            return None
        outcome = Bitrix24InvalidAnswer("a line of a checklist without an id")
    if isinstance(outcome, Bitrix24Unclear | Bitrix24InvalidAnswer):
        return Bitrix24Unclear(outcome.detail, not_before=time.time() + STILL_AT_WORK_SECONDS)
    return outcome


def _texts(
    bitrix24: Bitrix24, tasks: Iterable[int], deadline: Deadline
) -> dict[int, list[str] | Bitrix24Error]:
    """Return the lines of each task's checklists, or why they cannot be read."""
    commands = {str(task): _page(task, 0) for task in sorted(tasks)}
    found: dict[int, list[str] | Bitrix24Error] = {}
    for number, outcome in bitrix24.batch(commands, deadline=deadline).items():
        try:
            if isinstance(outcome, Bitrix24Error):
                raise outcome
            found[int(number)] = list(_all_of(bitrix24, int(number), outcome, deadline))
        except Bitrix24Error as error:
            found[int(number)] = error
    return found


def _all_of(bitrix24: Bitrix24, task: int, page: Answer, deadline: Deadline) -> Iterator[str]:
    start = 0
    for _ in range(MOST_PAGES):
        if not isinstance(page.result, list):
            raise Bitrix24InvalidAnswer("a checklist is no list")
        yield from (str(row.get("TITLE") or "") for row in page.result if isinstance(row, dict))
        if page.next <= start:
            return
        start = page.next
        command = _page(task, start)
        page = bitrix24.read(command.method, command.params, deadline=deadline)
    raise Bitrix24Refused(f"over {MOST_PAGES} pages of a checklist")


def _page(task: int, start: int) -> Command:
    params: dict[str, Any] = {"TASKID": task, "ORDER": {"ID": "asc"}, "start": start}
    return Command("task.checklistitem.getlist", params)
