"""A database of before the outbox goes on: nobody forgotten or twice, and reports find their letter."""

import zlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import InvitationLetter
from letters.models import Bounce, Letter
from reconciliation.models import DeliveryLetter, DeliveryStep, DistributionRun

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = [("accounts", "0016_journal_outlives"), ("reconciliation", "0027_schedule_failures")]


@pytest.fixture
def before() -> Iterator[Any]:
    """The models as they were; afterwards the database is as it is now."""
    executor = MigrationExecutor(connection)
    executor.migrate([*BEFORE, ("letters", None)])
    yield executor.loader.project_state(BEFORE).apps
    call_command("migrate", verbosity=0)


def old_mark(key: int, kind: str = "") -> str:
    sign = salted_hmac("reconciliation.letters", f"{kind}{key}", algorithm="sha256").hexdigest()[:12]
    return f"{kind}{key}-{sign}"


def month(apps: Any, day: date, state: str, steps: list[tuple[str, bool, bool]]) -> Any:
    """Make a month; of each letter its state, whether it was handed over, and whether it was kept as sent."""
    model = apps.get_model
    run = model("reconciliation", "DistributionRun").objects.create(
        organization="7701234567", month=day, state=state, tries=2
    )
    for number, (step_state, is_handed_over, is_kept) in enumerate(steps):
        company, _ = model("accounts", "Counterparty").objects.get_or_create(
            onec_guid=f"guid-{number}",
            defaults={"name": f"ООО {number}", "email": f"{number}@client.example"},
        )
        delivery = model("reconciliation", "Delivery").objects.create(
            run=run, counterparty=company, balance=Decimal(1), currency="RUB"
        )
        step = model("reconciliation", "DeliveryStep").objects.create(
            run=run, delivery=delivery, way="email", state=step_state, is_ready=True,
            worker="somebody" if step_state == "under_way" else "",
            handed_over_at=timezone.now() if is_handed_over else None,
        )  # fmt: skip
        if is_kept:
            model("reconciliation", "SentLetter").objects.create(
                step=step, sender="acts@example.com", recipients=f"{number}@client.example, b@client.example",
                subject="Act", text="Hello.", packed_html=zlib.compress(b"<p>Hello.</p>"),
                attachment="Act.pdf",
            )  # fmt: skip
            if step_state == "failed":
                model("reconciliation", "Bounce").objects.create(
                    step=step, counterparty=company, address=company.email, kind="full"
                )
    return run


@pytest.mark.long
def test_months_and_invitations_of_before_are_taken_over(before: Any):
    closed = month(before, date(2026, 1, 1), "closed", [("done", True, True), ("failed", True, True)])
    running = month(
        before, date(2026, 2, 1), "under_way",
        [
            ("under_way", True, True), ("under_way", False, False), ("waiting", False, False),
            ("uncertain", True, True),
        ],
    )  # fmt: skip
    paused = month(before, date(2026, 3, 1), "paused", [("waiting", False, False)])
    old = before.get_model("accounts", "InvitationLetter")
    invited = [
        old.objects.create(email=f"{state}@client.example", language="ru", state=state, handed_over_at=at)
        for state, at in (
            ("waiting", None), ("under_way", timezone.now()), ("under_way", None), ("sent", timezone.now()),
        )
    ]  # fmt: skip

    call_command("migrate", verbosity=0)

    states = {
        run.pk: list(DeliveryStep.objects.filter(run=run.pk).order_by("pk").values_list("state", flat=True))
        for run in (closed, running, paused)
    }
    assert states == {
        closed.pk: ["done", "failed"], running.pk: ["uncertain", "waiting", "waiting", "uncertain"],
        paused.pk: ["waiting"],
    }  # fmt: skip
    runs = {run.pk: run for run in DistributionRun.objects.select_related("batch")}
    assert {key: run.batch and run.batch.is_held for key, run in runs.items()} == {
        closed.pk: False, running.pk: False, paused.pk: True,
    }  # fmt: skip
    assert {run.attempts for run in runs.values()} == {2}
    for step in DeliveryStep.objects.filter(letters__isnull=False):
        letter = step.letters.get().letter
        assert letter.mark == old_mark(step.pk)
        assert letter.state == {"done": "sent"}.get(step.state, step.state)
        assert (letter.subject, letter.html, letter.is_told) == ("Act", "<p>Hello.</p>", True)
        assert [each.address for each in letter.recipients.all()][1] == "b@client.example"
    assert Letter.objects.filter(kind="month").count() == 4
    bounce = Bounce.objects.get()
    assert (bounce.letter, bounce.kind) == (
        DeliveryStep.objects.get(state="failed").letters.get().letter,
        "full",
    )
    assert DeliveryLetter.objects.get(letter=bounce.letter).tell_at is not None
    found = {one.pk: one.letter for one in InvitationLetter.objects.select_related("letter")}
    assert [found[one.pk].state for one in invited] == ["waiting", "uncertain", "waiting", "sent"]
    assert [found[one.pk].mark for one in invited] == [old_mark(one.pk, "i") for one in invited]
