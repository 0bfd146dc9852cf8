"""The client for 1C against the sandbox: who it says it is, what it keeps and gives away, when it stops."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import date
from decimal import Decimal

import pytest

from jobs.deadline import Deadline
from reconciliation.errors import (
    InvalidAnswer,
    OneCFailed,
    OneCSetupError,
    PortalError,
    QueueFull,
    TimedOut,
)
from reconciliation.monitoring import logs
from reconciliation.onec.answer import Answer
from reconciliation.onec.client import OneCClient
from sandbox.ledger import Counterparty
from sandbox.onec import OneCSandbox
from tests.reconciliation.conftest import KEY, OCTOBER, NewClient
from tests.reconciliation.peer import Connection, answer, peer

SCHEMES = ["bearer", "raw", "x-api-key", "query"]
SHORT = 0.4


def say(sent: bytes) -> Callable[[Connection], None]:
    return lambda connection: connection.say(sent)


def ask(client: OneCClient, whom: Counterparty, *, seconds: float = 5, **more: bool) -> Answer:
    return client.act(whom.guid, OCTOBER, deadline=Deadline(seconds), **more)


def test_the_act_is_what_1c_has(client: OneCClient, onec: OneCSandbox, romashka: Counterparty) -> None:
    statement = onec.ledger.statement(romashka.guid, OCTOBER.start, OCTOBER.end)
    act = ask(client, romashka).act
    assert (act.opening, act.closing) == (statement.opening, statement.closing)
    assert [(line.date, line.document, line.debit, line.credit) for line in act.lines] == [
        (row.day, row.document, row.debit, row.credit) for row in statement.rows
    ]
    assert [contract.guid for contract in act.contracts] == [c.guid for c in romashka.contracts]
    assert act.counterparty.name == romashka.name
    assert act.imbalances == ()


def test_the_question_holds_both_days_and_no_plus_sign(
    new_client: NewClient, onec: OneCSandbox, romashka: Counterparty
) -> None:
    ask(new_client(), romashka)
    assert onec.calls[0].query == {
        "counterparty_guid": romashka.guid,
        "date_from": "2026-10-01",
        "date_to": "2026-10-31",
    }
    with pytest.raises(InvalidAnswer):
        new_client().act("a b+я", OCTOBER, deadline=Deadline(5))
    assert onec.calls[1].query["counterparty_guid"] == "a b+я"


def test_the_service_may_stand_under_any_path(
    new_client: NewClient, onec: OneCSandbox, romashka: Counterparty
) -> None:
    ask(new_client(base_url=f"{onec.url}/trade"), romashka)
    assert onec.calls[0].path == "/trade/hs/reconciliation/act"


@pytest.mark.parametrize("basic", ["", "portal:pass:word", "Портал:пароль"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_key_is_shown_in_each_way_with_and_without_a_1c_user(
    new_client: NewClient, scheme: str, basic: str
) -> None:
    with OneCSandbox(key="key+/= &?#", basic=basic, auth_scheme=scheme) as strict:  # type: ignore[arg-type]
        client = new_client(base_url=strict.url, scheme=scheme, key="key+/= &?#", basic=basic)
        ask(client, strict.ledger.counterparties[0])
        client.ping(deadline=Deadline(5))
        [*_, call] = strict.calls
    assert call.status == 200
    assert call.auth == (f"basic+{scheme}" if basic else scheme)


@pytest.mark.parametrize("scheme", ["bearer", "raw", "x-api-key"])
def test_a_key_of_any_letters_is_sent_in_utf_8(new_client: NewClient, scheme: str) -> None:
    with peer(say(answer(b'{"service": "reconciliation"}'))) as there:
        new_client(base_url=there.url, scheme=scheme, key="ключ").ping(deadline=Deadline(5))
    assert "ключ".encode() in there.requests[0]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.usefixtures("no_waits")
def test_no_log_and_no_error_holds_the_key(
    new_client: NewClient,
    onec: OneCSandbox,
    romashka: Counterparty,
    scheme: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logs, "_hidden", ())
    client = new_client(scheme=scheme, basic="portal:pass-word")
    told = [repr(client.config), repr(client.config.credentials)]
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="urllib3"):
        ask(client, romashka)
        for fault in ("unauthorized", "cut_headers", "garbage", "busy", "not_published", "redirect"):
            onec.set_fault("*", fault)
            with pytest.raises(PortalError) as refused:
                ask(client, romashka)
            told += [str(refused.value), refused.value.detail, repr(refused.value.__cause__)]
            onec.clear()
    assert "urllib3.connectionpool" in {record.name for record in caplog.records}
    for text in [*told, *(record.getMessage() for record in caplog.records), caplog.text]:
        assert KEY not in text
        assert "pass-word" not in text


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_page_that_repeats_our_secrets_is_not_repeated(new_client: NewClient, scheme: str) -> None:
    echo = f"<p>bad call ?api_key={KEY}&amp;x, Basic cG9ydGFsOnBhc3Mtd29yZA== of portal:pass-word {KEY}</p>"
    with peer(say(answer(echo.encode(), "403 No"))) as there:
        client = new_client(base_url=there.url, scheme=scheme, basic="portal:pass-word")
        with pytest.raises(OneCSetupError) as refused:
            client.ping(deadline=Deadline(5))
    assert refused.value.detail.startswith("HTTP 403: bad call ?api_key=***&amp;x")
    for secret in (KEY, "pass-word", "cG9ydGFsOnBhc3Mtd29yZA"):
        assert secret not in refused.value.detail


def test_a_session_is_begun_once_and_used_again(
    client: OneCClient, onec: OneCSandbox, romashka: Counterparty
) -> None:
    for _ in range(4):
        ask(client, romashka)
    assert [call.session for call in onec.calls] == ["start", "cookie", "cookie", "cookie"]
    assert (onec.sessions.started, onec.sessions.reused) == (1, 3)


@pytest.mark.parametrize("status", [400, 404, 500])
@pytest.mark.usefixtures("no_waits")
def test_a_stale_session_may_be_told_of_in_several_ways(
    client: OneCClient, onec: OneCSandbox, romashka: Counterparty, status: int
) -> None:
    ask(client, romashka)
    onec.set_fault("*", "stale_session", status)
    assert ask(client, romashka).act.lines
    assert [call.session for call in onec.calls] == ["start", "cookie", "start"]


@pytest.mark.parametrize("fault", ["bad_request", "unknown", "forbidden"])
def test_a_refusal_by_the_service_itself_costs_one_call_and_keeps_the_session(
    client: OneCClient, onec: OneCSandbox, romashka: Counterparty, fault: str
) -> None:
    ask(client, romashka)
    onec.set_fault("*", fault, times=1)
    with pytest.raises(PortalError):
        ask(client, romashka)
    ask(client, romashka)
    assert [call.session for call in onec.calls] == ["start", "cookie", "cookie"]


@pytest.mark.usefixtures("no_waits")
@pytest.mark.parametrize(
    ("attributes", "kept"),
    [
        ("", True), ("; Path=/trade/hs", True), ("; Secure; HttpOnly", True),
        ("; Domain=1c.example.com", True), ("; Max-Age=-1", False), ("; max-age=0", False),
    ],
)  # fmt: skip
def test_a_session_is_kept_whatever_a_proxy_has_written_on_its_cookie(
    new_client: NewClient, attributes: str, kept: bool
) -> None:
    headers = ["Set-Cookie: other=1; Path=/", f"Set-Cookie: ibsession=one{attributes}"]
    with peer(say(answer(b'{"service": "reconciliation"}', headers=headers))) as there:
        client = new_client(base_url=there.url)
        for _ in range(2):
            client.ping(deadline=Deadline(5))
        assert (b"Cookie: ibsession=one\r\n" in there.requests[1]) == kept
        assert (b"IBSession: start" in there.requests[1]) != kept
        assert len(there.connections) == 1


def test_clients_of_one_1c_share_its_slots(
    new_client: NewClient, onec: OneCSandbox, romashka: Counterparty, redis_url: str
) -> None:
    clients = [new_client(concurrency=2, redis_url=redis_url) for _ in range(4)]
    onec.set_fault("*", "slow", 0.03)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: ask(clients[number % 4], romashka), range(8)))
    assert onec.max_concurrent == 2


def test_who_finds_no_slot_in_time_is_told_so_and_1c_is_not_asked(
    new_client: NewClient, onec: OneCSandbox, romashka: Counterparty
) -> None:
    client = new_client(concurrency=1)
    onec.set_fault("*", "slow", 3)
    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(ask, client, romashka, seconds=0.6)
        while not onec.calls:
            time.sleep(0.005)
        with pytest.raises(QueueFull):
            ask(client, romashka, seconds=0.1)
        with pytest.raises(TimedOut):
            first.result()
    assert len(onec.calls) == 1


@pytest.mark.parametrize("failures", [1, 2])
@pytest.mark.parametrize("fault", ["busy", "no_licence_500", "close_at_once", "cut_body", "broken_extension"])
@pytest.mark.usefixtures("no_waits")
def test_a_trouble_that_passes_is_sat_out(
    client: OneCClient, onec: OneCSandbox, romashka: Counterparty, fault: str, failures: int
) -> None:
    onec.set_fault("*", fault, times=failures)
    assert ask(client, romashka).act.lines
    assert len(onec.calls) == failures + 1


def test_a_redirect_is_not_followed_with_the_key(
    client: OneCClient, onec: OneCSandbox, romashka: Counterparty
) -> None:
    with peer(say(answer())) as elsewhere:
        onec.set_fault("*", "redirect", f"{elsewhere.url}/hs/reconciliation/act")
        with pytest.raises(OneCSetupError):
            ask(client, romashka)
        assert elsewhere.requests == []
    assert len(onec.calls) == 1


@pytest.mark.parametrize(
    ("source", "asked", "drawn"), [("portal", "json", 0), ("onec", "both", 1), ("auto", None, 0)]
)
def test_1c_draws_a_pdf_only_when_its_own_is_wanted(
    new_client: NewClient,
    onec: OneCSandbox,
    romashka: Counterparty,
    source: str,
    asked: str | None,
    drawn: int,
) -> None:
    said = ask(new_client(pdf_source=source), romashka)
    assert onec.calls[0].query.get("format") == asked
    assert onec.pdfs_drawn == drawn
    assert (said.pdf is not None) == bool(drawn)


@pytest.mark.parametrize("source", ["portal", "onec", "auto"])
def test_figures_alone_make_1c_draw_nothing(
    new_client: NewClient, onec: OneCSandbox, romashka: Counterparty, source: str
) -> None:
    assert ask(new_client(pdf_source=source), romashka, figures_only=True).pdf is None
    assert (onec.calls[0].query["format"], onec.pdfs_drawn) == ("json", 0)


@pytest.mark.parametrize(("source", "taken"), [("portal", False), ("auto", True)])
def test_a_pdf_that_nobody_asked_for_is_taken_only_when_any_will_do(
    new_client: NewClient, onec: OneCSandbox, romashka: Counterparty, source: str, taken: bool
) -> None:
    onec.set_fault("*", "unasked_pdf")
    assert (ask(new_client(pdf_source=source), romashka).pdf is not None) == taken


@pytest.mark.long
def test_all_counterparties_come_page_by_page_with_their_balances(
    client: OneCClient, onec: OneCSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciliation.onec.client.PAGE_SIZE", 200)
    pages = list(client.pages(on=OCTOBER.end, nonzero=False))
    listed = [each for page in pages for each in page.counterparties]
    assert [each.guid for each in listed] == [c.guid for c in onec.ledger.counterparties]
    assert [call.query.get("after") for call in onec.calls] == [None, listed[199].guid, listed[399].guid]
    for each in listed[:20]:
        assert each.balance == sum(onec.ledger.balances(each.guid, OCTOBER.end).values(), Decimal(0))


def test_a_list_can_be_gone_on_with(client: OneCClient, onec: OneCSandbox) -> None:
    known = onec.ledger.counterparties
    [page] = client.pages(on=OCTOBER.end, nonzero=False, after=known[497].guid)
    assert [each.guid for each in page.counterparties] == [known[498].guid, known[499].guid]


@pytest.mark.parametrize(
    ("fault", "said"), [("page_repeats", "last guid"), ("page_skips", "last guid"), ("guids_in_capitals", "")]
)
def test_a_list_that_skips_or_repeats_pages_is_refused(
    client: OneCClient, onec: OneCSandbox, monkeypatch: pytest.MonkeyPatch, fault: str, said: str
) -> None:
    monkeypatch.setattr("reconciliation.onec.client.PAGE_SIZE", 250)
    onec.set_fault("*", fault)
    with pytest.raises(InvalidAnswer, match=said) if said else nullcontext():
        list(client.pages(on=OCTOBER.end, nonzero=False))
    assert len(onec.calls) == (1 if said else 2)


def test_a_list_that_goes_round_in_circles_is_refused(new_client: NewClient) -> None:
    one = '{"counterparties": [{"guid": "%s", "name": "x"}], "next": "%s"}'
    pages = [(one % (guid, guid)).encode() for guid in "ab"]
    turns: Iterator[int] = iter(range(100))
    with peer(lambda connection: connection.say(answer(pages[next(turns) % 2]))) as there:
        client = new_client(base_url=there.url)
        with pytest.raises(InvalidAnswer, match="came twice"):
            list(client.pages(on=date(2026, 1, 1), nonzero=True, deadline=Deadline(5)))
        assert len(there.requests) == 3


@pytest.mark.parametrize(
    "said",
    [b'{"service": "reconciliation"}', b'{"service": "reconciliation", "configuration": ["x"]}'],
)
def test_a_ping_without_a_configuration_is_one_too(new_client: NewClient, said: bytes) -> None:
    with peer(say(answer(said))) as there:
        assert new_client(base_url=there.url).ping(deadline=Deadline(5)) == ""


KindOf = Callable[[str, bytes], str]


@pytest.fixture
def kind_of(new_client: NewClient) -> KindOf:
    """Return what a ping raises when a server answers so."""

    def kind_of(status: str, body: bytes) -> str:
        with pytest.raises(PortalError) as refused, peer(say(answer(body, status))) as there:
            new_client(base_url=there.url).ping(deadline=Deadline(5))
        return refused.value.kind

    return kind_of


@pytest.mark.usefixtures("no_waits")
def test_an_answer_that_nobody_foresaw_is_a_failure_of_1c(kind_of: KindOf) -> None:
    for status in ("204 No Content", "206 Partial", "405 No", "418 Teapot", "599 Oh"):
        assert kind_of(status, b"") == "OneCFailed"


BLOCKED = (
    '\ufeff{"#exception": {"#value": "Exception"}, "exception": {"reason": 403, "descr": "HTTP: Forbidden\\n'
    'Ошибка при выполнении запроса GET: LONG", "inner": {"descr": '
    '"Начало сеанса с информационной базой запрещено.", "inner": {"descr": "Ведутся технические работы"}}}}'
).replace("LONG", "далее " * 60)
BUSY = {
    "maintenance": ("403 Forbidden", BLOCKED, "maintenance"),
    "maintenance, escaped": ("500 Oh", json.dumps(json.loads(BLOCKED[1:])), "maintenance"),
    "maintenance in English": ("403 Forbidden", "<descr>Session start is prohibited.</descr>", "maintenance"),
    "no licence": ("404 Not Found", "Не обнаружено свободной лицензии!", "licence"),
    "no licence in English": ("500 Oh", "There are no free licenses!", "licence"),
    "a gateway": ("502 Bad Gateway", "<html><h1>502 Bad Gateway</h1>nginx", "gateway"),
    "a gateway's time-out": ("504 Gateway Timeout", "<html><h1>504</h1>nginx", "gateway"),
}


@pytest.mark.usefixtures("no_waits")
@pytest.mark.parametrize("what", BUSY)
def test_a_1c_that_lets_nobody_in_is_busy_whatever_its_status(kind_of: KindOf, what: str) -> None:
    status, body, reason = BUSY[what]
    assert kind_of(status, body.encode()) == f"OneCBusy: {reason}"


@pytest.mark.usefixtures("no_waits")
def test_the_innermost_cause_of_a_platforms_error_is_its_detail(new_client: NewClient) -> None:
    xml = "<exception><descr>Ошибка HTTP</descr><inner><descr>Истекло время</descr></inner></exception>"
    for status, body, cause in (
        ("403 No", BLOCKED, "Ведутся технические работы"),
        ("406 No", xml, "Истекло время"),
    ):
        with pytest.raises(PortalError) as refused, peer(say(answer(body.encode(), status))) as there:
            new_client(base_url=there.url).ping(deadline=Deadline(5))
        assert refused.value.detail == f"HTTP {status[:3]}: {cause}"


@pytest.mark.usefixtures("no_waits")
@pytest.mark.parametrize(
    ("error", "kind"),
    [("Контрагент не найден", "OneCUnknownCounterparty"), ("База в ремонте", "OneCFailed")],
)
def test_an_error_under_200_is_what_1c_says(new_client: NewClient, error: str, kind: str) -> None:
    with (
        pytest.raises(PortalError) as refused,
        peer(say(answer(json.dumps({"error": error}).encode()))) as there,
    ):
        new_client(base_url=there.url).act("guid", OCTOBER, deadline=Deadline(5))
    assert (refused.value.kind, refused.value.detail) == (kind, f"HTTP 200: {error}")


@pytest.mark.usefixtures("no_waits")
def test_a_refusal_is_read_in_utf_8_and_in_windows_1251(new_client: NewClient) -> None:
    words = "Ошибка: файл"
    for page in (words.encode(), words.encode("cp1251"), words.encode("utf-8-sig")):
        with pytest.raises(OneCFailed) as refused, peer(say(answer(page, "500 Oh"))) as there:
            new_client(base_url=there.url).ping(deadline=Deadline(5))
        assert refused.value.detail == f"HTTP 500: {words}"


@pytest.mark.usefixtures("no_waits")
def test_a_refusal_of_half_letters_and_control_characters_can_be_printed(new_client: NewClient) -> None:
    body = b'{"error": "bad \\ud83d\\u0000\\u202e thing"}'
    with peer(say(answer(body, "500 Oh"))) as there, pytest.raises(OneCFailed) as refused:
        new_client(base_url=there.url).ping(deadline=Deadline(5))
    assert refused.value.detail == "HTTP 500: bad \ufffd thing"


@pytest.mark.usefixtures("no_waits")
def test_a_refusal_of_angle_brackets_alone_costs_no_time(new_client: NewClient) -> None:
    for body in (b"<" * 5_000_000, b"<descr>" * 1_000_000):
        with pytest.raises(OneCFailed), peer(say(answer(body, "500 Oh"))) as there:
            new_client(base_url=there.url).ping(deadline=Deadline(10))


def test_a_budget_that_is_used_up_takes_no_slot(
    new_client: NewClient, onec: OneCSandbox, romashka: Counterparty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciliation.http.limiter.HOLD_SECONDS", 60.0)
    client = new_client(concurrency=1)
    with pytest.raises(TimedOut):
        ask(client, romashka, seconds=0)
    assert ask(client, romashka).act.lines
    assert len(onec.calls) == 1


def test_another_service_that_answers_in_json_is_not_ours(kind_of: KindOf) -> None:
    assert kind_of("404 Not Found", b'{"error": "Not found"}') == "OneCSetupError: not_published"
    assert kind_of("404 Not Found", b"<html></html>") == "OneCSetupError: not_published"
    assert kind_of("200 OK", b'{"service": "other"}') == "OneCSetupError: not_published"


@pytest.mark.parametrize(
    ("status", "kind"),
    [("400 Bad", ""), ("404 No", "OneCSetupError: not_published"), ("401 No", "OneCSetupError: key")],
)
def test_a_service_that_has_the_act_alone_is_known_by_its_refusal(
    new_client: NewClient, status: str, kind: str
) -> None:
    def serve(connection: Connection) -> None:
        asked_for_act = b"/act" in there.requests[-1]
        connection.say(answer(b'{"error": "no guid"}', status) if asked_for_act else answer(b"", "404 No"))

    found = ""
    with peer(serve) as there:
        try:
            new_client(base_url=there.url).ping(deadline=Deadline(5))
        except PortalError as error:
            found = error.kind
    assert found == kind
