"""A line of a task's checklist is added once, whatever becomes of the request."""

import time
from datetime import UTC, date, datetime
from typing import Any

import pytest

from reconciliation.bitrix24 import checklists, tasks
from reconciliation.bitrix24.batches import Command, Outcome
from reconciliation.bitrix24.checklists import Item
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.bitrix24.tasks import Draft
from reconciliation.errors import Bitrix24Error, Bitrix24Refused, Bitrix24Unclear
from sandbox.bitrix24.server import Bitrix24Sandbox
from tests.reconciliation.bitrix24.conftest import soon

DUE = datetime(2024, 4, 4, 18, tzinfo=UTC)
DONE = ("cut_after", "cut_body", "error_after")
NOT_DONE = ("cut_before", "server_error", "not_json")


@pytest.fixture
def task(gateway: Bitrix24) -> int:
    draft = Draft("#digest", "Acts", "", 2, DUE, date(2024, 3, 1))
    return tasks.ensure(gateway, draft, is_new=True, deadline=soon()).id


def lines_of(server: Bitrix24Sandbox, task: int) -> list[str]:
    return [line.title for line in server.company.tasks[task].checklist if line.parent]


def ensure(gateway: Bitrix24, *items: Item) -> list[Bitrix24Error | None]:
    return list(checklists.ensure_many(gateway, dict(enumerate(items)), deadline=soon()).values())


def items_of(task: int, number: int) -> list[Item]:
    return [Item(task, f"№ {each:06d},", f"№ {each:06d}, ООО «Ромашка» & 100%") for each in range(number)]


def test_lines_stand_in_their_order_and_once(server: Bitrix24Sandbox, gateway: Bitrix24, task: int):
    items = items_of(task, 60)  # on two pages

    assert ensure(gateway, *items) == [None] * 60
    assert ensure(gateway, *items) == [None] * 60

    assert lines_of(server, task) == [item.text for item in items]


def test_a_line_that_a_manager_has_added_to_is_known_again(
    server: Bitrix24Sandbox, gateway: Bitrix24, task: int
):
    ensure(gateway, *items_of(task, 1))

    assert ensure(gateway, Item(task, "№ 000000,", "№ 000000, another name")) == [None]
    assert len(lines_of(server, task)) == 1


@pytest.mark.parametrize("fault", [*DONE, *NOT_DONE])
def test_an_unknown_outcome_leads_to_one_line(
    server: Bitrix24Sandbox, gateway: Bitrix24, monkeypatch: pytest.MonkeyPatch, task: int, fault: str
):
    items, batch = items_of(task, 2), gateway.batch

    def adding_fails(commands: dict[str, Command], **more: Any) -> dict[str, Outcome]:
        if any(command.method == "task.checklistitem.add" for command in commands.values()):
            server.set_fault("batch", fault, times=1)
        return batch(commands, **more)

    with monkeypatch.context() as patched:
        patched.setattr(gateway, "batch", adding_fails)
        error, _ = ensure(gateway, *items)
    assert isinstance(error, Bitrix24Unclear)
    assert 50 < error.not_before - time.time() <= 60

    assert ensure(gateway, *items) == [None, None]
    assert lines_of(server, task) == [item.text for item in items]


def test_a_task_that_is_gone_stops_its_own_lines_alone(server: Bitrix24Sandbox, gateway: Bitrix24, task: int):
    gone, there = ensure(gateway, Item(999_999, "№ 1,", "№ 1, x"), *items_of(task, 1))

    assert isinstance(gone, Bitrix24Refused)
    assert there is None
