"""Every fault does on the connection what its name says, and nothing once it is off."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import requests

from sandbox.faults import UnknownFault
from sandbox.onec import OneCSandbox
from tests.sandbox.conftest import Ask

Check = Callable[[requests.Response], bool]

NBSP, NARROW = "\u00a0", "\u202f"
VALUES = {"huge_body": 2, "gzip_bomb": 3, "endless_body": 2, "many_rows": 400, "slow": 0.1}


def act(response: requests.Response) -> Any:
    return json.loads(response.content, parse_float=Decimal, parse_int=Decimal)


def status(code: int, *texts: str) -> Check:
    return lambda r: r.status_code == code and all(text in r.content.decode() for text in texts)


def first_row(check: Callable[[Any], bool]) -> Check:
    return lambda r: check(act(r)["transactions"][0])


def whole(check: Callable[[Any], bool]) -> Check:
    return lambda r: check(act(r))


def difference(answer: Any) -> Decimal:
    turnover = sum(row["debit"] - row["credit"] for row in answer["transactions"])
    return Decimal(answer["closing_balance"] - answer["opening_balance"] - turnover)


def contract_differences(answer: Any) -> list[Decimal]:
    return [
        contract["closing_balance"]
        - contract["opening_balance"]
        - sum(r["debit"] - r["credit"] for r in answer["transactions"] if r["contract"] == contract["guid"])
        for contract in answer["contracts"]
    ]


CHECKS: dict[str, Check] = {
    "session_expired": status(406, 'reason="406"', "Истекло время ожидания сеанса"),
    "stale_session": status(404, "Сеанс не найден"),
    "bom": lambda r: r.content.startswith(b"\xef\xbb\xbf{"),
    "text_html": lambda r: r.headers["Content-Type"].startswith("text/html") and act(r)["period"],
    "pretty": lambda r: r.content.count(b"\r\n\t") > 20 and difference(act(r)) == 0,
    "crlf_base64": lambda r: b"\\r\\n" in r.content and "\r\n" in act(r)["pdf_base64"],
    "date_times": whole(lambda a: a["period"]["from"] == "2026-10-01T00:00:00"),
    "date_offset": whole(lambda a: a["period"]["to"] == "2026-10-31T00:00:00+03:00"),
    "date_z": first_row(lambda row: row["date"].endswith("T00:00:00Z")),
    "date_utc": whole(lambda a: a["period"]["from"] == "2026-09-30T21:00:00Z"),
    "empty_dates": first_row(lambda row: row["document_date"] == "0001-01-01T00:00:00"),
    "localized_numbers": whole(lambda a: NBSP in a["closing_balance"] and a["closing_balance"][-3] == ","),
    "localized_numbers_narrow": whole(lambda a: NARROW in a["opening_balance"]),
    "empty_zeros": first_row(lambda row: "" in (row["debit"], row["credit"])),
    "line_separators": lambda r: b"\\u2028" in r.content and "\u2029" in act(r)["counterparty"],
    "minimal": whole(
        lambda a: (
            set(a)
            == {"counterparty", "period", "opening_balance", "transactions", "closing_balance", "pdf_base64"}
            and set(a["transactions"][0]) == {"date", "document", "debit", "credit"}
        )
    ),
    "wrong_counterparty": whole(
        lambda a: a["counterparty"] == a["counterparty_details"]["name"] == "ООО «Чужой»"
    ),
    "unbalanced": whole(lambda a: difference(a) == Decimal("0.01")),
    "unbalanced_contract": whole(
        lambda a: difference(a) == 0 and contract_differences(a) == [Decimal("0.01"), Decimal("-0.01")]
    ),
    "wrong_currency": whole(lambda a: a["currency"] == "USD"),
    "many_rows": whole(
        lambda a: (
            len(a["transactions"]) in (399, 400) and difference(a) == 0 and not any(contract_differences(a))
        )
    ),
    "unasked_pdf": whole(lambda a: a["pdf_base64"]),
    "html_in_names": whole(lambda a: "<script>" in a["counterparty"]),
    "control_characters": whole(lambda a: a["counterparty"].startswith("\x00\x08\x1b")),
    "lone_surrogates": lambda r: b"\\ud83d \\ude00" in r.content,
    "long_names": whole(lambda a: max(map(len, a["counterparty"].split())) >= 290),
    "slow": lambda r: r.elapsed.total_seconds() >= VALUES["slow"],
}
"""Faults that the portal understands: nothing else would show that they were really sent."""


@pytest.mark.parametrize("name", CHECKS)
def test_a_fault_shows_on_the_wire_once_and_no_more(
    onec: OneCSandbox, ask_act: Ask, guid: str, name: str
) -> None:
    headers = {"Cookie": "ibsession=x"} if "session" in name else {"IBSession": "start"}
    asked = "json" if name == "unasked_pdf" else "both"
    onec.set_fault(guid, name, VALUES.get(name), times=1)
    assert CHECKS[name](ask_act(headers, format=asked))
    assert onec.calls[-1].faults == [name]
    if "session" not in name:
        after = ask_act(format=asked)
        assert difference(act(after)) == 0
        assert ("pdf_base64" in act(after)) == (asked == "both")


def test_a_fault_of_one_counterparty_leaves_the_others_alone(
    onec: OneCSandbox, ask_act: Ask, guid: str
) -> None:
    onec.set_fault(guid, "busy")
    assert ask_act().status_code == 503
    assert ask_act(counterparty_guid=onec.ledger.counterparties[1].guid).ok


def test_a_fault_can_come_at_every_so_manieth_call(onec: OneCSandbox, ask_act: Ask) -> None:
    onec.set_fault("*", "busy", times=1, every=2)
    assert [ask_act().status_code for _ in range(4)] == [200, 503, 200, 200]


@pytest.mark.parametrize(
    "name", ["html_in_names", "localized_numbers", "null_field", "huge_number", "missing_field"]
)
def test_a_fault_of_one_counterparty_shows_in_its_entry_of_the_directory(
    onec: OneCSandbox, ask: Ask, guid: str, name: str
) -> None:
    right = ask("counterparties", on_date="2026-10-31", limit=2).json()["counterparties"]
    onec.set_fault(guid, name)
    wrong = ask("counterparties", on_date="2026-10-31", limit=2).json()["counterparties"]
    assert wrong[0] != right[0]
    assert wrong[1] == right[1]


def test_an_unknown_fault_is_refused_by_name(onec: OneCSandbox) -> None:
    with pytest.raises(UnknownFault, match="boom"):
        onec.set_fault("*", "boom")
