"""Clients that others wrote work on the stand-in unchanged."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from b24pysdk import BitrixWebhook
from b24pysdk.errors import BitrixAPIError, BitrixAPIInvalidCredentials, BitrixAPIQueryLimitExceeded
from fast_bitrix24 import Bitrix

from sandbox.bitrix24.company import ACTS_FOLDER_ID
from sandbox.bitrix24.server import Bitrix24Sandbox
from tests.reconciliation.peer import certificate
from tests.sandbox.bitrix24.conftest import firms

FILE = {"id": ACTS_FOLDER_ID, "data": {"NAME": "Акт №1.pdf"}, "fileContent": ["Акт №1.pdf", "JVBERi0xLjQ="]}


@pytest.fixture
def over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bitrix24Sandbox]:
    """Bitrix24 over https, which b24pysdk insists on."""
    context, bundle = certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    with Bitrix24Sandbox(firms=firms(120), tls=context) as running:
        yield running


def test_b24pysdk_calls_lists_batches_and_reads_errors(over_tls: Bitrix24Sandbox):
    token = BitrixWebhook(domain=f"127.0.0.1:{over_tls.port}", webhook_token=f"1/{over_tls.secret}")

    made = token.call_method("disk.folder.uploadfile", FILE)["result"]
    client = token.get_client()
    companies = client.crm.item.list(entity_type_id=4, select=["id", "title"]).as_list().result
    batch = client.call_batch({"a": client.disk.file.get(made["ID"]), "b": client.disk.file.get(1)})

    assert (made["NAME"], type(made["ID"])) == ("Акт №1.pdf", int)
    assert len(list(companies)) == 120
    assert batch.result.result["a"]["SIZE"] == "8"
    assert batch.result.result_error["b"]["error"] == "ERROR_NOT_FOUND"
    assert batch.time.operating is not None
    with pytest.raises(BitrixAPIError) as taken:
        token.call_method("disk.folder.uploadfile", FILE)
    assert taken.value.json_response["error"] == "DISK_OBJ_22000"
    over_tls.set_fault("*", "query_limit", times=1)
    with pytest.raises(BitrixAPIQueryLimitExceeded):
        token.call_method("scope", max_retries=1)
    with pytest.raises(BitrixAPIInvalidCredentials):
        BitrixWebhook(domain=f"127.0.0.1:{over_tls.port}", webhook_token="1/other").call_method("scope")


def test_fast_bitrix24_gets_all_pages_and_calls_in_batches(server: Bitrix24Sandbox):
    client = Bitrix(server.webhook, verbose=False)

    companies: Any = client.get_all("crm.company.list", {"select": ["ID", "TITLE"]})
    by_id: Any = client.get_by_ID("crm.company.get", [10, 11, 12])
    tasks: Any = client.call(
        "tasks.task.add", [{"fields": {"TITLE": f"Отправить акт {n}", "RESPONSIBLE_ID": 2}} for n in range(3)]
    )

    assert sorted(int(company["ID"]) for company in companies) == list(range(10, 130))
    assert {company["TITLE"] for company in by_id.values()} == {f"ООО «Клиент {n}»" for n in range(3)}
    assert [task["title"] for task in tasks] == [f"Отправить акт {n}" for n in range(3)]
    assert len(server.company.tasks) == 3
