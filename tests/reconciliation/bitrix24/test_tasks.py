"""Tasks and comments are made once; notifications replace each other."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from reconciliation.bitrix24 import notifications, tasks
from reconciliation.bitrix24.crm import Person
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.bitrix24.tasks import Draft
from reconciliation.errors import (
    Bitrix24NotFound,
    Bitrix24Refused,
    Bitrix24SetupError,
    Bitrix24Unclear,
)
from sandbox.bitrix24.company import ACTS_FOLDER_ID, DriveObject, Task
from sandbox.bitrix24.server import Bitrix24Sandbox
from tests.reconciliation.bitrix24.conftest import GUID, soon

DUE = datetime(2024, 4, 4, 18, tzinfo=UTC)
DRAFT = Draft(
    f"#2024-03-{GUID}",
    "Отправить акт сверки клиенту ООО «Ромашка» 100%",
    "Акт за март",
    2,
    DUE,
    date(2024, 3, 31),
    5,
    files=(70,),
)
DONE = ("cut_after", "cut_body", "error_after")
NOT_DONE = ("cut_before", "server_error", "bad_gateway", "not_json")
PEOPLE = {2: Person(2, "Иван", True), 3: Person(3, "Мария", True), 4: Person(4, "Пётр", False)}


@pytest.fixture(autouse=True)
def _file(server: Bitrix24Sandbox) -> None:
    server.company.place(DriveObject(70, "a.pdf", ACTS_FOLDER_ID, b"PDF"))


def test_a_task_says_who_what_until_when_and_carries_the_file(server: Bitrix24Sandbox, gateway: Bitrix24):
    made = tasks.ensure(gateway, DRAFT, deadline=soon())

    assert made.responsible == 2
    assert server.company.tasks[made.id].fields == {
        "TITLE": DRAFT.title, "DESCRIPTION": f"Акт за март\n\n#2024-03-{GUID}", "RESPONSIBLE_ID": 2,
        "DEADLINE": "2024-04-04T18:00:00+00:00", "UF_CRM_TASK": ["CO_5"], "UF_TASK_WEBDAV_FILES": ["n70"],
    }  # fmt: skip


@pytest.mark.parametrize("company", [5, None])
def test_a_task_that_is_there_is_not_made_again(
    server: Bitrix24Sandbox, gateway: Bitrix24, company: int | None
):
    draft = replace(DRAFT, company=company)
    first = tasks.ensure(gateway, draft, deadline=soon())
    fields = server.company.tasks[first.id].fields
    for month in range(60):  # of the same client, on two pages
        others = fields | {"DESCRIPTION": f"#other-{month}"}
        server.company.tasks[1000 + month] = Task(1000 + month, others)

    again = tasks.ensure(gateway, replace(DRAFT, responsible=3), deadline=soon())

    assert again == first
    assert len(server.company.tasks) == 61


@pytest.mark.parametrize("title", [DRAFT.title, "Переименована менеджером"])
@pytest.mark.parametrize("created", [datetime(2023, 5, 5, tzinfo=UTC), datetime(2024, 4, 2, tzinfo=UTC)])
@pytest.mark.parametrize("others", ["Позвонить клиенту", DRAFT.title])
def test_a_task_is_found_among_a_thousand_of_its_company(
    server: Bitrix24Sandbox, gateway: Bitrix24, title: str, created: datetime, others: str
):
    made = tasks.ensure(gateway, DRAFT, deadline=soon())
    task = server.company.tasks[made.id]
    task.fields["TITLE"], task.created = title, datetime(2024, 4, 1, tzinfo=UTC)
    for number in range(1050):
        fields = {"TITLE": others, "UF_CRM_TASK": ["CO_5"], "DESCRIPTION": "старая", "RESPONSIBLE_ID": 2}
        server.company.tasks[90000 + number] = Task(90000 + number, fields, created=created)
    server.counts.clear()

    assert tasks.ensure(gateway, DRAFT, deadline=soon()) == made
    if created.year == 2023:
        assert server.counts["tasks.task.list"] <= 2


@pytest.mark.parametrize("fault", [*DONE, *NOT_DONE])
def test_an_unknown_outcome_leads_to_one_task(
    server: Bitrix24Sandbox, gateway: Bitrix24, no_waits: None, fault: str
):
    server.set_fault("tasks.task.add", fault, times=1)
    if fault in NOT_DONE:
        with pytest.raises(Bitrix24Unclear) as caught:
            tasks.ensure(gateway, DRAFT, is_new=True, deadline=soon())
        # Bitrix24 may still be at work: looking any sooner proves nothing.
        assert 50 < caught.value.not_before - time.time() <= 60

    made = tasks.ensure(gateway, DRAFT, deadline=soon())

    assert list(server.company.tasks) == [made.id]


def test_a_long_name_is_cut_and_found_again(server: Bitrix24Sandbox, gateway: Bitrix24):
    draft = replace(DRAFT, title="Отправить акт " + "я" * 300, company=None)

    assert tasks.ensure(gateway, draft, deadline=soon()) == tasks.ensure(gateway, draft, deadline=soon())
    assert len(server.company.tasks) == 1


def test_what_bitrix24_does_not_want_is_said(gateway: Bitrix24):
    with pytest.raises(Bitrix24Refused):
        tasks.ensure(gateway, replace(DRAFT, files=(71,)), deadline=soon())


@pytest.mark.parametrize(
    ("manager", "responsible", "sentence"),
    [(2, 2, ""), (4, 3, "Пётр здесь больше не работает"), (99, 3, "нет менеджера"), (0, 3, "нет менеджера")],
)
def test_a_manager_who_cannot_have_it_is_replaced_and_the_task_says_so(
    server: Bitrix24Sandbox, gateway: Bitrix24, manager: int, responsible: int, sentence: str
):
    draft = tasks.assign(
        replace(DRAFT, responsible=manager), PEOPLE, fallback=3,
        missing="нет менеджера", dismissed="{name} здесь больше не работает",
    )  # fmt: skip
    made = tasks.ensure(gateway, draft, deadline=soon())

    assert made.responsible == responsible
    assert server.company.tasks[made.id].fields["DESCRIPTION"].startswith(sentence or "Акт за март")


@pytest.mark.parametrize("fallback", [0, 4, 99])
def test_without_a_fallback_the_setting_is_named(fallback: int):
    with pytest.raises(Bitrix24SetupError) as caught:
        tasks.assign(replace(DRAFT, responsible=4), PEOPLE, fallback=fallback, missing="", dismissed="")

    assert caught.value.reason == "manager"


@pytest.mark.parametrize("fault", ["", *DONE, *NOT_DONE[:3]])
def test_a_notification_comes_once(server: Bitrix24Sandbox, gateway: Bitrix24, no_waits: None, fault: str):
    if fault:
        server.set_fault("im.notify.personal.add", fault, times=1)

    notifications.notify(gateway, 2, "Месяц закрыт", tag="month-2024-03", deadline=soon())

    assert [(note.person, note.message) for note in server.company.notes] == [(2, "Месяц закрыт")]


def test_nobody_cannot_be_notified(gateway: Bitrix24):
    with pytest.raises(Bitrix24NotFound):
        notifications.notify(gateway, 99, "x", tag="t", deadline=soon())


@pytest.mark.parametrize("fault", ["", *DONE, *NOT_DONE])
def test_a_comment_stands_once_in_the_timeline(
    server: Bitrix24Sandbox, gateway: Bitrix24, no_waits: None, fault: str
):
    def say() -> int:
        return notifications.comment(
            gateway, 5, "Акт выдан", marker="#act-1", files=[("a.pdf", b"PDF")], deadline=soon()
        )

    if fault:
        server.set_fault("crm.timeline.comment.add", fault, times=1)
    if fault in NOT_DONE:
        with pytest.raises(Bitrix24Unclear):
            say()

    assert say() == say()
    assert [(each.text, each.files) for each in server.company.comments] == [
        ("Акт выдан\n\n#act-1", (("a.pdf", b"PDF"),))
    ]
