"""Workers are killed while a round goes out: everybody gets a letter, nobody two; what is uncertain is shown.

In full: STORM_INVITATIONS=5000 pytest tests/reconciliation/invitations/test_storm.py -s
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.invitations import rounds
from accounts.models import Counterparty, User
from letters.models import Letter
from sandbox.mail import MailSandbox
from tests import environment
from tests.letters.conftest import send
from tests.reconciliation.months.storm import kill
from tests.reconciliation.months.test_chaos import database_url

ROOT = Path(__file__).parents[3]
LETTERS = int(os.environ.get("STORM_INVITATIONS", "200"))
ROUNDS, WORKERS, PATIENCE = 3, 2, 60.0
State = Letter.State


def worker(mail: MailSandbox) -> "subprocess.Popen[bytes]":
    env = environment.clean(os.environ) | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": database_url(),
        "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}",
    }
    silent = subprocess.DEVNULL
    return subprocess.Popen(
        [sys.executable, "manage.py", "send_letters"], cwd=ROOT, env=env, stdout=silent, stderr=silent,
        start_new_session=True,
    )  # fmt: skip


def left() -> int:
    return Letter.objects.filter(state__in=(State.WAITING, State.UNDER_WAY)).count()


@pytest.mark.long
def test_killed_workers_leave_nobody_out_and_write_to_nobody_twice(
    many_connections: None, mail: MailSandbox, accountant: User
) -> None:
    Counterparty.objects.bulk_create(
        Counterparty(onec_guid=f"guid-{number}", name=f"ООО {number}", email=f"{number}@example.com")
        for number in range(LETTERS)
    )
    begun = rounds.start(Counterparty.objects.all(), role="owner", by=accountant)
    chance, kills, orphans = random.Random(7), 0, 0
    for _ in range(ROUNDS):
        before, running = left(), [worker(mail) for _ in range(WORKERS)]
        until = time.monotonic() + PATIENCE
        while left() > before - LETTERS / 8 and time.monotonic() < until:
            time.sleep(0.02)
        for each in running:
            kills += kill(each)
            time.sleep(chance.uniform(0, 0.1))
        time.sleep(0.3)  # what was on its way arrives
        held = Letter.objects.filter(state=State.UNDER_WAY)
        orphans += held.update(leased_until=timezone.now() - timedelta(seconds=1))
    send()
    arrived = Counter(letter.recipients[0] for letter in mail.letters)
    states = dict(begun.letters.values_list("email", "letter__state"))
    uncertain = {email for email, state in states.items() if state == State.UNCERTAIN}
    print(f"{LETTERS} letters, {kills} kills, {orphans} held by the dead, {len(uncertain)} uncertain")
    assert set(states.values()) <= {State.SENT, State.UNCERTAIN}
    assert max(arrived.values()) == 1
    assert set(states) - uncertain <= set(arrived)
    assert kills == ROUNDS * WORKERS
    assert len(uncertain) <= kills


@pytest.mark.django_db
def test_the_command_says_how_many_are_in_each_state(
    mail: MailSandbox, company: Counterparty, accountant: User
):
    rounds.start(Counterparty.objects.all(), role="owner", by=accountant)
    said = StringIO()
    call_command("send_letters", stdout=said)
    assert said.getvalue().strip() == "sent 1"
