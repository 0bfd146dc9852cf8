"""The first deliveries of a month go out first; too many failures among them stop the rest."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from accounts.models import Counterparty, OrganizationSettings
from reconciliation import tasks
from reconciliation.models import Delivery, DeliveryStep, DistributionRun
from reconciliation.months import canary, runs, steps
from reconciliation.months.work import lanes
from sandbox.bitrix24.server import Bitrix24Sandbox
from sandbox.mail import MailSandbox
from sandbox.onec import OneCSandbox
from tests.reconciliation.months.conftest import MONTH

pytestmark = pytest.mark.django_db(transaction=True)
State, Way = DeliveryStep.State, DeliveryStep.Way
Make = Callable[..., None]


@pytest.fixture
def run(db: None) -> DistributionRun:
    return DistributionRun.objects.create(
        organization=runs.organization(), month=date(2026, 3, 1), held=Way.values, listed_at=timezone.now()
    )


@pytest.fixture
def make(run: DistributionRun) -> Make:
    """Return what makes so many deliveries with these steps."""

    def make(number: int, *, is_first: bool = True, is_ready: bool = True, **states: str) -> None:
        for _ in range(number):
            company = Counterparty.objects.create(onec_guid=f"guid-{Counterparty.objects.count()}")
            delivery = Delivery.objects.create(
                run=run, counterparty=company, balance=Decimal(1), currency="RUB"
            )
            for way, state in states.items():
                passing = state == "passing"
                DeliveryStep.objects.create(
                    run=run, delivery=delivery, way=way, is_first=is_first, is_ready=is_ready,
                    state=State.WAITING if passing else state, problem="MailBusy" if passing else "",
                    attempts=int(passing),
                )  # fmt: skip

    return make


def judge(run: DistributionRun) -> None:
    """Judge the run as it is now, and read what came of it."""
    run.refresh_from_db()
    canary.judge(run)
    run.refresh_from_db()


def test_a_way_is_let_go_when_its_first_steps_went_well(run: DistributionRun, make: Make):
    make(19, act="done", drive="done", email="done")
    make(1, act="done", drive="waiting", email="failed")

    judge(run)

    assert set(run.held) == {"drive"}
    DeliveryStep.objects.filter(state="waiting").update(state="done")
    judge(run)
    run.refresh_from_db()
    assert (run.state, run.held) == ("under_way", [])


def test_more_failures_than_are_allowed_pause_the_run_and_say_why(run: DistributionRun, make: Make):
    make(18, act="done", email="waiting")
    make(1, act="done", email="failed")
    make(1, act="done", email="uncertain")

    judge(run)

    assert (run.state, run.paused_why) == ("paused", "email 2/20")
    with translation.override("ru"):
        assert canary.why_paused(run) == "эл. почта: 2 из 20 не удались"


@pytest.mark.parametrize(("passing", "held"), [(10, set()), (11, {"email"})])
def test_what_may_pass_is_no_failure_but_most_must_have_arrived(
    run: DistributionRun, make: Make, passing: int, held: set[str]
):
    make(20 - passing, act="done", email="done")
    make(passing, act="done", email="passing")

    judge(run)

    assert (run.state, set(run.held)) == ("under_way", held)


def test_one_in_twenty_is_not_over_five_per_cent_whatever_becomes_of_the_others(
    run: DistributionRun, make: Make
):
    make(16, act="done", email="done")
    make(1, act="done", email="failed")
    make(2, is_ready=False, act="waiting", email="waiting")
    make(1, act="done", email="skipped")

    judge(run)

    assert run.state == "under_way"


def test_what_cannot_begin_holds_nobody(run: DistributionRun, make: Make):
    make(19, act="done", task="done")
    make(1, is_ready=False, act="failed", task="waiting")

    judge(run)

    assert run.held == []


def test_nothing_is_let_go_before_all_of_the_first_are_known(run: DistributionRun, make: Make):
    DistributionRun.objects.update(canary=5, listed_at=None)
    make(15, act="done", email="done")

    judge(run)

    assert set(run.held) == set(Way.values)


def test_only_first_steps_are_taken_of_a_held_way(run: DistributionRun, make: Make):
    make(2, act="waiting", email="waiting")
    make(3, is_first=False, act="waiting", email="waiting")
    lease = lanes()[0].lease

    assert len(steps.claim(run.pk, Way.EMAIL, 10, lease, only_first=True)) == 2
    assert len(steps.claim(run.pk, Way.ACT, 10, lease, only_first=True)) == 5
    assert runs.next_at(run) is None
    assert len(steps.claim(run.pk, Way.EMAIL, 10, lease)) == 3


@pytest.fixture
def whole(
    books: OneCSandbox, bitrix24: Bitrix24Sandbox, mail: MailSandbox, many_connections: None, no_waits: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., str]:  # fmt: skip
    """Send a month of twelve counterparties, four of them first."""
    for other in books.ledger.counterparties[12:]:
        books.set_fault(other.guid, "not_listed")
    OrganizationSettings.objects.create(pk=1, canary=4, canary_percent=25)

    def send(*options: str) -> str:
        said = StringIO()
        call_command("distribute", MONTH, *options, stdout=said, stderr=StringIO())
        return said.getvalue()

    return send


def to_counterparties(mail: MailSandbox) -> list[str]:
    return [to for letter in mail.letters for to in letter.recipients if to != "accounting@example.com"]


def test_a_month_stops_after_its_first_and_goes_on_when_that_is_put_right(
    whole: Callable[..., str], mail: MailSandbox, bitrix24: Bitrix24Sandbox
):
    mail.set_fault("refuse", times=100)
    with pytest.raises(CommandError, match="Too many of the first deliveries failed"):
        whole("--yes")
    run = DistributionRun.objects.get()
    assert (run.state, to_counterparties(mail)) == ("paused", [])
    tried = run.steps.filter(way=Way.EMAIL, attempts__gt=0)
    assert tried.count() == tried.filter(is_first=True).count() <= 4

    mail.set_fault("refuse", times=0)
    whole("--retry-failed")

    run.refresh_from_db()
    assert (run.state, run.held) == ("closed", [])
    assert len(set(to_counterparties(mail))) == len(to_counterparties(mail)) == 12
    assert len(bitrix24.company.files) == 12


def test_whoever_follows_a_few_has_first_ones_too(db: None):
    few = runs.start(date(2026, 3, 1), only=["1"])
    assert (few.canary, few.held) == (0, [])

    everybody = runs.start(date(2026, 3, 1))

    assert (everybody.pk, everybody.canary, everybody.held) == (few.pk, 20, Way.values)


def test_accounting_is_told_that_a_month_has_paused_itself(
    run: DistributionRun, make: Make, mailoutbox: list[Any]
):
    make(3, act="done", email="failed")
    DistributionRun.objects.update(worked_at=timezone.now() - runs.SILENT * 2)
    judge(run)

    for _ in range(2):
        tasks.continue_months()
        tasks.send_letters()

    assert [letter.subject for letter in mailoutbox] == [
        "Акты за 03.2026 приостановлены: не удались слишком многие из первых."
    ]


def test_going_on_sends_to_everybody(run: DistributionRun, make: Make):
    make(3, act="done", email="failed")
    judge(run)

    assert runs.resume(run)

    assert (run.state, run.held, run.paused_why) == ("under_way", [], "")
