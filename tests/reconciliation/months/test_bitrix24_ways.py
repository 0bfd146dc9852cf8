"""An act goes onto the Drive and to its manager, once, in the words of the month."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Counterparty
from reconciliation import connections
from reconciliation.acts import archive
from sandbox.bitrix24.company import ACTS_FOLDER_ID, GUID_FIELD, Firm
from sandbox.bitrix24.server import Bitrix24Sandbox
from tests.cast import Issue
from tests.reconciliation.sample_acts import bytes_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_waits")]
MARCH = ("2026-03-01", "2026-03-31")


@pytest.fixture
def bitrix24(company: Counterparty, settings: Any) -> Iterator[Bitrix24Sandbox]:
    """Bitrix24 with the company, set up for the portal."""
    firm = Firm(51, company.name, manager=2, fields={GUID_FIELD: company.onec_guid})
    with Bitrix24Sandbox(firms=[firm]) as running:
        settings.BITRIX24_WEBHOOK_URL = running.webhook
        settings.BITRIX24_ACTS_FOLDER_ID = ACTS_FOLDER_ID
        settings.BITRIX24_COMPANY_GUID_FIELD = GUID_FIELD
        settings.BITRIX24_FALLBACK_MANAGER_ID = 3
        settings.REDIS_URL = ""
        yield running
    connections._bitrix24.cache_clear()


def deliver(company: Counterparty, *period: str) -> str:
    said = StringIO()
    call_command("bitrix24_act", company.onec_guid, *(period or MARCH), stdout=said)
    return said.getvalue()


def test_one_act_is_one_file_and_one_task_however_often_it_is_sent(
    company: Counterparty, bitrix24: Bitrix24Sandbox
):
    said = deliver(company)
    assert deliver(company) == said

    (file,) = bitrix24.company.files
    (task,) = bitrix24.company.tasks.values()
    act = company.acts.get()
    assert bitrix24.company.drive[file.parent].name == "2026-03"
    assert (file.name, file.content) == (
        archive.file_name(act, "pdf", "ru"),
        bytes_of(act, "pdf"),
    )
    assert task.fields["TITLE"] == f"Отправить акт сверки клиенту {company.name}"
    assert (task.fields["RESPONSIBLE_ID"], task.fields["UF_CRM_TASK"]) == (2, ["CO_51"])
    assert task.fields["UF_TASK_WEBDAV_FILES"] == [f"n{file.id}"]
    assert task.fields["DEADLINE"].endswith("T18:00:00+03:00")
    assert f"Company: {company.name} (51)\nFile: {file.name}" in said
    assert f"Task: {task.id} for Иван Менеджер" in said


def test_the_task_says_which_act_it_is_and_who_owes_whom(
    company: Counterparty, bitrix24: Bitrix24Sandbox, issued: Issue
):
    deliver(company)

    (task,) = bitrix24.company.tasks.values()
    act = company.acts.get()
    lines = task.fields["DESCRIPTION"].splitlines()
    assert lines[0].startswith(f"Акт сверки № {act.number} от ")
    assert "за период" in lines[1]
    assert "задолженность" in lines[2].lower()
    assert lines[-1] == f"#2026-03-01_2026-03-31_{company.onec_guid}"


def test_an_english_portal_speaks_english_to_its_managers(
    company: Counterparty, bitrix24: Bitrix24Sandbox, settings: Any
):
    settings.LANGUAGE_CODE = "en"

    deliver(company)

    (task,) = bitrix24.company.tasks.values()
    assert task.fields["TITLE"] == f"Send reconciliation act to client {company.name}"
    assert task.fields["DESCRIPTION"].startswith("Reconciliation Act No. ")


@pytest.mark.parametrize(
    ("manager", "responsible", "sentence"),
    [
        (3, 3, "Акт сверки №"),
        (4, 3, "Менеджер клиента, Пётр Уволенный,"),
        (99, 3, "У этого клиента в Битрикс24 нет"),
    ],
)
def test_the_portals_own_manager_comes_first_and_the_fallback_last(
    company: Counterparty, bitrix24: Bitrix24Sandbox, manager: int, responsible: int, sentence: str
):
    company.bitrix24_manager_id = manager
    company.save()

    deliver(company)

    (task,) = bitrix24.company.tasks.values()
    assert int(task.fields["RESPONSIBLE_ID"]) == responsible
    assert task.fields["DESCRIPTION"].startswith(sentence)


def test_a_company_that_bitrix24_does_not_know_gets_its_task_all_the_same(
    company: Counterparty, bitrix24: Bitrix24Sandbox
):
    bitrix24.company.firms.clear()

    assert "Company: not in Bitrix24" in deliver(company)

    (task,) = bitrix24.company.tasks.values()
    assert (task.fields["RESPONSIBLE_ID"], "UF_CRM_TASK" in task.fields) == (3, False)


@pytest.mark.parametrize(("manager", "responsible"), [(2, 2), (4, 3), (99, 3), (0, 3)])
def test_a_webhook_that_may_not_look_at_people_tries_the_manager_first(
    company: Counterparty, bitrix24: Bitrix24Sandbox, manager: int, responsible: int
):
    bitrix24.company.scopes.discard("user_brief")
    bitrix24.company.firms[51].manager = manager

    deliver(company)

    (task,) = bitrix24.company.tasks.values()
    assert int(task.fields["RESPONSIBLE_ID"]) == responsible


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"BITRIX24_ACTS_FOLDER_ID": 0}, "BITRIX24_ACTS_FOLDER_ID is not set: nothing was done."),
        ({"BITRIX24_ACTS_FOLDER_ID": 77}, "The folder for acts is not in Bitrix24"),
        ({"BITRIX24_WEBHOOK_URL": ""}, "BITRIX24_WEBHOOK_URL is not set"),
        ({"BITRIX24_WEBHOOK_URL": "http://127.0.0.1:1/rest/1/secret/"}, "No connection to the server"),
    ],
)
def test_what_is_wrong_is_one_line(
    company: Counterparty, bitrix24: Bitrix24Sandbox, settings: Any, change: dict[str, Any], words: str
):
    for name, value in change.items():
        setattr(settings, name, value)

    with pytest.raises(CommandError) as caught:
        deliver(company)

    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
