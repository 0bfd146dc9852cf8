"""Limits, faults, the page, and the command."""

import time

import pytest
import requests

from sandbox.bitrix24.company import ACTS_FOLDER_ID
from sandbox.bitrix24.faults import FAULTS
from sandbox.bitrix24.limits import Sizes
from sandbox.bitrix24.server import Bitrix24Sandbox
from tests.sandbox.bitrix24.conftest import Call
from tests.sandbox.test_main import running


def test_the_bucket_runs_over_and_drains():
    with Bitrix24Sandbox(sizes=Sizes(rate=10, burst=3)) as server:
        statuses = [requests.post(f"{server.webhook}scope", timeout=5).status_code for _ in range(5)]
        assert statuses[:3] == [200] * 3
        assert statuses[-1] == 503
        time.sleep(0.15)
        assert requests.post(f"{server.webhook}scope", timeout=5).ok


def test_the_window_of_one_method_fills_and_moves_on():
    with Bitrix24Sandbox(sizes=Sizes(operating=0.05, window=0.5), seconds=0.03) as server:
        codes = [requests.post(f"{server.webhook}scope", timeout=5).status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        assert requests.post(f"{server.webhook}profile", timeout=5).ok
        time.sleep(0.6)
        assert requests.post(f"{server.webhook}scope", timeout=5).ok


def test_the_time_of_a_batch_counts_for_batch_and_its_commands_say_the_same():
    """As measured on a portal: bitrix24/b24jssdk#459, #539."""
    with Bitrix24Sandbox(sizes=Sizes(operating=0.05), seconds=0.03) as server:
        body = {"cmd": {f"n{n}": "scope" for n in range(3)}}
        found = requests.post(f"{server.webhook}batch", json=body, timeout=5).json()
        again = requests.post(f"{server.webhook}batch", json=body, timeout=5)
        alone = requests.post(f"{server.webhook}scope", timeout=5)

    told = {block["operating"] for block in found["result"]["result_time"].values()}
    assert told == {found["time"]["operating"]}
    assert found["time"]["operating"] >= 0.09
    assert (again.status_code, again.json()["error"]) == (429, "OPERATION_TIME_LIMIT")
    assert alone.json()["time"]["operating"] < 0.05


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.refusal])
def test_each_refusal_comes_as_often_as_told(server: Bitrix24Sandbox, call: Call, name: str):
    server.set_fault("*", name, times=1)

    refused, passed = (call("disk.folder.getchildren", id=ACTS_FOLDER_ID) for _ in range(2))

    assert (refused.ok, passed.ok) == (False, True)


@pytest.mark.parametrize(("name", "done"), [("cut_before", 0), ("cut_after", 1), ("cut_body", 1)])
def test_a_line_is_cut_before_or_after_the_work(server: Bitrix24Sandbox, call: Call, name: str, done: int):
    server.set_fault("im.notify.personal.add", name, times=1)

    with pytest.raises(requests.RequestException):
        call("im.notify.personal.add", USER_ID=2, MESSAGE="x")

    assert len(server.company.notes) == done


def test_the_page_shows_what_a_manager_would_see_and_switches_faults(server: Bitrix24Sandbox, call: Call):
    file = {"id": ACTS_FOLDER_ID, "data": {"NAME": "<Акт>.pdf"}, "fileContent": "JVBERg=="}
    number = call("disk.folder.uploadfile", **file).json()["result"]["ID"]
    fields = {
        "TITLE": "Отправить <b>",
        "RESPONSIBLE_ID": 3,
        "UF_CRM_TASK": ["CO_11"],
        "UF_TASK_WEBDAV_FILES": [f"n{number}"],
    }
    call("tasks.task.add", fields=fields)
    call("im.notify.personal.add", USER_ID=2, MESSAGE="Месяц закрыт")
    call(
        "crm.timeline.comment.add",
        fields={"ENTITY_TYPE": "company", "ENTITY_ID": 12, "COMMENT": "Акт подписан"},
    )
    answer = requests.post(
        f"{server.url}/_control/faults", json={"method": "*", "fault": "slow", "times": 1}, timeout=5
    )

    page = requests.get(server.url, timeout=5).text

    assert answer.json() == {"done": True}
    for text in (
        "_Акт_.pdf", "Отправить &lt;b&gt;", "Мария Менеджер", "ООО «Клиент 1»", "Месяц закрыт",
        "ООО «Клиент 2»",
        "Акт подписан", "<td>slow</td><td>5.0</td><td>1</td>", server.webhook,
    ):  # fmt: skip
        assert text in page
    assert requests.get(f"{server.url}/files/{number}", timeout=5).content == b"%PDF"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/_control/faults", '{"method": "*", "fault": "none"}', 400),
        ("POST", "/_control/faults", "not json", 400),
        ("GET", "/_control/nothing", "", 404),
        ("DELETE", "/_control/faults", "", 200),
        ("GET", "/_control/faults", "", 200),
        ("GET", "/_control/state", "", 200),
        ("POST", "/_control/install", "", 200),
        ("GET", "/files/8930", "", 404),
    ],
)
def test_control_calls(server: Bitrix24Sandbox, method: str, path: str, body: str, status: int):
    assert requests.request(method, f"{server.url}{path}", data=body, timeout=5).status_code == status


def test_the_command_knows_the_companies_of_1c():
    with running("bitrix24", "--port", "0", "--operating", "9", "--window", "10") as (_program, line):
        assert line.startswith("Bitrix24 sandbox: http://127.0.0.1:")
        webhook = line.split()[2]
        params = {"entityTypeId": 4, "select": ["*"], "filter": {"title": "ООО «Ромашка»"}}
        found = requests.post(f"{webhook}crm.item.list", json=params, timeout=5).json()
        assert [item["title"] for item in found["result"]["items"]] == ["ООО «Ромашка»"]
