"""One task for each manager: a line for each client, once, whoever makes it and whatever fails."""

from typing import Any

import pytest
from django.core.management import CommandError

from accounts.models import Counterparty, OrganizationSettings
from jobs import rows
from reconciliation.models import DeliveryStep, ManagerDigest
from sandbox.bitrix24.company import Company, Task
from sandbox.bitrix24.server import Bitrix24Sandbox
from sandbox.ledger import Counterparty as Known
from tests.cast import longer
from tests.reconciliation.months.conftest import Send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_digest")]


@pytest.fixture
def _digest(db: None) -> None:
    OrganizationSettings.objects.create(pk=1, one_task_a_manager=True)


def lines_of(task: Task) -> list[str]:
    return [line.title for line in task.checklist if line.parent]


def task_of(company: Company, manager: int) -> Task:
    (found,) = (task for task in company.tasks.values() if str(task.fields["RESPONSIBLE_ID"]) == str(manager))
    return found


def test_each_manager_gets_one_task_with_a_line_and_a_link_for_each_client(
    send: Send, some: list[Known], bitrix24: Bitrix24Sandbox
):
    bitrix24.company.firms[some[0].bitrix24_company_id].manager = 1
    send()

    company = bitrix24.company
    assert len(company.tasks) == 2
    task = task_of(company, 2)
    assert task.fields["TITLE"] == "Отправить клиентам акты сверки: Март 2026"
    assert "#2026-03_manager_2" in task.fields["DESCRIPTION"]
    lines = sorted(lines_of(task) + lines_of(task_of(company, 1)))
    acts = sorted((one.number, one) for one in (each.acts.get() for each in Counterparty.objects.all()))
    for line, (number, act) in zip(lines, acts, strict=True):
        step = DeliveryStep.objects.get(delivery__act=act, way="drive")
        assert line.startswith(f"№ {number}, {act.counterparty.name} · должны")
        assert line.endswith(f" · {step.url}")
    shown = DeliveryStep.objects.filter(way="task").values_list("state", "reference").distinct()
    assert sorted(shown) == sorted(("done", str(each.id)) for each in company.tasks.values())


def test_a_client_without_a_manager_stands_in_the_fallbacks_list_and_says_so(
    send: Send, some: list[Known], bitrix24: Bitrix24Sandbox
):
    bitrix24.company.firms[some[0].bitrix24_company_id].manager = 4  # dismissed
    send()

    (line,) = lines_of(task_of(bitrix24.company, 3))
    assert line.endswith("Пётр Уволенный, здесь больше не работает, поэтому задача пришла вам.")


def test_without_the_right_to_look_a_refused_manager_leads_to_the_fallback(
    send: Send, some: list[Known], bitrix24: Bitrix24Sandbox
):
    bitrix24.company.scopes.discard("user_brief")
    bitrix24.company.firms[some[0].bitrix24_company_id].manager = 4
    send()

    assert len(lines_of(task_of(bitrix24.company, 3))) == 1
    assert len(lines_of(task_of(bitrix24.company, 2))) == 3


@pytest.mark.parametrize("method", ["tasks.task.add", "task.checklistitem.add", "batch"])
@pytest.mark.parametrize("fault", ["cut_after", *longer("error_after")])
def test_an_unknown_outcome_leaves_no_line_twice(
    send: Send, bitrix24: Bitrix24Sandbox, monkeypatch: pytest.MonkeyPatch, method: str, fault: str
):
    for module in ("tasks", "checklists"):
        monkeypatch.setattr(f"reconciliation.bitrix24.{module}.STILL_AT_WORK_SECONDS", 0.1)
    monkeypatch.setattr("jobs.pauses.random.uniform", lambda _least, _most: 0.001)
    bitrix24.set_fault(method, fault, times=3)

    send()

    (task,) = bitrix24.company.tasks.values()
    assert len(lines_of(task)) == len(set(lines_of(task))) == 4


def test_while_another_worker_makes_the_task_clients_wait(
    send: Send, bitrix24: Bitrix24Sandbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("jobs.pauses.random.uniform", lambda _least, _most: 0.001)
    waited: list[Any] = []

    def is_somebody_elses(row: Any, waiting: Any, lease: Any, **more: Any) -> bool:
        if isinstance(row, ManagerDigest):
            waited.append(row)
        return len(waited) != 1 and len(waited) != 2 and claim(row, waiting, lease, **more)

    claim = rows.claim_row
    monkeypatch.setattr("reconciliation.months.ways.digest_way.rows.claim_row", is_somebody_elses)
    send()

    assert len(waited) > 2
    (task,) = bitrix24.company.tasks.values()
    assert len(lines_of(task)) == 4


def test_a_task_that_somebody_deleted_is_a_persons_and_made_again_when_tried_again(
    send: Send, some: list[Known], bitrix24: Bitrix24Sandbox
):
    send()
    bitrix24.company.tasks.clear()
    DeliveryStep.objects.filter(way="task").update(state="failed")

    with pytest.raises(CommandError):
        send("--retry-failed")
    send("--retry-failed")

    (task,) = bitrix24.company.tasks.values()
    assert len(lines_of(task)) == 4


def test_a_month_that_began_goes_on_as_it_began(send: Send, bitrix24: Bitrix24Sandbox):
    send()
    OrganizationSettings.objects.update(one_task_a_manager=False)
    DeliveryStep.objects.filter(way="task").update(state="failed")

    send("--retry-failed")

    assert len(bitrix24.company.tasks) == 1
