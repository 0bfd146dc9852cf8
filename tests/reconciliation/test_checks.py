"""`manage.py check` tells what is wrong with the settings, and with 1C, before anybody waits for an act."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.checks.registry import registry
from django.core.management import call_command
from django.test import override_settings
from django.utils import translation

from reconciliation import connections
from reconciliation.checks import onec_answers, organization_is_named, proxies_are_counted
from sandbox.onec import OneCSandbox
from tests.reconciliation.peer import answer, peer

pytestmark = pytest.mark.django_db
GOOD: dict[str, Any] = {
    "ONEC_API_KEY": "sandbox-key",
    "ONEC_AUTH_SCHEME": "bearer",
    "ONEC_BASIC_AUTH": "",
}


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("reconciliation.http.calls.random.uniform", lambda _least, _most: 0.001)
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


def words_about(url: str, **settings: Any) -> str:
    """Return what the one warning about 1C says; empty when all is well."""
    with override_settings(ONEC_BASE_URL=url, **GOOD | settings):
        found = onec_answers()
        connections.onec().close()
    assert len(found) <= 1
    return found[0].msg if found else ""


def test_all_is_well(onec: OneCSandbox) -> None:
    assert words_about(onec.url) == ""
    assert [call.path for call in onec.calls] == ["/hs/reconciliation/ping"]


def test_1c_is_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert "No connection to ONEC_BASE_URL" in words_about(f"http://127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("unauthorized", "check ONEC_API_KEY"), ("not_published", "publishExtensionsByDefault"),
        ("bearer_intercepted", "ONEC_AUTH_SCHEME"), ("redirect", "redirect"),
        ("broken_extension", "does not compile"), ("no_licence_500", "licence"), ("busy", "503"),
    ],
)  # fmt: skip
def test_troubles_of_1c_are_told_apart_in_english(onec: OneCSandbox, fault: str, words: str) -> None:
    onec.set_fault("*", fault)
    with translation.override("ru"):
        assert words in words_about(onec.url)


def test_a_missing_1c_user() -> None:
    with OneCSandbox(basic="portal:secret") as guarded:
        assert "ONEC_BASIC_AUTH" in words_about(guarded.url)
        assert words_about(guarded.url, ONEC_BASIC_AUTH="portal:secret") == ""


def test_a_wrong_path_on_the_right_server() -> None:
    with peer(lambda connection: connection.say(answer(b"<h1>Not Found</h1>", "404 Not Found"))) as there:
        assert "not published at ONEC_BASE_URL" in words_about(there.url)


def test_1c_that_does_not_answer_in_time(onec: OneCSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciliation.checks.SECONDS", 0.3)
    onec.set_fault("*", "slow", 5)
    assert "ONEC_TIMEOUT" in words_about(onec.url)


def test_nobody_is_asked_without_an_address() -> None:
    assert words_about("") == ""


def test_1c_is_asked_only_when_told_and_its_trouble_is_a_warning(
    onec: OneCSandbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    registered = set(registry.registered_checks)
    monkeypatch.setattr(registry, "registered_checks", registered)
    onec.set_fault("*", "unauthorized")
    with override_settings(ONEC_BASE_URL=onec.url, **GOOD):
        call_command("check")
        assert onec.calls == []
        call_command("check", tags=["onec"])
        connections.onec().close()
    assert "check ONEC_API_KEY" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "warnings"), [("", 1), ("ООО «Поставщик»", 0)])
def test_an_organization_without_a_name_is_a_warning(name: str, warnings: int) -> None:
    with override_settings(ONEC_BASE_URL="http://1c/trade", ORGANIZATION_NAME=name):
        assert len(organization_is_named()) == warnings


@pytest.mark.parametrize(
    ("secure", "proxies", "told"), [(True, 0, True), (True, 1, False), (False, 0, False)]
)
def test_a_site_behind_https_is_asked_for_its_proxies(secure: bool, proxies: int, told: bool) -> None:
    with override_settings(SECURE_SITE=secure, ALLAUTH_TRUSTED_PROXY_COUNT=proxies):
        assert ["TRUSTED_PROXIES" in str(each.msg) for each in proxies_are_counted()] == [True] * told
