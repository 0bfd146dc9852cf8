"""`manage.py check` tells what is wrong with the settings, and with 1C, before anybody waits for an act."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import translation

from reconciliation import connections
from reconciliation.checks import onec_answers, settings_are_usable
from sandbox.onec import OneCSandbox
from tests.reconciliation.peer import answer, peer

OURS = "reconciliation."
GOOD: dict[str, Any] = {
    "ONEC_API_KEY": "sandbox-key",
    "ONEC_AUTH_SCHEME": "bearer",
    "ONEC_BASIC_AUTH": "",
    "CHECK_ONEC": True,
}


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("reconciliation.http.random.uniform", lambda _least, _most: 0.001)
    with translation.override("en"):
        yield
    connections._onec.cache_clear()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[OneCSandbox]:
    with OneCSandbox() as running:
        yield running


@pytest.fixture
def onec(sandbox: OneCSandbox) -> OneCSandbox:
    sandbox.reset()
    return sandbox


def said(url: str, **settings: Any) -> tuple[str, str]:
    """Return id and words of the one warning about 1C; empty when all is well."""
    with override_settings(ONEC_BASE_URL=url, **GOOD | settings):
        found = onec_answers()
        connections.onec().close()
    assert len(found) <= 1
    return (found[0].id or "", found[0].msg) if found else ("", "")


def test_all_is_well(onec: OneCSandbox) -> None:
    assert said(onec.url) == ("", "")
    assert [call.path for call in onec.calls] == ["/hs/reconciliation/ping"]


def test_1c_is_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    code, words = said(f"http://127.0.0.1:{port}")
    assert code == "reconciliation.W011"
    assert "No connection to ONEC_BASE_URL" in words


def test_a_wrong_key(onec: OneCSandbox) -> None:
    code, words = said(onec.url, ONEC_API_KEY="wrong-key")
    assert code == "reconciliation.W014"
    assert "check ONEC_API_KEY" in words
    assert "wrong-key" not in words


def test_a_missing_1c_user(onec: OneCSandbox) -> None:
    with OneCSandbox(basic="portal:secret") as guarded:
        assert said(guarded.url)[0] == "reconciliation.W014"
        assert said(guarded.url, ONEC_BASIC_AUTH="portal:secret")[0] == ""


@pytest.mark.parametrize("server", ["apache", "iis"])
def test_an_unpublished_service(onec: OneCSandbox, server: str) -> None:
    onec.set_fault("*", "not_published", server)
    code, words = said(onec.url)
    assert code == "reconciliation.W015"
    assert "publishExtensionsByDefault" in words


def test_a_wrong_path_on_the_right_server() -> None:
    with peer(lambda line: line.say(answer(b"<h1>Not Found</h1>", "404 Not Found"))) as there:
        assert said(there.url)[0] == "reconciliation.W015"


def test_something_else_that_answers() -> None:
    with peer(lambda line: line.say(answer(b"<html>Welcome</html>"))) as there:
        code, words = said(there.url)
    assert code == "reconciliation.W017"
    assert "Is ONEC_BASE_URL the 1C publication?" in words


def test_something_else_that_is_no_web_server() -> None:
    with peer(lambda line: line.say(b"SSH-2.0-OpenSSH\r\n"), keep=False) as there:
        assert said(there.url)[0] == "reconciliation.W012"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("bearer_intercepted", "reconciliation.W016"),
        ("redirect", "reconciliation.W018"),
        ("broken_extension", "reconciliation.W010"),
        ("no_licence_500", "reconciliation.W010"),
        ("busy", "reconciliation.W010"),
    ],
)
def test_other_troubles_of_1c(onec: OneCSandbox, fault: str, code: str) -> None:
    onec.set_fault("*", fault)
    assert said(onec.url)[0] == code


def test_1c_that_does_not_answer_in_time(onec: OneCSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciliation.checks.SECONDS", 0.3)
    onec.set_fault("*", "slow", 5)
    assert said(onec.url)[0] == "reconciliation.W013"


def test_what_is_told_apart_differs_in_its_words_in_both_languages(onec: OneCSandbox) -> None:
    for language in ("en", "ru"):
        words = set()
        with translation.override(language):
            for fault in ("unauthorized", "not_published", "close_at_once", "broken_extension", "not_json"):
                onec.clear()
                onec.set_fault("*", fault)
                words.add(said(onec.url)[1])
        assert len(words) == 5


@pytest.mark.parametrize("settings", [{"CHECK_ONEC": False}, {"ONEC_BASE_URL": ""}])
def test_1c_is_asked_only_by_check_itself_and_when_there_is_one(
    onec: OneCSandbox, settings: dict[str, Any]
) -> None:
    with override_settings(**{"ONEC_BASE_URL": onec.url} | GOOD | settings):
        assert onec_answers() == []
    assert onec.calls == []


def test_trouble_of_1c_does_not_keep_the_portal_from_starting(onec: OneCSandbox) -> None:
    onec.set_fault("*", "unauthorized")
    with override_settings(ONEC_BASE_URL=onec.url, **GOOD):
        found = [message for message in run_checks() if (message.id or "").startswith(OURS)]
        connections.onec().close()
    assert [message.id for message in found] == ["reconciliation.W014"]
    assert not any(message.is_serious() for message in found)


def complaints(**settings: Any) -> list[str]:
    with override_settings(**{"ONEC_BASE_URL": "", "ORGANIZATION_NAME": "ООО «Поставщик»"} | settings):
        return [f"{message.id} {message.msg}" for message in settings_are_usable()]


@pytest.mark.parametrize(
    "url", ["", "http://1c", "https://1c.example.com:8443/trade", "http://10.0.0.1/base", "http://[::1]/a"]
)
def test_addresses_that_can_work(url: str) -> None:
    assert complaints(ONEC_BASE_URL=url) == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("1c.example.com/trade", "must begin with http"),
        ("ftp://1c/trade", "must begin with http"),
        ("http://", "is no address"),
        ("http:///trade", "is no address"),
        ("http://1c:99999/trade", "is no address"),
        ("http://[bad/trade", "is no address"),
        ("http://1c /trade", "is no address"),
        ("http://me:pw@1c/trade", "ONEC_BASIC_AUTH"),
        ("http://1c/trade/hs/reconciliation", "before /hs/"),
        ("http://1c/trade/hs", "before /hs/"),
        ("http://1c/trade?x=1", "publication's name"),
        ("http://1c/trade#x", "publication's name"),
    ],
)
def test_addresses_that_cannot_work(url: str, reason: str) -> None:
    [complaint] = complaints(ONEC_BASE_URL=url)
    assert complaint.startswith("reconciliation.E001 ONEC_BASE_URL ")
    assert reason in complaint
    assert "pw" not in complaint


@pytest.mark.parametrize("name", ["ONEC_API_KEY", "ONEC_BASIC_AUTH"])
@pytest.mark.parametrize("value", [" a:b", "a:b\n", "a:\tb", "a:b\u200b"])
def test_a_key_with_blanks_or_line_breaks_is_told_of_and_not_repeated(name: str, value: str) -> None:
    [complaint] = complaints(**{name: value})
    assert complaint == f"reconciliation.E002 {name} holds blanks at its ends or line breaks."


def test_a_1c_user_without_a_password() -> None:
    assert complaints(ONEC_BASIC_AUTH="portal")[0].startswith("reconciliation.E003")
    assert complaints(ONEC_BASIC_AUTH="portal:") == []


def test_an_organization_without_a_name_is_a_warning() -> None:
    [complaint] = complaints(ONEC_BASE_URL="http://1c/trade", ORGANIZATION_NAME="")
    assert complaint.startswith("reconciliation.W001")


def test_settings_that_cannot_work_stop_the_command() -> None:
    with override_settings(ONEC_BASE_URL="1c/trade"):
        with pytest.raises(CommandError, match="ONEC_BASE_URL must begin"):
            call_command("check")
