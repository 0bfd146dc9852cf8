"""The methods' answers, shapes and error codes, as the documentation and real servers have them."""

import base64
from typing import Any

import pytest
import requests

from sandbox.bitrix24.company import ACTS_FOLDER_ID, GUID_FIELD, ROOT_ID
from sandbox.bitrix24.server import Bitrix24Sandbox
from tests.sandbox.bitrix24.conftest import Call

PDF = base64.b64encode(b"%PDF-1.4").decode()
FILE = {"id": ACTS_FOLDER_ID, "data": {"NAME": "a.pdf"}, "fileContent": ["a.pdf", PDF]}


def test_an_answer_carries_its_time(call: Call):
    block = call("scope").json()["time"]

    assert set(block) == {
        "start", "finish", "duration", "processing", "date_start", "date_finish", "operating_reset_at",
        "operating",
    }  # fmt: skip
    assert block["operating"] == pytest.approx(block["processing"])
    assert 599 <= block["operating_reset_at"] - block["finish"] <= 601


def test_methods_are_found_in_any_case_with_and_without_json(server: Bitrix24Sandbox):
    for name in ("scope", "SCOPE.json", "Scope"):
        for send in (requests.get, requests.post):
            assert send(f"{server.webhook}{name}", timeout=5).json()["result"] == [
                "crm",
                "disk",
                "im",
                "task",
                "user_brief",
            ]


def test_a_fresh_file_has_numbers_and_a_read_one_texts(call: Call):
    made = call("disk.folder.uploadfile", **FILE).json()["result"]
    read = call("disk.folder.getchildren", id=ACTS_FOLDER_ID).json()["result"][0]

    assert [type(made[key]) for key in ("ID", "FILE_ID", "DELETED_TYPE", "SIZE")] == [int, int, int, str]
    assert [type(read[key]) for key in ("ID", "FILE_ID", "DELETED_TYPE", "SIZE")] == [str, str, str, str]
    assert (read["ID"], read["NAME"], read["SIZE"], read["PARENT_ID"]) == (
        str(made["ID"]),
        "a.pdf",
        "8",
        "8930",
    )
    assert requests.get(read["DOWNLOAD_URL"], timeout=5).content == b"%PDF-1.4"


@pytest.mark.parametrize(
    ("method", "params", "status", "code"),
    [
        ("disk.folder.uploadfile", {**FILE, "data": {"NAME": "A.PDF"}}, 400, "DISK_OBJ_22000"),
        ("disk.folder.uploadfile", {**FILE, "data": {}}, 400, "DISK_BASE_SERVICE_22001"),
        ("disk.folder.uploadfile", {**FILE, "id": 77}, 400, "ERROR_NOT_FOUND"),
        ("disk.folder.uploadfile", {"data": {"NAME": "b"}, "fileContent": PDF}, 400, "ERROR_ARGUMENT"),
        ("disk.folder.uploadfile", {**FILE, "data": {"NAME": "b"}, "fileContent": "§"}, 400, ""),
        ("disk.folder.addsubfolder", {"id": ROOT_ID, "data": {"NAME": "акты сверки"}}, 400, "DISK_OBJ_22000"),
        ("disk.storage.getforapp", {}, 403, "WRONG_AUTH_TYPE"),
        ("tasks.task.add", {}, 400, "100"),
        ("tasks.task.add", {"fields": {"TITLE": "x"}}, 400, "ERROR_CORE"),
        ("tasks.task.add", {"fields": {"TITLE": "x", "RESPONSIBLE_ID": 4}}, 400, "ERROR_CORE"),
        ("crm.item.list", {"entityTypeId": 4, "filter": {"UF_CRM_NO": "x"}}, 400, "INVALID_ARG_VALUE"),
        ("crm.item.get", {"entityTypeId": 4, "id": 1}, 400, "NOT_FOUND"),
        ("placement.bind", {"PLACEMENT": "CRM_COMPANY_DETAIL_TAB"}, 403, "WRONG_AUTH_TYPE"),
        ("messageService.send", {}, 404, "ERROR_METHOD_NOT_FOUND"),
    ],
)
def test_refusals(call: Call, method: str, params: dict[str, object], status: int, code: str):
    call("disk.folder.uploadfile", **FILE)

    refusal = call(method, **params)

    assert (refusal.status_code, refusal.json()["error"]) == (status, code)
    assert "time" not in refusal.json()


def test_a_taken_name_can_be_made_unique_or_given_a_new_version(call: Call):
    first = call("disk.folder.uploadfile", **FILE).json()["result"]
    second = call("disk.folder.uploadfile", **FILE, generateUniqueName=True).json()["result"]
    newer = call(
        "disk.file.uploadversion", id=first["ID"], fileContent=["a.pdf", base64.b64encode(b"new").decode()]
    )

    assert second["NAME"] == "a (1).pdf"
    assert (newer.json()["result"]["ID"], newer.json()["result"]["SIZE"]) == (str(first["ID"]), "3")


def test_names_are_corrected(call: Call):
    made = call("disk.folder.uploadfile", **{**FILE, "data": {"NAME": ' ООО "А/Б".pdf '}})

    assert made.json()["result"]["NAME"] == "ООО _А_Б_.pdf"


def test_tasks_are_found_by_title_company_and_tag(server: Bitrix24Sandbox, call: Call):
    fields = {"TITLE": "Акт 100%", "RESPONSIBLE_ID": 2, "UF_CRM_TASK": ["CO_10"], "DESCRIPTION": "d"}
    made = call("tasks.task.add", fields=fields).json()["result"]["task"]
    call("tasks.task.add", fields={**fields, "TITLE": "Другая", "UF_CRM_TASK": ["CO_11"]})

    for wanted in ({"TITLE": "Акт 100%"}, {"UF_CRM_TASK": "CO_10"}, {"%TITLE": "акт"}):
        listed = call("tasks.task.list", filter=wanted, select=["ID", "UF_CRM_TASK", "DESCRIPTION"]).json()
        assert listed["result"]["tasks"] == [{"id": made["id"], "ufCrmTask": ["CO_10"], "description": "d"}]
        assert listed["total"] == 1


def test_lists_come_in_pages_of_fifty_or_by_the_last_id(call: Call):
    first = call("crm.item.list", entityTypeId=4).json()
    last = call("crm.item.list", entityTypeId=4, start=100).json()
    bulk = call("crm.item.list", entityTypeId=4, filter={">id": 59}, order={"id": "ASC"}, start=-1).json()

    assert (first["total"], first["next"], len(first["result"]["items"])) == (120, 50, 50)
    assert ("next" in last, len(last["result"]["items"])) == (False, 20)
    assert ([item["id"] for item in bulk["result"]["items"]], "total" in bulk) == (
        list(range(60, 110)),
        False,
    )


def test_a_company_is_found_by_its_guid(call: Call):
    params = {"entityTypeId": 4, "filter": {GUID_FIELD: "guid-3"}, "useOriginalUfNames": "Y"}

    items = call("crm.item.list", **params).json()["result"]["items"]

    assert items == [{"id": 13, "title": "ООО «Клиент 3»", "assignedById": 3, GUID_FIELD: "guid-3"}]


def test_a_tag_used_again_replaces_the_notification(server: Bitrix24Sandbox, call: Call):
    for text in ("первое", "второе"):
        call("im.notify.personal.add", USER_ID=2, MESSAGE=text, TAG="act-1")

    assert [note.message for note in server.company.notes] == ["второе"]
    assert call("im.notify.personal.add", USER_ID=99, MESSAGE="x").json()["result"] is False


def test_a_comment_stands_in_the_companys_timeline(server: Bitrix24Sandbox, call: Call):
    fields = {"ENTITY_ID": 10, "ENTITY_TYPE": "company", "COMMENT": "Акт", "FILES": [["a.pdf", PDF]]}

    assert isinstance(call("crm.timeline.comment.add", fields=fields).json()["result"], int)
    assert server.company.comments[0].files == (("a.pdf", b"%PDF-1.4"),)


@pytest.mark.parametrize(
    ("commands", "result", "errors"),
    [
        ({"a": "profile"}, {"a": "1"}, []),
        (["profile"], ["1"], []),
        ({"a": "nothing"}, [], {"a": "ERROR_METHOD_NOT_FOUND"}),
        ({"a": "user.get?ID=3", "b": "user.get?ID=$result[a][0][ID]"}, {"a": "3", "b": "3"}, []),
    ],
)
def test_a_batch_has_the_shapes_of_php(call: Call, commands: object, result: object, errors: object):
    found = call("batch", halt=0, cmd=commands).json()["result"]

    def ids(value: Any) -> object:
        rows = value if isinstance(value, list) else [value]
        return rows[0]["ID"]

    told, failed = found["result"], found["result_error"]
    shaped = (
        {key: ids(each) for key, each in told.items()}
        if isinstance(told, dict)
        else [ids(each) for each in told]
    )
    refused = {key: each["error"] for key, each in failed.items()} if isinstance(failed, dict) else failed
    assert (shaped, refused) == (result, errors)


def test_a_batch_of_over_fifty_is_refused_and_a_false_in_it_is_true(server: Bitrix24Sandbox, call: Call):
    assert (
        call("batch", cmd={f"n{n}": "scope" for n in range(51)}).json()["error"]
        == "ERROR_BATCH_LENGTH_EXCEEDED"
    )
    call("disk.folder.uploadfile", **FILE)
    query = f"id={ACTS_FOLDER_ID}&data[NAME]=a.pdf&fileContent={PDF}&generateUniqueName=False"
    found = call("batch", cmd={"a": f"disk.folder.uploadfile?{query}"}).json()["result"]["result"]
    assert found["a"]["NAME"] == "a (1).pdf"


def test_scopes_that_the_webhook_lacks_are_missed(server: Bitrix24Sandbox, call: Call):
    server.company.scopes.remove("disk")

    refusal = call("disk.storage.getlist")

    assert (refusal.status_code, refusal.json()["error"]) == (401, "insufficient_scope")


def test_an_application_calls_with_its_token_until_it_runs_out(server: Bitrix24Sandbox):
    given = server.oauth.install()
    url = f"{server.url}/rest/scope.json"
    assert requests.post(url, json={"auth": given["access_token"]}, timeout=5).ok
    assert requests.post(url, json={}, timeout=5).json()["error"] == "NO_AUTH_FOUND"

    server.oauth.expire()

    assert (
        requests.post(url, json={"auth": given["access_token"]}, timeout=5).json()["error"] == "expired_token"
    )
    query = {
        "grant_type": "refresh_token", "client_id": "local.sandbox", "client_secret": "sandbox-client-secret",
        "refresh_token": given["refresh_token"],
    }  # fmt: skip
    renewed = requests.get(f"{server.url}/oauth/token/", params=query, timeout=5).json()
    assert requests.post(url, json={"auth": renewed["access_token"]}, timeout=5).ok
    assert (
        requests.get(f"{server.url}/oauth/token/", params=query, timeout=5).json()["error"] == "invalid_grant"
    )
