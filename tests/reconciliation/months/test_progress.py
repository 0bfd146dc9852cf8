"""How fast a month is, and when it will be over, by what earlier counts saw."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
import time_machine

from accounts.models import Counterparty
from reconciliation.management.commands.distribute import Command
from reconciliation.models import Delivery, DeliveryStep, DistributionRun
from reconciliation.months import progress, runs

pytestmark = pytest.mark.django_db
State = DeliveryStep.State
START = datetime.fromisoformat("2026-04-01T06:00:00+03:00")


@pytest.fixture
def run() -> DistributionRun:
    run = DistributionRun.objects.create(
        organization=runs.organization(), month=date(2026, 3, 1), listed_at=START, started_at=START
    )
    for number in range(60):
        company = Counterparty.objects.create(onec_guid=f"guid-{number}")
        delivery = Delivery.objects.create(run=run, counterparty=company, balance=Decimal(1), currency="RUB")
        DeliveryStep.objects.create(run=run, delivery=delivery, way="email")
    return run


def settle(run: DistributionRun, number: int) -> None:
    waiting = run.steps.filter(state=State.WAITING).values_list("pk", flat=True)[:number]
    run.steps.filter(pk__in=list(waiting)).update(state=State.DONE)


def counted(run: DistributionRun, minute: float) -> progress.Progress:
    with time_machine.travel(START + timedelta(minutes=minute), tick=False):
        progress.count(run, timedelta(0))
    run.refresh_from_db()
    return progress.Progress.from_json(run.progress)


def test_the_speed_is_that_of_the_last_five_minutes(run: DistributionRun):
    settle(run, 20)
    found = counted(run, 1)
    assert (found.ways[0].per_minute, found.ends_at) == (20, START + timedelta(minutes=3))
    for minute in range(2, 8):
        settle(run, 2)
        found = counted(run, minute)

    assert found.ways[0].per_minute == 2
    assert found.ends_at == START + timedelta(minutes=7 + 28 / 2)


def test_after_a_pause_nobody_knows_the_speed_at_first(run: DistributionRun):
    settle(run, 20)
    counted(run, 1)

    found = counted(run, 600)

    assert (found.ways[0].per_minute, found.ends_at) == (0, None)
    settle(run, 10)
    assert counted(run, 601).ways[0].per_minute == 10


def test_what_is_tried_again_makes_no_speed_below_none(run: DistributionRun):
    settle(run, 20)
    counted(run, 1)
    run.steps.update(state=State.WAITING)

    assert counted(run, 5.5).ways[0].per_minute == 0


def test_the_command_shows_what_the_page_counted(run: DistributionRun):
    settle(run, 15)
    counted(run, 1)
    said = StringIO()
    command = Command(stderr=said)
    command._began, command._shown = 0.0, ""

    for _ in range(2):
        command._tell(run)

    assert said.getvalue().startswith("[#####...............] email 15/60, ")
    assert said.getvalue().count("\n") == 1
