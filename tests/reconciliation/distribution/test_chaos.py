"""Workers are killed at random moments while everything around them fails: nobody gets anything twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from reconciliation import connections
from reconciliation.models import DeliveryStep, DistributionRun
from reconciliation.onec.client import OneCClient
from sandbox.bitrix24.server import Bitrix24Sandbox
from sandbox.ledger import Counterparty as Known
from sandbox.mail import MailSandbox
from sandbox.onec import OneCSandbox
from tests import environment

ROOT = Path(__file__).parents[3]
ROUNDS, WORKERS, COUNTERPARTIES = 5, 2, 40
MONTH = "2026-03"


def worker(env: Mapping[str, str], known: list[Known]) -> "subprocess.Popen[bytes]":
    """Start a program that works on the month until it is closed."""
    command = [
        sys.executable,
        "manage.py",
        "distribute",
        MONTH,
        "--yes",
        "--only",
        *(one.guid for one in known),
    ]
    silent = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=ROOT, env=dict(env), stdout=silent, stderr=silent)


def attempts_so_far() -> int:
    return DeliveryStep.objects.aggregate(number=Sum("attempts"))["number"] or 0


def make_due() -> None:
    """What was put off is due."""
    past = timezone.now() - timedelta(seconds=1)
    DeliveryStep.objects.filter(state="waiting").update(next_try_at=past)
    DistributionRun.objects.update(next_try_at=past)


def end_leases() -> None:
    """Everybody who was at work is dead, and the time of their leases is over."""
    past = timezone.now() - timedelta(seconds=1)
    DeliveryStep.objects.filter(state="under_way").update(leased_until=past)
    DistributionRun.objects.filter(leased_until__isnull=False).update(leased_until=past)


def database_url() -> str:
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    return f"postgres://{known['USER']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


def storm(
    env: Mapping[str, str],
    known: list[Known],
    books: OneCSandbox,
    bitrix24: Bitrix24Sandbox,
    mail: MailSandbox,
) -> None:
    """Start workers and kill them, again and again, while everything around them fails."""
    chance = random.Random(7)
    for number in range(ROUNDS):
        books.set_fault("*", "busy", times=4)
        bitrix24.set_fault("batch", "cut_after", 3)
        bitrix24.set_fault("disk.folder.uploadfile", "cut_after", 2)
        mail.set_fault(("cut_after", "busy")[number % 2])
        attempts = attempts_so_far()
        workers = [worker(env, known) for _ in range(WORKERS)]
        until = time.monotonic() + 60
        while attempts_so_far() == attempts and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(chance.uniform(0.0, 1.0))
        for each in workers:
            each.send_signal(signal.SIGKILL)
            each.wait()
        time.sleep(0.3)  # what was on its way to the stand-ins arrives
        end_leases()
        make_due()


def test_killed_workers_and_broken_lines_lose_nobody_and_send_nothing_twice(
    books: OneCSandbox, bitrix24: Bitrix24Sandbox, mail: MailSandbox, many_connections: None,
    redis_url: str, tmp_path: Path,
):  # fmt: skip
    known = list(books.ledger.counterparties[:COUNTERPARTIES])
    env = environment.clean(os.environ) | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": database_url(),
        "REDIS_URL": redis_url,
        "MEDIA_ROOT": str(tmp_path / "media"),
        "ONEC_BASE_URL": books.url,
        "ONEC_API_KEY": "sandbox-key",
        "BITRIX24_WEBHOOK_URL": bitrix24.webhook,
        "BITRIX24_ACTS_FOLDER_ID": "8930",
        "BITRIX24_COMPANY_GUID_FIELD": "UF_CRM_1C_GUID",
        "BITRIX24_FALLBACK_MANAGER_ID": "3",
        "BITRIX24_RATE": "50",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}",
    }
    bitrix24.limits.sizes = type(bitrix24.limits.sizes)(50.0, 50)
    storm(env, known, books, bitrix24, mail)
    books.clear()
    bitrix24.faults.clear()
    run = DistributionRun.objects.get()
    for _ in range(5):
        if run.state == "closed":
            break
        last = worker(env, known)
        time.sleep(3)
        make_due()
        last.wait(timeout=90)
        run.refresh_from_db()

    onec = OneCClient(replace(connections.onec_config(), base_url=books.url))
    pages = onec.pages(on=date(2026, 3, 31), nonzero=True)
    wanted = {each.guid for page in pages for each in page.counterparties} & {one.guid for one in known}
    files = Counter(file.content for file in bitrix24.company.files)
    tasks = Counter(task.fields["DESCRIPTION"].rpartition("_")[2] for task in bitrix24.company.tasks.values())
    letters = Counter(to for letter in mail.letters for to in letter.recipients)
    del letters["accounting@example.com"]
    states = Counter(run.steps.exclude(way="notify").values_list("state", flat=True))
    sent = run.steps.filter(way="email", state="done").values_list("delivery__counterparty__email", flat=True)
    assert run.state == "closed"
    assert tasks == dict.fromkeys(wanted, 1)
    assert (len(files), max(files.values())) == (len(wanted), 1)
    assert set(states) <= {"done", "uncertain"}
    assert sum(states.values()) == 4 * len(wanted)
    assert max(letters.values()) == 1
    assert {letters[address] for address in sent} == {1}
