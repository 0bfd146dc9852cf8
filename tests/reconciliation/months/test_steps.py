"""Which step waits for which, also when the run is cancelled and gone on with meanwhile."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Counterparty
from reconciliation.errors import FileLost
from reconciliation.models import Delivery, DeliveryStep, DistributionRun
from reconciliation.months import runs, steps

pytestmark = pytest.mark.django_db
State, Way = DeliveryStep.State, DeliveryStep.Way
LEASE = timedelta(minutes=1)


@pytest.fixture
def run(db: None) -> DistributionRun:
    """A month with one delivery, nothing of which has begun."""
    run = runs.start(date(2026, 3, 1))
    DistributionRun.objects.update(listed_at=timezone.now())
    company = Counterparty.objects.create(onec_guid="guid")
    delivery = Delivery.objects.create(run=run, counterparty=company, balance=Decimal(1), currency="RUB")
    for way in Way:
        DeliveryStep.objects.create(run=run, delivery=delivery, way=way, is_ready=way == Way.ACT)
    run.refresh_from_db()
    return run


def begun(run: DistributionRun, way: str) -> DeliveryStep:
    [step] = steps.claim(run.pk, way, 1, LEASE)
    return step


def ready(run: DistributionRun) -> set[str]:
    """Return the ways that can be begun now."""
    found = run.steps.filter(state=State.WAITING, is_ready=True, run__state=runs.State.UNDER_WAY)
    return set(found.values_list("way", flat=True))


def test_files_and_letters_wait_for_the_act_and_tasks_for_the_file(run: DistributionRun) -> None:
    assert ready(run) == {"act"}
    steps.finish(begun(run, Way.ACT))
    assert ready(run) == {"drive", "email"}
    steps.fail(begun(run, Way.DRIVE), FileLost())
    assert ready(run) == {"email", "task", "notify"}


def test_what_ends_while_the_run_is_cancelled_lets_the_others_go_when_it_is_resumed(
    run: DistributionRun,
) -> None:
    act = begun(run, Way.ACT)
    runs.cancel(run)
    steps.finish(act)
    runs.resume(run)
    assert ready(run) == {"drive", "email"}
    drive = begun(run, Way.DRIVE)
    runs.cancel(run)
    steps.finish(drive)
    runs.resume(run)
    assert ready(run) == {"email", "task", "notify"}
    assert not runs.close_if_done(run)


def test_a_month_that_was_closed_with_such_steps_by_an_earlier_version_goes_on(run: DistributionRun) -> None:
    run.steps.filter(way=Way.ACT).update(state=State.DONE)
    DistributionRun.objects.update(state="closed", closed_at=timezone.now())
    assert runs.retry_failed(run) == 2
    assert (run.state, ready(run)) == ("under_way", {"drive", "email"})


def test_no_month_closes_while_a_step_waits_for_nothing(run: DistributionRun) -> None:
    run.steps.filter(way=Way.ACT).update(state=State.DONE)
    assert not runs.close_if_done(run)
    assert ready(run) == {"drive", "email"}


def test_a_month_whose_act_failed_closes_though_others_wait_for_it(run: DistributionRun) -> None:
    steps.fail(begun(run, Way.ACT), FileLost())
    assert runs.close_if_done(run)
