"""The storm in small: nobody gets anything twice, and nobody is forgotten. In full: `make chaos`."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection

from reconciliation import connections
from reconciliation.onec.client import OneCClient
from sandbox.bitrix24.limits import Sizes
from sandbox.bitrix24.server import Bitrix24Sandbox
from sandbox.mail import MailSandbox
from sandbox.onec import OneCSandbox
from tests.reconciliation.months import chaos
from tests.reconciliation.months.storm import Outcome, Storm

ROUNDS, COUNTERPARTIES = 5, 40


def database_url() -> str:
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    return f"postgres://{known['USER']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


@pytest.mark.long
def test_killed_workers_and_broken_lines_lose_nobody_and_send_nothing_twice(
    books: OneCSandbox, bitrix24: Bitrix24Sandbox, mail: MailSandbox, many_connections: None, tmp_path: Path
):
    only = [one.guid for one in books.ledger.counterparties[:COUNTERPARTIES]]
    bitrix24.limits.sizes = Sizes(50.0, 50)
    with chaos.Redis(tmp_path) as redis:
        env = chaos.environment_of(os.environ, books, bitrix24, mail) | {
            "DATABASE_URL": database_url(),
            "REDIS_URL": redis.url,
            "MEDIA_ROOT": str(tmp_path / "media"),
        }
        storm = Storm(env, only, books, bitrix24, mail, redis.restart)
        for _ in range(ROUNDS):
            storm.rage()
        storm.calm()
    onec = OneCClient(replace(connections.onec_config(), base_url=books.url))
    assert list(Outcome.look(onec, only, bitrix24, mail).wrong()) == []
    assert storm.kills + storm.gave_up == ROUNDS * storm.commands
    assert storm.kills
    assert storm.cuts or connection.vendor != "postgresql"
