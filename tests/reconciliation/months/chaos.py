"""`make chaos`: a month of 300 counterparties, 40 SIGKILLs and more, and what came of it, in numbers.

    make chaos
    TEST_DATABASE_URL=postgres://me@127.0.0.1:5432/postgres make chaos

On PostgreSQL in a database of its own, which is made and thrown away; on SQLite where none answers.
Redis is one of its own, restarted without its data. Two commands and two Celery workers are killed in each
round, while 1C refuses every tenth call, Bitrix24 cuts the line after the work and the mail server refuses
and hangs up.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sandbox.bitrix24.company import GUID_FIELD, Firm
from sandbox.bitrix24.limits import Sizes
from sandbox.bitrix24.server import Bitrix24Sandbox
from sandbox.generated_ledger import GeneratedLedger
from sandbox.ledger import Ledger
from sandbox.mail import MailSandbox
from sandbox.onec import OneCSandbox
from tests import databases, environment
from tools.ports import free_port
from tools.redis_server import redis_server

if TYPE_CHECKING:  # they need Django, which reads its settings first
    from tests.reconciliation.months.storm import Outcome, Storm


class Redis:
    """A Redis that can be restarted on its port, empty."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port, self._running = folder, free_port(), ExitStack()
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def __enter__(self) -> Self:
        self._running.enter_context(redis_server(self._folder, port=self._port, keep=False))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    def restart(self) -> None:
        self._running.close()
        self.__enter__()


def environment_of(
    given: Mapping[str, str], books: OneCSandbox, bitrix24: Bitrix24Sandbox, mail: MailSandbox
) -> dict[str, str]:
    """Return a portal's environment with these stand-ins; database, Redis and files are still missing."""
    return environment.clean(given) | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "ONEC_BASE_URL": books.url,
        "ONEC_API_KEY": "sandbox-key",
        "BITRIX24_WEBHOOK_URL": bitrix24.webhook,
        "BITRIX24_ACTS_FOLDER_ID": "8930",
        "BITRIX24_COMPANY_GUID_FIELD": GUID_FIELD,
        "BITRIX24_FALLBACK_MANAGER_ID": "3",
        "BITRIX24_RATE": "50",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}",
    }


def main() -> int:
    """Let it storm until enough were killed, calm down, and say what came of it; 1 if anything is wrong."""
    options = _options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        ledger = GeneratedLedger(1)
        books = stack.enter_context(OneCSandbox(ledger=ledger))
        bitrix24 = stack.enter_context(Bitrix24Sandbox(firms=_firms(ledger), sizes=Sizes(50.0, 50)))
        mail = stack.enter_context(MailSandbox())
        redis = stack.enter_context(Redis(folder))
        url = stack.enter_context(databases.empty(folder, databases.local_postgres()))
        env = environment_of(os.environ, books, bitrix24, mail) | {
            "DATABASE_URL": url, "REDIS_URL": redis.url, "MEDIA_ROOT": str(folder / "media"),
        }  # fmt: skip
        os.environ.update(env)
        storm, outcome = _storm(options, env, books, bitrix24, mail, redis)
    print(
        f"On {url.partition(':')[0]}: {storm.rounds} rounds, {storm.kills} SIGKILLs, "
        f"{storm.orphans} steps and letters left behind by the dead; {storm.cuts} connections to the "
        f"database ended; faults of the portal's own at {storm.places} places; Redis restarted "
        f"{storm.restarts} times."
    )
    wrong = list(outcome.wrong())
    print(*_said(outcome), *wrong, sep="\n")
    return 1 if wrong or storm.kills < options.kills else 0


def _storm(
    options: argparse.Namespace,
    env: dict[str, str],
    books: OneCSandbox,
    bitrix24: Bitrix24Sandbox,
    mail: MailSandbox,
    redis: Redis,
) -> "tuple[Storm, Outcome]":
    import django

    django.setup()
    from django.core.management import call_command

    from reconciliation import connections
    from tests.reconciliation.months.storm import LAST_DAY, Outcome, Storm

    call_command("migrate", verbosity=0)
    pages = connections.onec().pages(on=LAST_DAY, nonzero=True)
    only = [each.guid for page in pages for each in page.counterparties][: options.counterparties]
    storm = Storm(env, only, books, bitrix24, mail, redis.restart, celery=2, longest=5.0)
    while storm.kills < options.kills and storm.rounds < options.kills:
        storm.rage()
        files = len(bitrix24.company.files)
        _show(f"round {storm.rounds}: {storm.kills} of {options.kills} kills, {files} files")
    _show("calm")
    storm.calm()
    return storm, Outcome.look(connections.onec(), only, bitrix24, mail)


def _said(outcome: "Outcome") -> Iterator[str]:
    yield f"{len(outcome.wanted)} counterparties with a balance"
    for name, found in (("files", outcome.files), ("tasks", outcome.tasks), ("letters", outcome.letters)):
        most = max(found.values(), default=0)
        yield f"{found.total()} {name} for {len(found)} counterparties, most for one: {most}"
    for (way, state), number in sorted(outcome.states.items()):
        yield f"  {way}: {state} {number}"
    arrived = len(outcome.uncertain & outcome.letters.keys())
    yield f"{len(outcome.uncertain)} letters are uncertain and a person's; {arrived} of them did arrive"


def _show(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _firms(ledger: Ledger) -> Iterator[Firm]:
    for at, one in enumerate(ledger.counterparties):
        yield Firm(one.bitrix24_company_id, one.name, 2 + at % 3, {GUID_FIELD: one.guid})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--counterparties", type=int, default=300)
    parser.add_argument("--kills", type=int, default=40)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
