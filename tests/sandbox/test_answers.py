"""The three endpoints keep the contract."""

import json
from base64 import b64decode
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import requests
from pypdf import PdfReader

from sandbox.onec import OneCSandbox
from tests.sandbox.conftest import Ask

STRANGER = "00000000-0000-0000-0000-000000000001"


def exact(response: requests.Response) -> Any:
    return json.loads(response.content, parse_float=Decimal, parse_int=Decimal)


def test_ping_names_the_service(ask: Ask) -> None:
    assert ask("ping").json() == {"service": "reconciliation", "version": "1", "configuration": "Sandbox 1.0"}


def test_an_act_has_everything_of_the_contract_and_balances(ask_act: Ask) -> None:
    act = exact(ask_act())
    rows = act["transactions"]
    assert act["counterparty"] == act["counterparty_details"]["name"] == "ООО «Ромашка»"
    assert act["period"] == {"from": "2026-10-01", "to": "2026-10-31"}
    assert act["closing_balance"] == act["opening_balance"] + sum(
        row["debit"] - row["credit"] for row in rows
    )
    assert act["closing_balance"] == sum(contract["closing_balance"] for contract in act["contracts"])
    assert {row["contract"] for row in rows} <= {contract["guid"] for contract in act["contracts"]}
    assert act["organization"]["name"] == "ООО «Поставщик»"
    assert act["counterparty_details"]["signatory"]["position"]


def test_an_act_asked_for_as_a_pdf_holds_nothing_else(onec: OneCSandbox, ask_act: Ask) -> None:
    answer = ask_act(format="pdf").json()
    assert set(answer) == {"counterparty", "period", "pdf_base64"}
    assert onec.pdfs_drawn == 1


def test_the_pdf_holds_the_name_and_the_figures(ask_act: Ask) -> None:
    act = ask_act(format="both").json()
    text = "".join(p.extract_text() for p in PdfReader(BytesIO(b64decode(act["pdf_base64"]))).pages)
    assert "ООО «Ромашка»" in text
    assert all(row["document"] in text for row in act["transactions"])
    assert f"{Decimal(str(act['closing_balance'])):,.2f}".replace(",", " ").replace(".", ",") in text


def test_a_contract_can_be_asked_for_alone(ask_act: Ask, onec: OneCSandbox) -> None:
    contract = onec.ledger.counterparties[0].contracts[1]
    act = exact(ask_act(contract_guid=contract.guid))
    assert [c["guid"] for c in act["contracts"]] == [contract.guid]
    assert act["closing_balance"] == act["contracts"][0]["closing_balance"]


@pytest.mark.parametrize(
    "query",
    [
        {"date_from": "01.10.2026"}, {"date_from": "20261001"}, {"date_from": ""},
        {"date_to": "2026-02-30"}, {"date_from": "2026-11-01"}, {"counterparty_guid": "abc-123"},
        {"format": "docx"},
    ],
)  # fmt: skip
def test_bad_parameters_are_refused_with_a_reason(ask_act: Ask, query: dict[str, str]) -> None:
    response = ask_act(**query)
    assert response.status_code == 400
    assert response.json()["error"]


@pytest.mark.parametrize("parameter", ["counterparty_guid", "contract_guid"])
def test_an_unknown_guid_is_not_found(ask_act: Ask, parameter: str) -> None:
    response = ask_act(**{parameter: STRANGER})
    assert response.status_code == 404
    assert "not found" in response.json()["error"]


@pytest.mark.long
def test_the_directory_pages_through_everybody_once(ask: Ask, onec: OneCSandbox) -> None:
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = ask("counterparties", on_date="2026-10-31", limit=199, after=after).json()
        seen += [entry["guid"] for entry in page["counterparties"]]
        after = page["next"]
    assert seen == [c.guid for c in onec.ledger.counterparties]


def test_the_last_page_has_no_next_even_when_it_is_full(ask: Ask) -> None:
    assert ask("counterparties", limit=500).json()["next"] is None
    assert ask("counterparties", limit=499).json()["next"]


def test_non_zero_counts_credit_and_offset_balances(ask: Ask) -> None:
    page = exact(ask("counterparties", on_date="2026-10-31", nonzero="true"))
    balances = [entry["balance"] for entry in page["counterparties"]]
    assert 400 < len(balances) < 500
    assert any(balance < 0 for balance in balances)
    assert any(balance == 0 for balance in balances)


def test_the_directorys_balance_is_the_acts_closing(ask: Ask, ask_act: Ask) -> None:
    entry = exact(ask("counterparties", on_date="2026-10-31", limit=1))["counterparties"][0]
    assert entry["balance"] == exact(ask_act())["closing_balance"]
    assert set(entry) == {"guid", "name", "inn", "kpp", "email", "balance", "currency", "bitrix24_company_id"}


@pytest.mark.parametrize(
    "query",
    [{"limit": "0"}, {"limit": "1001"}, {"limit": "x"}, {"nonzero": "1"}, {"after": "x"}, {"on_date": "x"}],
)
def test_a_bad_page_is_refused(ask: Ask, query: dict[str, str]) -> None:
    assert ask("counterparties", **query).status_code == 400
