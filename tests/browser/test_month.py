"""A month from its preview to its end: looked at, approved, watched, put right, closed."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Counterparty, OrganizationSettings, User
from reconciliation import tasks
from reconciliation.models import DeliveryStep, DistributionRun
from reconciliation.months import runs
from sandbox.bitrix24.server import Bitrix24Sandbox
from sandbox.imap import ImapSandbox
from sandbox.ledger import Counterparty as Known
from sandbox.mail import MailSandbox
from sandbox.onec import OneCSandbox
from tests.browser.conftest import OpenWindow
from tests.reconciliation.conftest import no_waits
from tests.reconciliation.months.conftest import bitrix24

__all__ = ["bitrix24", "no_waits"]  # fixtures
NUMBER = 7
Work = Callable[[], None]


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Return what does the work of Celery's workers, beside the portal."""
    waiting: list[tuple[Any, tuple[int, ...]]] = []

    def enqueue(task: Any, *more: int, after: float = 0.0) -> None:
        if not after:  # what is to be done later is left to beat
            waiting.append((task, more))

    monkeypatch.setattr(tasks, "enqueue", enqueue)

    def work() -> None:
        while waiting:
            task, more = waiting.pop(0)
            task(*more)

    return work


@pytest.fixture
def own_connections(many_connections: None, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each request a connection to the database of its own: pages that ask again come in at once."""
    monkeypatch.setattr(live_server.thread.httpd, "connections_override", {})


@pytest.fixture
def box(settings: Any) -> ImapSandbox:
    settings.BOUNCE_ADDRESS = "bounces@portal.example"
    box = ImapSandbox()
    settings.BOUNCE_IMAP_URL = box.url
    return box


@pytest.fixture
def mail(settings: Any, box: ImapSandbox) -> Iterator[MailSandbox]:
    with MailSandbox(box=box) as running:
        settings.EMAIL_BACKEND = "portal.backends.mail.SmtpBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield running


@pytest.fixture
def seven(books: OneCSandbox) -> list[Known]:
    """All whom 1C lists; four of them are trouble."""
    for other in books.ledger.counterparties[NUMBER:]:
        books.set_fault(other.guid, "not_listed")
    known = list(books.ledger.counterparties[:NUMBER])
    emails = ("refused@client.example", "gone@client.example", "", "hangs-up@client.example")
    for number, email in enumerate(emails):
        if email:
            Counterparty.objects.create(onec_guid=known[number].guid, name=known[number].name, email=email)
    books.set_fault(known[2].guid, "unbalanced")
    OrganizationSettings.objects.create(pk=1, canary=0)
    return known


def correct_address(page: Page, address: str) -> None:
    """Go to the counterparty of a delivery, enter an address that works, and come back."""
    there = page.url
    page.locator('a[href^="/admin/accounts/counterparty/"][href*="change"]').first.click()
    page.get_by_label(re.compile("email for letters", re.IGNORECASE)).fill(address)
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(there)


def look_and_approve(page: Page, work: Work) -> None:
    """Make a preview of last month, see what is odd, and start the month from it."""
    page.goto("/admin/reconciliation/monthpreview/")
    page.get_by_role("button", name="Make a preview").click()
    expect(page.locator("#progress")).to_contain_text("is being read")
    work()
    expect(page.locator("#progress")).to_contain_text("7 counterparties with a balance; 7 get an act.")
    expect(page.locator(".attention")).to_contain_text("its figures do not add up in 1C")
    page.get_by_role("button", name="Approve and send 7 acts").click()


def watch(page: Page, work: Work) -> None:
    """See the month under way and closed, and how many need a person."""
    expect(page.locator("#progress")).to_contain_text("Under way")
    work()
    expect(page.locator("#progress")).to_contain_text("Closed")
    tasks.read_bounces()
    page.reload()
    page.get_by_role("link", name="Need a person").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(4)


def put_right(page: Page, run: DistributionRun, work: Work, mend_1c: Callable[[], None]) -> None:
    """Settle an uncertain letter, an act that does not add up, and two addresses that take no letters."""
    page.goto(story(run, state="uncertain"))
    page.get_by_role("button", name="It arrived").click()
    expect(page.locator(".story")).not_to_contain_text("uncertain")
    mend_1c()
    page.goto(story(run, way="act", state="failed"))
    expect(page.locator(".story")).to_contain_text("do not add up")
    page.get_by_role("button", name="Try again").click()
    work()
    for problem, words in {"MailRefused": "refuses the letter", "LetterCameBack": "came back"}.items():
        page.goto(story(run, problem=problem))
        expect(page.locator(".story")).to_contain_text(words)
        correct_address(page, f"{problem.lower()}@client.example")
        page.get_by_role("button", name="Try again").click()
        work()


@pytest.mark.long
def test_a_month_is_looked_at_approved_watched_and_put_right(
    own_connections: None, open_window: OpenWindow, chief: User, seven: list[Known], books: OneCSandbox,
    bitrix24: Bitrix24Sandbox, mail: MailSandbox, box: ImapSandbox, no_waits: None, work: Work,
):  # fmt: skip
    page = open_window(chief, viewport={"width": 1280, "height": 900})
    look_and_approve(page, work)
    run_page = page.url
    watch(page, work)
    run = DistributionRun.objects.get()
    assert run.month == runs.month_before(timezone.localdate())

    put_right(page, run, work, lambda: books.set_fault(seven[2].guid, "unbalanced", times=0))

    page.goto(run_page)
    expect(page.locator("#progress")).to_contain_text("Closed")
    expect(page.locator("#progress")).not_to_contain_text("Need a person")
    expect(page.get_by_role("button", name="Try again what failed")).to_have_count(0)
    got = [to for letter in mail.letters for to in letter.recipients if to != "accounting@example.com"]
    assert len(got) == len(set(got)) == NUMBER + 1  # the one that came back had been taken, too
    assert len(bitrix24.company.files) == NUMBER


def story(run: DistributionRun, **of_step: str) -> str:
    """Return the page of the delivery that has a step like this."""
    step = DeliveryStep.objects.get(run=run, **of_step)
    return f"/admin/reconciliation/delivery/{step.delivery_id}/change/"
