"""What the gateway makes of each answer of Bitrix24, right or wrong."""

import logging
import time

import pytest

from reconciliation.bitrix24 import batches
from reconciliation.bitrix24.batches import Answer, Command
from reconciliation.bitrix24.credentials import Webhook
from reconciliation.bitrix24.gateway import Bitrix24, GatewayConfig
from reconciliation.bitrix24.pace import Limits
from reconciliation.errors import (
    Bitrix24Busy,
    Bitrix24Error,
    Bitrix24InvalidAnswer,
    Bitrix24NotFound,
    Bitrix24Refused,
    Bitrix24SetupError,
    Bitrix24Unclear,
    Bitrix24Unreachable,
)
from reconciliation.monitoring import logs
from sandbox.bitrix24.company import ACTS_FOLDER_ID, SCOPES
from sandbox.bitrix24.limits import Sizes
from sandbox.bitrix24.server import Bitrix24Sandbox
from tests.reconciliation.bitrix24.conftest import NewGateway, soon
from tests.reconciliation.peer import answer, peer

NOTIFY = ("im.notify.personal.add", {"USER_ID": 2, "MESSAGE": "Акт готов"})


def test_a_method_gives_its_result_with_the_counts_of_a_list(gateway: Bitrix24):
    assert gateway.read("scope", deadline=soon()) == Answer(list(SCOPES))
    listed = gateway.read("crm.item.list", {"entityTypeId": 4}, deadline=soon())
    assert (listed.total, listed.next, len(listed.result["items"])) == (1, 0, 1)


@pytest.mark.parametrize(
    ("fault", "kind", "reason"),
    [
        ("no_webhook", Bitrix24SetupError, "webhook"),
        ("expired_token", Bitrix24SetupError, "webhook"),
        ("no_scope", Bitrix24SetupError, "scope"),
        ("access_denied", Bitrix24SetupError, "access"),
        ("no_method", Bitrix24SetupError, "method"),
        ("insecure", Bitrix24SetupError, "insecure"),
        ("moved", Bitrix24SetupError, "moved"),
        ("overload", Bitrix24SetupError, "blocked"),
        ("no_plan", Bitrix24SetupError, "plan"),
        ("portal_gone", Bitrix24SetupError, "gone"),
        ("not_json", Bitrix24InvalidAnswer, ""),
        ("no_result", Bitrix24InvalidAnswer, ""),
    ],
)
def test_what_does_not_pass_is_said_at_once(
    server: Bitrix24Sandbox, gateway: Bitrix24, fault: str, kind: type[Bitrix24Error], reason: str
):
    server.set_fault("*", fault)

    with pytest.raises(kind) as caught:
        gateway.read(*NOTIFY, deadline=soon())

    assert getattr(caught.value, "reason", "") == reason
    assert not caught.value.retryable
    assert server.counts["im.notify.personal.add"] == 1


@pytest.mark.parametrize(
    "fault", ["cut_before", "cut_after", "cut_body", "error_after", "server_error", "bad_gateway"]
)
def test_what_may_pass_is_read_again_and_never_written_again(
    server: Bitrix24Sandbox, gateway: Bitrix24, no_waits: None, fault: str
):
    server.set_fault("*", fault, times=2)
    assert gateway.read("scope", deadline=soon()).result == list(SCOPES)

    server.set_fault("*", fault, times=1)
    with pytest.raises(Bitrix24Unclear) as caught:
        gateway.write(*NOTIFY, deadline=soon())

    assert caught.value.retryable
    assert server.counts["im.notify.personal.add"] == 1
    assert len(server.company.notes) == (1 if fault in ("cut_after", "cut_body", "error_after") else 0)


@pytest.mark.parametrize(
    ("fault", "reason"), [("query_limit", "query_limit"), ("operation_limit", "operating")]
)
def test_a_limit_is_waited_for_even_when_writing_since_nothing_was_done(
    server: Bitrix24Sandbox, gateway: Bitrix24, monkeypatch: pytest.MonkeyPatch, fault: str, reason: str
):
    monkeypatch.setattr("reconciliation.bitrix24.pace.REFUSED_SECONDS", 0.2)
    server.set_fault("*", fault, times=2)

    gateway.write(*NOTIFY, deadline=soon())

    assert len(server.company.notes) == 1


def test_who_cannot_wait_is_told_until_when(server: Bitrix24Sandbox, gateway: Bitrix24):
    server.set_fault("*", "operation_limit", times=1)

    with pytest.raises(Bitrix24Busy) as caught:
        gateway.write(*NOTIFY, deadline=soon(2))

    assert caught.value.retryable
    assert 10 < caught.value.not_before - time.time() < 20
    assert "im.notify.personal.add has used its time: until" in caught.value.detail
    assert gateway.waiting()["im.notify.personal.add"][1] == pytest.approx(caught.value.not_before, abs=1)


def test_a_slow_answer_is_given_up(server: Bitrix24Sandbox, new_gateway: NewGateway):
    server.set_fault("*", "slow", 5)
    began = time.monotonic()

    with pytest.raises(Bitrix24Unclear):
        new_gateway(timeout=0.3).write(*NOTIFY, deadline=soon())

    assert time.monotonic() - began < 2


def test_a_server_that_is_down_was_sent_nothing(new_gateway: NewGateway, no_waits: None):
    gateway = new_gateway(credentials=Webhook("http://127.0.0.1:1/rest/1/secret/"))

    with pytest.raises(Bitrix24Unreachable) as caught:
        gateway.read("scope", deadline=soon())

    assert caught.value.retryable


def test_without_a_webhook_the_setting_is_named():
    with pytest.raises(Bitrix24SetupError) as caught:
        Bitrix24(GatewayConfig()).read("scope", deadline=soon())

    assert caught.value.reason == "not_configured"


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b'{"result"', b"\xff\xfe", b"[" * 100_000])
@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request"])
def test_whatever_is_said_becomes_an_error_of_ours(new_gateway: NewGateway, body: bytes, status: str):
    with peer(lambda connection: connection.say(answer(body, status))) as other:
        gateway = new_gateway(credentials=Webhook(f"{other.url}/rest/1/secret/"))
        with pytest.raises(Bitrix24Error):
            gateway.write("scope", deadline=soon())


def test_refusals_are_told_without_markup(gateway: Bitrix24):
    with pytest.raises(Bitrix24Refused) as caught:
        gateway.write("tasks.task.add", {"fields": {"TITLE": "Акт"}}, deadline=soon())

    assert caught.value.detail == "400 ERROR_CORE: Assignee not specified"


def test_the_secret_of_the_webhook_is_in_no_log_error_or_repr(
    server: Bitrix24Sandbox,
    gateway: Bitrix24,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(logs, "_hidden", ())
    logs.hide(server.secret)
    caplog.set_level(logging.DEBUG)
    told = []
    for fault in ("no_webhook", "cut_after", "moved", "not_json", "bad_gateway"):
        server.set_fault("*", fault, times=1)
        with pytest.raises(Bitrix24Error) as caught:
            gateway.write("scope", deadline=soon())
        told += [str(caught.value), caught.value.one_line(), repr(caught.value)]

    said = "\n".join(
        [*told, repr(gateway.config), *(logs.mask(record.getMessage()) for record in caplog.records)]
    )
    assert server.secret not in said


def test_a_batch_keeps_answers_and_errors_apart_by_name(gateway: Bitrix24):
    found = gateway.batch(
        {
            "folder": Command(
                "disk.folder.getchildren", {"id": ACTS_FOLDER_ID, "filter": {"NAME": "a & b+c"}}
            ),
            "gone": Command("disk.folder.getchildren", {"id": 1}),
            "0": Command("scope"),
            "1": Command("im.notify.personal.add", {"USER_ID": 99, "MESSAGE": "x"}),
        },
        deadline=soon(),
    )

    assert found["folder"] == Answer([])
    assert isinstance(found["gone"], Bitrix24NotFound)
    assert found["0"] == Answer(list(SCOPES))
    assert found["1"] == Answer(False)


@pytest.mark.parametrize("value", [False, True])
def test_booleans_mean_in_a_batch_what_they_mean_outside(
    server: Bitrix24Sandbox, gateway: Bitrix24, value: bool
):
    params = {
        "id": ACTS_FOLDER_ID,
        "data": {"NAME": "a.pdf"},
        "fileContent": ["a.pdf", "UERG"],
        "generateUniqueName": value,
    }
    gateway.write("disk.folder.uploadfile", params, deadline=soon())

    found = gateway.batch({"again": Command("disk.folder.uploadfile", params)}, deadline=soon())

    assert isinstance(found["again"], Answer) is value


def test_a_batch_that_fails_in_part_tells_which(server: Bitrix24Sandbox, gateway: Bitrix24):
    server.set_fault("batch", "batch_partial", 3)

    found = gateway.batch({f"n{n}": Command("scope") for n in range(6)}, deadline=soon())

    assert [name for name, outcome in found.items() if isinstance(outcome, Bitrix24Refused)] == ["n2", "n5"]
    assert server.counts["batch"] == 1


def test_a_batch_is_split_by_count_bytes_and_time(
    server: Bitrix24Sandbox, gateway: Bitrix24, monkeypatch: pytest.MonkeyPatch
):
    assert len(gateway.batch({f"{n}": Command("scope") for n in range(120)}, deadline=soon())) == 120
    monkeypatch.setattr(batches, "MOST_SECONDS", 1e9)
    server.counts.clear()
    gateway.batch({f"{n}": Command("scope") for n in range(120)}, deadline=soon())
    assert server.counts["batch"] == 3

    commands = [f"c{n}" for n in range(10)]
    by_bytes = list(batches.split({name: Command("m", {"x": "y" * 1_000_000}) for name in commands}, {}))
    monkeypatch.undo()
    by_time = list(batches.split({name: Command("m") for name in commands}, {"m": 12.0}))
    assert ([len(part) for part in by_bytes], [len(part) for part in by_time]) == ([4, 4, 2], [2] * 5)


def test_a_request_of_a_batch_that_fails_fails_only_its_own(server: Bitrix24Sandbox, gateway: Bitrix24):
    gateway.read("scope", deadline=soon())  # now its cost is known, and fifty go together
    server.set_fault("batch", "error_after", times=1)

    found = gateway.batch({f"{n}": Command("scope") for n in range(60)}, deadline=soon())

    assert [isinstance(found[f"{n}"], Bitrix24Unclear) for n in (0, 49, 50, 59)] == [True, True, False, False]


def test_nothing_more_is_sent_when_the_webhook_is_gone(server: Bitrix24Sandbox, gateway: Bitrix24):
    server.set_fault("*", "no_webhook")

    found = gateway.batch({f"{n}": Command("scope") for n in range(60)}, deadline=soon())

    assert server.counts["batch"] == 1
    assert {type(outcome) for outcome in found.values()} == {Bitrix24SetupError}


def test_a_batch_that_has_used_its_time_blocks_batch_alone(server: Bitrix24Sandbox, gateway: Bitrix24):
    """The limit is batch's own: bitrix24/b24jssdk#459, #539."""
    server.set_fault("batch", "operation_limit")

    found = gateway.batch({f"{n}": Command("scope") for n in range(3)}, deadline=soon(2))

    assert {type(outcome) for outcome in found.values()} == {Bitrix24Busy}
    waiting = gateway.waiting()
    assert 10 < waiting["batch"][1] - time.time() < 20
    assert gateway.read("scope", deadline=soon(2)).result == list(SCOPES)
    assert server.counts["batch"] == 1


def test_another_name_of_the_limit_is_waited_for_too(server: Bitrix24Sandbox, gateway: Bitrix24):
    server.set_fault("scope", "rate_limit")

    with pytest.raises(Bitrix24Busy):
        gateway.read("scope", deadline=soon(2))

    assert server.counts["scope"] == 1


@pytest.mark.parametrize("copied", [False, True])
def test_commands_of_a_batch_take_no_more_than_the_batch(copied: bool):
    times = {f"c{n}": {"processing": 4.0 if copied else 1.0} for n in range(4)}
    request = dict.fromkeys(times, "disk.folder.uploadfile?id=1")

    found = batches.costs_of(request, {"result_time": times}, 4.0)

    assert found == [("disk.folder.uploadfile", 1.0)] * 4


def test_files_go_to_our_own_bitrix24_only(gateway: Bitrix24):
    for url in ("https://elsewhere.example/upload", "http://127.0.0.1.example/rest/", ""):
        with pytest.raises(Bitrix24InvalidAnswer):
            gateway.upload(url, "a.pdf", b"PDF", deadline=soon())
    for url in ("http://127.0.0.1.example/rest/", "file:///etc/passwd", "None"):
        with pytest.raises(Bitrix24InvalidAnswer):
            gateway.download(url, deadline=soon())


def test_the_window_is_waited_for_before_bitrix24_refuses():
    sizes = Sizes(rate=1000, burst=1000, operating=1.0, window=2.0)
    limits = Limits(rate=1000, burst=1000, operating=1.0, window=2.0)
    with Bitrix24Sandbox(sizes=sizes, seconds=0.02) as server:
        gateway = Bitrix24(GatewayConfig(Webhook(server.webhook), limits))
        for _ in range(120):
            gateway.write("scope", deadline=soon())

    # 120 calls of 0.02 s are 2.4 s of time: the window fills up twice.
    assert server.counts == {"scope": 120}
