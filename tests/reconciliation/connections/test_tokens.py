"""The tokens of an installed application: encrypted, and renewed once for all processes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from jobs.deadline import Deadline
from reconciliation import connections
from reconciliation.bitrix24 import oauth
from reconciliation.bitrix24.credentials import Application
from reconciliation.bitrix24.gateway import Bitrix24, GatewayConfig
from reconciliation.bitrix24.rest import Transport
from reconciliation.connections import tokens
from reconciliation.connections.tokens import StoredTokens
from reconciliation.errors import Bitrix24Busy, Bitrix24SetupError
from reconciliation.models import Bitrix24Installation
from sandbox.bitrix24.oauth import CLIENT_ID, CLIENT_SECRET
from sandbox.bitrix24.server import Bitrix24Sandbox
from tests.cast import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> Iterator[Bitrix24Sandbox]:
    with Bitrix24Sandbox() as running:
        yield running


@pytest.fixture
def installation(server: Bitrix24Sandbox) -> Bitrix24Installation:
    """The portal as installed an hour's time before its token runs out."""
    given = server.oauth.install()
    return Bitrix24Installation.objects.create(
        member_id="sandbox", origin=server.url, access_token=given["access_token"],
        refresh_token=given["refresh_token"], expires_at=timezone.now() + timedelta(hours=1),
    )  # fmt: skip


def gateway_of(
    server: Bitrix24Sandbox, installation: Bitrix24Installation, secret: str = CLIENT_SECRET
) -> Bitrix24:
    client, transport = oauth.Client(CLIENT_ID, secret, server.url), Transport()

    def renew(refresh_token: str) -> oauth.NewTokens:
        return oauth.refresh(transport, client, refresh_token, deadline=Deadline(5))

    return Bitrix24(GatewayConfig(Application(server.url, StoredTokens(installation.pk, renew))))


def ask(gateway: Bitrix24) -> object:
    return gateway.write("profile", deadline=Deadline(20)).result


def test_an_application_asks_like_a_webhook(server: Bitrix24Sandbox, installation: Bitrix24Installation):
    assert ask(gateway_of(server, installation))
    assert server.oauth.refreshes == 0


def test_the_database_holds_no_token_in_plain(installation: Bitrix24Installation):
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM reconciliation_bitrix24installation")
        kept = cursor.fetchone()

    assert installation.access_token not in kept
    assert Bitrix24Installation.objects.get().refresh_token == installation.refresh_token


def test_a_new_secret_key_still_reads_what_an_old_one_wrote(installation: Bitrix24Installation):
    from django.conf import settings

    with override_settings(SECRET_KEY="new" * 20, SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert Bitrix24Installation.objects.get().access_token == installation.access_token
    with override_settings(SECRET_KEY="new" * 20):
        assert Bitrix24Installation.objects.get().access_token == ""


@pytest.mark.parametrize("known", [True, False])
def test_a_token_that_ran_out_is_renewed_before_or_after_bitrix24_refuses_it(
    server: Bitrix24Sandbox, installation: Bitrix24Installation, known: bool
):
    server.oauth.expire()
    if known:
        Bitrix24Installation.objects.update(expires_at=timezone.now() + timedelta(seconds=30))

    assert ask(gateway_of(server, installation))

    row = Bitrix24Installation.objects.get()
    assert row.access_token != installation.access_token
    assert (row.leased_until, server.oauth.refreshes, server.counts["401 expired_token"]) == (
        None,
        1,
        int(not known),
    )
    assert row.expires_at > timezone.now() + timedelta(minutes=50)


def test_many_at_once_renew_once(
    many_connections: None, server: Bitrix24Sandbox, installation: Bitrix24Installation
):
    server.oauth.expire()

    answers = at_once(6, lambda _turn: ask(gateway_of(server, installation)))

    assert len(answers) == 6
    assert server.oauth.refreshes == 1


def test_a_process_that_died_renewing_holds_nobody_up_for_long(
    server: Bitrix24Sandbox, installation: Bitrix24Installation, monkeypatch: pytest.MonkeyPatch
):
    server.oauth.expire()
    Bitrix24Installation.objects.update(worker="dead", leased_until=timezone.now() + timedelta(seconds=0.3))

    assert ask(gateway_of(server, installation))

    monkeypatch.setattr(tokens, "LEASE", timedelta(seconds=0.3))
    server.oauth.expire()
    Bitrix24Installation.objects.update(worker="dead", leased_until=timezone.now() + timedelta(seconds=60))
    with pytest.raises(Bitrix24Busy):
        ask(gateway_of(server, installation))


def test_a_token_that_is_taken_no_more_says_what_to_do(
    server: Bitrix24Sandbox, installation: Bitrix24Installation
):
    server.oauth.expire()
    with pytest.raises(Bitrix24SetupError) as caught:
        ask(gateway_of(server, installation, secret="wrong"))

    assert caught.value.reason == "token"
    assert Bitrix24Installation.objects.get().leased_until is None


def test_who_installed_anew_meanwhile_keeps_the_new_tokens(installation: Bitrix24Installation):
    def renew(_refresh_token: str) -> oauth.NewTokens:
        Bitrix24Installation.objects.update(access_token="installed", worker="")
        return oauth.NewTokens("renewed", "refresh", 3600)

    StoredTokens(installation.pk, renew).renew(installation.access_token)

    assert Bitrix24Installation.objects.get().access_token == "installed"


def test_the_settings_choose_the_webhook_before_the_application(installation: Bitrix24Installation):
    with override_settings(BITRIX24_WEBHOOK_URL="https://own.bitrix24.ru/rest/1/secret/"):
        assert connections.bitrix24().config.credentials == connections.bitrix24().config.credentials
        assert (
            getattr(connections.bitrix24().config.credentials, "url", "")
            == "https://own.bitrix24.ru/rest/1/secret/"
        )
    assert isinstance(connections.bitrix24().config.credentials, Application)
    connections._bitrix24.cache_clear()
    connections._application.cache_clear()
