"""Every fault does on the connection what its name says, and nothing once it is off."""

import gzip
import json
import socket
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
import requests

from sandbox.faults import FAULTS, UnknownFault
from sandbox.onec import OneCSandbox
from tests.sandbox.conftest import OCTOBER, Ask

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
    "bearer_intercepted": status(500, "ошибка формата потока"),
    "unauthorized": lambda r: r.status_code == 401 and "1C:Enterprise 8.3" in r.headers["WWW-Authenticate"],
    "forbidden": status(403, '"error"'),
    "not_published": status(404, "Apache"),
    "unknown": status(404, '"error"'),
    "bad_request": status(400, '"error"'),
    "session_expired": status(406, 'reason="406"', "Истекло время ожидания сеанса"),
    "stale_session": status(404, "Сеанс не найден"),
    "no_licence_500": status(500, "Не обнаружено свободной лицензии"),
    "no_licence_503": status(503, "Не обнаружено свободной лицензии"),
    "busy": lambda r: r.status_code == 503 and r.headers["Retry-After"] == "2",
    "too_many": lambda r: r.status_code == 429 and r.headers["Retry-After"] == "2",
    "broken_extension": status(500, "Переменная не определена"),
    "wrong_usr_pwd": status(500, "Идентификация пользователя не выполнена"),
    "redirect": lambda r: r.status_code == 302 and r.headers["Location"] == "/elsewhere",
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
    "missing_field": whole(lambda a: "closing_balance" not in a),
    "null_field": whole(lambda a: a["closing_balance"] is None),
    "field": whole(lambda a: a["closing_balance"] == []),
    "bad_number": whole(lambda a: a["closing_balance"] == "сорок пять"),
    "nan": lambda r: b'"closing_balance": NaN' in r.content,
    "exponent_bomb": lambda r: b'"closing_balance": 1e999999999' in r.content,
    "huge_number": lambda r: b"9" * 400 in r.content,
    "three_decimals": whole(lambda a: a["closing_balance"] % Decimal("0.01") != 0 and difference(a) == 0),
    "bad_date": first_row(lambda row: row["date"] == "2024-02-30"),
    "wrong_period": whole(lambda a: a["period"] == {"from": "2026-09-03", "to": "2026-10-03"}),
    "wrong_counterparty": whole(
        lambda a: a["counterparty"] == a["counterparty_details"]["name"] == "ООО «Чужой»"
    ),
    "outside_period": whole(lambda a: a["transactions"][0]["date"] == "2026-09-30" and difference(a) == 0),
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
    "not_a_pdf": whole(lambda a: a["pdf_base64"].startswith("PGh0bWw+")),
    "bad_base64": whole(lambda a: a["pdf_base64"].startswith("%PDF")),
    "pdf_only": whole(lambda a: set(a) == {"counterparty", "period", "pdf_base64"}),
    "unasked_pdf": whole(lambda a: a["pdf_base64"]),
    "no_pdf": whole(lambda a: "pdf_base64" not in a),
    "html_in_names": whole(lambda a: "<script>" in a["counterparty"]),
    "control_characters": whole(lambda a: a["counterparty"].startswith("\x00\x08\x1b")),
    "lone_surrogates": lambda r: b"\\ud83d \\ude00" in r.content,
    "long_names": whole(lambda a: max(map(len, a["counterparty"].split())) >= 290),
    "duplicate_keys": lambda r: (
        r.content.count(b'\n"closing_balance"') != 1 and act(r)["closing_balance"] == 1
    ),
    "array_body": lambda r: isinstance(act(r), list),
    "not_json": lambda r: r.ok and not r.content.startswith(b"{"),
    "empty_body": lambda r: r.ok and r.content == b"",
    "deep_json": lambda r: b"[" * 100_000 in r.content,
    "slow": lambda r: r.elapsed.total_seconds() >= VALUES["slow"],
    "huge_body": lambda r: len(r.content) > 2_000_000 and difference(act(r)) == 0,
    "endless_body": lambda r: len(r.content) > 2_000_000 and "Content-Length" not in r.headers,
    "gzip_bomb": lambda r: len(r.content) > 3_000_000 > 100 * int(r.headers["Content-Length"]),
}
CUTS: dict[str, Callable[[bytes], bool]] = {
    "cut_headers": lambda sent: sent.startswith(b"HTTP/1.1 200") and b"\r\n\r\n" not in sent,
    "cut_body": lambda sent: 0 < len(sent.partition(b"\r\n\r\n")[2]) < promised(sent),
    "close_at_once": lambda sent: sent == b"",
    "garbage": lambda sent: sent != b"" and not sent.startswith(b"HTTP/"),
    "drip_headers": lambda sent: sent == b"H",
    "drip_body": lambda sent: sent.endswith(b"\r\n\r\n{") and promised(sent) > 1,
}


def promised(sent: bytes) -> int:
    return int(sent.partition(b"Content-Length: ")[2].split(b"\r\n")[0])


def received(onec: OneCSandbox, guid: str) -> bytes:
    """Return what comes over the connection in the first moment."""
    query = "&".join(f"{name}={value}" for name, value in OCTOBER.items())
    target = f"/hs/reconciliation/act?counterparty_guid={guid}&{query}"
    sent = b""
    with (
        socket.create_connection(("127.0.0.1", onec.port), timeout=0.3) as connection,
        suppress(TimeoutError),
    ):
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nX-API-Key: sandbox-key\r\n\r\n".encode())
        while chunk := connection.recv(65536):
            sent += chunk
    return sent


def test_every_fault_has_its_test() -> None:
    assert set(CHECKS) | set(CUTS) == set(FAULTS)


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


@pytest.mark.parametrize("name", CUTS)
def test_a_cut_or_dripping_connection_shows_on_the_wire(onec: OneCSandbox, guid: str, name: str) -> None:
    value = 60 if name.startswith("drip") else None
    onec.set_fault(guid, name, value, times=1)
    assert CUTS[name](received(onec, guid))


def test_a_drip_arrives_whole_in_the_end(onec: OneCSandbox, ask_act: Ask, guid: str) -> None:
    for name in ("drip_headers", "drip_body"):
        onec.set_fault(guid, name, 0, times=1)
        assert difference(act(ask_act())) == 0


def test_a_fault_of_one_counterparty_leaves_the_others_alone(
    onec: OneCSandbox, ask_act: Ask, guid: str
) -> None:
    onec.set_fault(guid, "busy")
    assert ask_act().status_code == 503
    assert ask_act(counterparty_guid=onec.ledger.counterparties[1].guid).ok


def test_a_fault_of_everybody_reaches_every_endpoint(onec: OneCSandbox, ask: Ask, ask_act: Ask) -> None:
    onec.set_fault("*", "broken_extension")
    answers = ask_act(), ask("ping"), ask("counterparties")
    assert [answer.status_code for answer in answers] == [500, 500, 500]
    onec.clear()
    assert ask("ping").ok


def test_faults_add_up(onec: OneCSandbox, ask_act: Ask, guid: str) -> None:
    for name in ("bom", "localized_numbers", "date_times", "text_html"):
        onec.set_fault(guid, name)
    response = ask_act()
    answer = json.loads(response.content.removeprefix(b"\xef\xbb\xbf"))
    assert NBSP in answer["closing_balance"]
    assert answer["period"]["from"] == "2026-10-01T00:00:00"


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


def test_calls_that_a_fault_does_not_concern_are_not_counted(
    onec: OneCSandbox, ask: Ask, ask_act: Ask
) -> None:
    onec.set_fault("*", "session_expired", times=1)
    assert ask("ping").ok
    assert ask_act().ok
    assert ask("ping", {"Cookie": "ibsession=x"}).status_code == 406
    assert ask("ping", {"Cookie": "ibsession=x"}).status_code == 406, (
        "the sandbox itself does not know the session"
    )
    assert onec.calls[-1].faults == []


def test_bearer_is_intercepted_and_other_ways_pass(onec: OneCSandbox, ask: Ask) -> None:
    onec.set_fault("*", "bearer_intercepted")
    assert ask("ping").status_code == 500
    assert ask("ping", {"Authorization": "sandbox-key"}).ok


@pytest.mark.parametrize("code", [400, 404, 500])
def test_a_stale_session_can_answer_in_several_ways(onec: OneCSandbox, ask: Ask, code: int) -> None:
    onec.set_fault("*", "stale_session", code)
    assert ask("ping", {"Cookie": "ibsession=x"}).status_code == code
    assert ask("ping", {"IBSession": "start"}).ok


def test_a_followed_redirect_is_written_down(onec: OneCSandbox) -> None:
    onec.set_fault("*", "redirect")
    requests.get(f"{onec.url}/hs/reconciliation/ping", headers={"X-API-Key": "sandbox-key"}, timeout=5)
    assert [(call.path, call.auth) for call in onec.calls] == [
        ("/hs/reconciliation/ping", "x-api-key"),
        ("/elsewhere", "x-api-key"),
    ]


def test_any_field_can_become_any_json(onec: OneCSandbox, ask_act: Ask, guid: str) -> None:
    onec.set_fault(guid, "field", {"field": "transactions.debit", "json": "1.0e+3"})
    assert b'"debit": 1.0e+3,' in ask_act().content


def test_a_lie_about_something_that_is_not_there_does_no_harm(
    onec: OneCSandbox, ask_act: Ask, guid: str
) -> None:
    onec.set_fault(guid, "minimal")
    for name in FAULTS.keys() - CUTS.keys() - {"missing_field"}:
        if FAULTS[name].change_data:
            onec.set_fault(guid, name, VALUES.get(name), times=1)
            assert ask_act(date_from="2022-01-01", date_to="2022-01-31", format="pdf").ok
            assert ask_act(date_from="2022-01-01", date_to="2022-01-31").ok


def test_the_gzip_bomb_is_small_on_the_wire_and_json_inside(
    onec: OneCSandbox, ask_act: Ask, guid: str
) -> None:
    onec.set_fault(guid, "gzip_bomb", 1)
    response = ask_act()
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.json()["filler"]) == 1_000_000
    assert len(gzip.compress(response.content)) < 10_000


def test_an_unknown_fault_is_refused_by_name(onec: OneCSandbox) -> None:
    with pytest.raises(UnknownFault, match="boom"):
        onec.set_fault("*", "boom")
