"""What comes back is read from the mailbox once, noted with its letter, and told to the manager."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from accounts.models import Counterparty, User
from letters import dead_addresses, outbox
from letters.bounces import mailbox, noting, report
from letters.marks import marks_in, new_mark, sender_of
from letters.models import Bounce, Letter, Recipient
from letters.outbox import Draft
from reconciliation.models import ConnectionState, DeliveryLetter, DeliveryStep
from reconciliation.monitoring import connection_states
from reconciliation.months import bounce_tasks
from sandbox.bitrix24.server import Bitrix24Sandbox
from sandbox.imap import ImapSandbox
from sandbox.ledger import Counterparty as Known
from sandbox.letters import Letter as Sent
from sandbox.mail import MailSandbox
from tests.cast import Visit
from tests.letters.bounces.corpus import NO_REPORTS, SHAPES
from tests.reconciliation.months.conftest import Send, company_of

pytestmark = pytest.mark.django_db(transaction=True)
Way, State = DeliveryStep.Way, DeliveryStep.State
UNKNOWN = SHAPES["Postfix: no such user"]


@pytest.fixture
def box(settings: Any) -> Iterator[ImapSandbox]:
    with ImapSandbox() as running:
        settings.BOUNCE_IMAP_URL = running.url
        settings.BOUNCE_ADDRESS = "bounces@portal.example"
        yield running


def read() -> str:
    said = StringIO()
    call_command("read_bounces", stdout=said, stderr=StringIO())
    return said.getvalue()


def report_twice(box: ImapSandbox, mark: str, address: str) -> None:
    """Have a server say on two days that there is no such address."""
    for report_of, days in ((UNKNOWN, 1), (SHAPES["Exchange"], 0)):
        box.put(report_of.filled(mark=mark, to=address))
        read()
        newest = Bounce.objects.filter(address=address)[:1].values("pk")
        Bounce.objects.filter(pk__in=newest).update(received_at=timezone.now() - timedelta(days=days))


def sent_to(mail: MailSandbox, known: Known) -> Sent:
    return next(letter for letter in mail.letters if known.email in letter.recipients)


def mark_of(step: DeliveryStep) -> str:
    """Return the mark of a step's letter that counts."""
    return step.letters.all()[0].letter.mark


def step_of(known: Known) -> DeliveryStep:
    return DeliveryStep.objects.get(way=Way.EMAIL, delivery__counterparty__onec_guid=known.guid)


def test_a_letter_that_comes_back_is_found_by_its_sender_and_told_to_the_manager(
    send: Send, some: list[Known], mail: MailSandbox, box: ImapSandbox, bitrix24: Bitrix24Sandbox,
    accountant: User, visit: Visit,
):  # fmt: skip
    send()
    letter = sent_to(mail, some[0])
    assert letter.sender == sender_of(mark_of(step_of(some[0])))
    assert letter.message["From"] == "acts@example.com"
    tasks = len(bitrix24.company.tasks)
    box.put(UNKNOWN.filled(mark=letter.sender, to=some[0].email))

    said = read()
    read()

    assert "1 came back, 0 known before, 0 still being tried, 0 letters" in said
    assert "1 tasks for managers." in said
    bounce = Bounce.objects.get()
    assert (bounce.address, bounce.kind, bounce.status) == (some[0].email, "no_address", "5.1.1")
    step = step_of(some[0])
    assert (step.state, step.problem) == ("failed", "LetterCameBack")
    assert len(bitrix24.company.tasks) == tasks + 1
    task = max(bitrix24.company.tasks.items())[1]
    assert some[0].email in task.fields["DESCRIPTION"]
    assert task.fields["RESPONSIBLE_ID"] == 2
    assert box.unseen == []
    browser = visit(accountant, language="en")
    assert "letters come back" in browser.get("/admin/").content.decode()
    story = browser.get(f"/admin/reconciliation/delivery/{step.delivery_id}/change/").content.decode()
    assert f"/admin/letters/bounce/{bounce.pk}/change/" in story


def test_a_letter_without_an_address_of_its_own_is_found_by_its_message_id(
    send: Send, some: list[Known], mail: MailSandbox, box: ImapSandbox, settings: Any
):
    settings.BOUNCE_ADDRESS = ""
    send()
    letter = sent_to(mail, some[0])
    assert letter.sender == "acts@example.com"
    found = letter.message["Message-ID"]
    box.put(UNKNOWN.filled(mark="acts@example.com", to=some[0].email, sent=found))

    read()

    assert Bounce.objects.get().letter == step_of(some[0]).letters.get().letter


def test_an_address_that_is_none_gets_no_more_letters_until_somebody_says_otherwise(
    send: Send, some: list[Known], mail: MailSandbox, box: ImapSandbox, accountant: User
):
    send()
    box.put(UNKNOWN.filled(mark=sent_to(mail, some[0]).sender, to=some[0].email))
    read()
    assert noting.declare_dead(Bounce.objects.get(), accountant)
    before = len(mail.letters)

    with pytest.raises(CommandError):
        send("--retry-failed")
    assert len(mail.letters) == before + 1  # accounting's
    assert step_of(some[0]).problem == "NoWorkingAddress"

    assert noting.settle(Bounce.objects.get(), accountant)
    send("--retry-failed")
    assert step_of(some[0]).state == "done"


def test_another_address_settles_what_came_back(
    send: Send, some: list[Known], mail: MailSandbox, box: ImapSandbox
):
    send()
    box.put(UNKNOWN.filled(mark=sent_to(mail, some[0]).sender, to=some[0].email))
    read()
    company = Counterparty.objects.get(onec_guid=some[0].guid)
    company.email = "works@client.example"
    company.save()

    send("--retry-failed")

    assert step_of(some[0]).state == "done"
    assert Bounce.objects.get().settled_at is not None


def test_the_next_month_leaves_a_dead_address_out_and_says_so(
    send: Send, some: list[Known], mail: MailSandbox, box: ImapSandbox
):
    send(month="2026-02")
    report_twice(box, sent_to(mail, some[0]).sender, some[0].email)

    send()

    step = DeliveryStep.objects.get(
        way=Way.EMAIL, run__month="2026-03-01", delivery__counterparty__onec_guid=some[0].guid
    )
    assert (step.state, step.reason) == ("skipped", "dead")


def test_of_two_addresses_one_that_comes_back_leaves_the_letter_delivered(
    send: Send, some: list[Known], mail: MailSandbox, box: ImapSandbox
):
    company = company_of(some[0])
    company.email = f"good@client.example, {some[0].email}"
    company.save()
    send()
    letter = next(each for each in mail.letters if "good@client.example" in each.recipients)
    report_twice(box, letter.sender, some[0].email)

    assert step_of(some[0]).state == "done"
    assert dead_addresses.working(company.addresses, dead_addresses.all_dead()) == ["good@client.example"]


def test_a_full_mailbox_gets_the_letter_again_and_is_then_settled(
    send: Send, some: list[Known], mail: MailSandbox, box: ImapSandbox
):
    send()
    box.put(SHAPES["a full mailbox"].filled(mark=sent_to(mail, some[0]).sender, to=some[0].email))
    read()
    assert step_of(some[0]).state == "failed"

    send("--retry-failed")

    assert step_of(some[0]).state == "done"
    assert Bounce.objects.get().settled_at is not None


def test_forged_reports_and_other_letters_change_nothing(
    send: Send, some: list[Known], mail: MailSandbox, box: ImapSandbox
):
    send()
    forged = f"bounces+{step_of(some[0]).pk}-0123456789ab@portal.example"
    box.put(UNKNOWN.filled(mark=forged, to=some[0].email))
    for text in NO_REPORTS.values():
        box.put(text.encode())
    box.put(SHAPES["still being tried"].filled(mark=sent_to(mail, some[0]).sender, to=some[0].email))

    said = read()

    assert f"0 came back, 0 known before, 1 still being tried, {len(NO_REPORTS) + 1} letters" in said
    assert not Bounce.objects.exists()
    assert step_of(some[0]).state == "done"


def test_a_letter_that_the_portal_fails_on_stops_none_behind_it(
    db: None, box: ImapSandbox, monkeypatch: pytest.MonkeyPatch
):
    box.put(b"Subject: faulty\n\nx")
    box.put(b"Subject: whole\n\nx")
    monkeypatch.setattr(report, "read", lambda content: 1 / 0 if b"faulty" in content else None)

    assert "2 letters are no reports" in read()
    assert box.unseen == []


def test_a_database_that_is_lost_meanwhile_leaves_the_letter_to_the_next_round(
    db: None, box: ImapSandbox, monkeypatch: pytest.MonkeyPatch
):
    def lost(*_: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    box.put(b"Subject: whole\n\nx")
    with monkeypatch.context() as patched:
        patched.setattr(noting, "note", lost)
        with pytest.raises(CommandError, match="OperationalError"):
            read()

    assert "1 letters are no reports" in read()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("refuse", "cannot be reached"), ("login", "refuses user or password"), ("folder", "is not there"),
        ("noise", "does not speak IMAP"), ("cut", "cannot be reached"), ("silent", "cannot be reached"),
    ],
)  # fmt: skip
def test_a_box_that_cannot_be_read_is_told_and_nothing_is_lost(
    db: None, box: ImapSandbox, monkeypatch: pytest.MonkeyPatch, fault: str, words: str
):
    connection_states._noted.clear()
    monkeypatch.setattr("letters.bounces.reading.Box", _impatient)
    box.put(b"From: nobody\n\nHello")
    box.fault = fault

    with pytest.raises(CommandError, match=words):
        read()

    assert ConnectionState.objects.get(name="bounces").is_failing
    box.fault = ""
    assert "1 letters are no reports" in read()


def _impatient(url: str) -> mailbox.Box:
    return mailbox.Box(url, timeout=0.5)


def test_a_box_that_is_not_set_up_is_told(db: None, settings: Any):
    settings.BOUNCE_IMAP_URL = ""

    with pytest.raises(CommandError, match="BOUNCE_IMAP_URL is not set"):
        read()


def test_the_manager_is_told_later_when_bitrix24_is_down(
    send: Send, some: list[Known], mail: MailSandbox, box: ImapSandbox, bitrix24: Bitrix24Sandbox
):
    send()
    tasks = len(bitrix24.company.tasks)
    box.put(UNKNOWN.filled(mark=sent_to(mail, some[0]).sender, to=some[0].email))
    bitrix24.set_fault("*", "bad_gateway")
    assert "0 tasks for managers." in read()
    bitrix24.faults.clear()

    DeliveryLetter.objects.exclude(tell_at=None).update(tell_at=timezone.now())
    assert bounce_tasks.tell_managers() == 1
    assert bounce_tasks.tell_managers() == 0
    assert len(bitrix24.company.tasks) == tasks + 1


def test_an_address_that_we_did_not_write_to_is_not_noted(sent_letter: Callable[[str], DeliveryStep]):
    step = sent_letter("buh@client.example, boss@client.example")
    text = (
        "From: mailer-daemon@provider.example\n\nWrite to help@provider.example.\n"
        "<boss@client.example>: 550 5.1.1 User unknown\n"
    )
    found = noting.Read()

    noting.note(f"To: {sender_of(mark_of(step))}\n{text}".encode(), found)

    assert [bounce.address for bounce in found.noted] == ["boss@client.example"]


@pytest.mark.parametrize(
    ("named", "address"),
    [
        ("rfc822; buh@xn--80aa3agjl3d.xn--p1ai", "buh@ромашка.рф"),
        ("rfc822; BUH@CLIENT.example", "buh@client.example"),
        ("rfc822; buh+2Bacts@client.example", "buh+acts@client.example"),
        ("rfc822; buh+2bacts@client.example", "buh+2bacts@client.example"),
    ],
)
def test_an_address_is_known_in_whatever_form_a_server_names_it(
    sent_letter: Callable[[str], DeliveryStep], named: str, address: str
):
    step = sent_letter(f"{address}, boss@client.example")
    text = SHAPES["a full mailbox"].text.replace("rfc822;@@to@@", named)
    found = noting.Read()

    noting.note(text.replace("@@mark@@", sender_of(mark_of(step))).encode(), found)

    assert [(bounce.address, bounce.kind) for bounce in found.noted] == [(address, "full")]
    assert Recipient.objects.get(address=address).state == "came_back"


OF_COLLEAGUE = "buh@client.example, boss@other.example"


@pytest.mark.parametrize(
    ("received", "to"),
    [
        ("", "private@elsewhere.example"),
        ("from mail.client.example (mail.client.example [192.0.2.1])", "boss@other.example"),
        ("from mx9.other.example (gate.client.example [192.0.2.1])", "boss@other.example"),
        ("from client.example ([192.0.2.1])", "boss@other.example"),
    ],
    ids=["forwarded", "a colleague's", "under another name", "without a name"],
)
def test_a_report_of_an_address_that_its_server_cannot_know_is_a_persons(
    sent_letter: Callable[[str], DeliveryStep], accountant: User, visit: Visit, received: str, to: str
):
    step, found = sent_letter(OF_COLLEAGUE), noting.Read()
    head = f"Received: {received}\n by imap.portal.example; Wed, 1 Apr 2026 06:00:12 +0000\n".encode()

    for days in range(2):  # two reports on two days
        report_ = UNKNOWN.filled(mark=sender_of(mark_of(step)), to=to)
        noting.note(head + report_ + b"x" * days, found)
        Bounce.objects.update(received_at=timezone.now() - timedelta(days=1 - days))

    assert {bounce.kind for bounce in found.noted} == {"another"}
    assert not Recipient.objects.filter(state="came_back").exists()
    assert not dead_addresses.all_dead()
    page = visit(accountant, language="en").get(f"/admin/letters/bounce/{found.noted[0].pk}/change/")
    assert "comes from a server that cannot know" in page.content.decode()


@pytest.mark.parametrize("server", ["mx1.other.example", "other.example", "relay.portal.example"])
def test_a_server_of_its_own_or_of_nobody_else_may_speak_of_an_address(
    sent_letter: Callable[[str], DeliveryStep], server: str
):
    step, found = sent_letter(OF_COLLEAGUE), noting.Read()
    head = f"Received: from {server} ({server} [192.0.2.1])\n".encode()

    noting.note(head + UNKNOWN.filled(mark=sender_of(mark_of(step)), to="boss@other.example"), found)

    assert [bounce.kind for bounce in found.noted] == ["no_address"]


def test_one_report_or_two_of_one_day_leave_an_address_alive_and_a_person_may_say_otherwise(
    sent_letter: Callable[[str], DeliveryStep], accountant: User, visit: Visit
):
    step, found = sent_letter("buh@client.example"), noting.Read()
    for name in ("Postfix: no such user", "Exchange"):
        noting.note(SHAPES[name].filled(mark=sender_of(mark_of(step)), to="buh@client.example"), found)
    assert not dead_addresses.all_dead()
    page = f"/admin/letters/bounce/{found.noted[0].pk}/"
    browser = visit(accountant, language="en")
    assert "until a second report on another day" in browser.get(f"{page}change/").content.decode()

    said = browser.post(f"{page}dead/", follow=True).content.decode()

    assert "No letter goes to buh@client.example any more." in said
    assert dead_addresses.all_dead() == {"buh@client.example"}
    browser.post(f"{page}settle/")
    assert not dead_addresses.all_dead()


def test_marks_are_found_in_any_case_those_of_earlier_versions_too():
    mark = new_mark()
    assert marks_in(f"a {mark} b <x-{mark.upper()}@c> i8-0123456789ab 9-0123456789ab 123-456") == [
        mark, "i8-0123456789ab", "9-0123456789ab",
    ]  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_noted(name: str, db: None, sent_letter: Callable[[str], DeliveryStep]):
    step = sent_letter("buh@client.example")
    found = noting.Read()

    noting.note(SHAPES[name].filled(mark=sender_of(mark_of(step)), to="buh@client.example"), found)

    expected = {kind for kind in SHAPES[name].expected.values() if kind}
    if name == "forwarded elsewhere":
        expected = {"other"}  # whose address it is nobody knows: ours is not dead by it
    assert {bounce.kind for bounce in found.noted} == expected
    assert {bounce.address for bounce in found.noted} <= {"buh@client.example"}


@pytest.fixture
def sent_letter(settings: Any) -> Callable[[str], DeliveryStep]:
    """Return what keeps a letter as sent to an address."""
    from datetime import date
    from decimal import Decimal

    from reconciliation.models import Delivery, DeliveryLetter, DistributionRun

    settings.BOUNCE_ADDRESS = "bounces@portal.example"

    def make(address: str) -> DeliveryStep:
        run = DistributionRun.objects.create(organization="1", month=date(2026, 3, 1))
        company = Counterparty.objects.create(onec_guid="1", email=address)
        delivery = Delivery.objects.create(run=run, counterparty=company, balance=Decimal(1), currency="RUB")
        step = DeliveryStep.objects.create(run=run, delivery=delivery, way=Way.EMAIL, state=State.DONE)
        [letter] = outbox.queue([Draft("month", "ru", address.split(", "), "-", "-")])
        Letter.objects.update(state="sent")
        Recipient.objects.update(state="taken")
        DeliveryLetter.objects.create(letter=letter, step=step)
        return step

    return make
