"""The month reaches everybody once, and what fails is settled without anybody getting it twice."""

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from errno import ENOSPC
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError
from django.db import OperationalError
from django.utils import timezone

from accounts.models import Counterparty, OrganizationSettings, User
from jobs import pauses
from letters import sending
from letters.models import Letter, Recipient
from reconciliation.errors import FileLost
from reconciliation.models import (
    Delivery,
    DeliveryLetter,
    DeliveryStep,
    DistributionRun,
    IssuedAct,
    LetterTemplate,
)
from reconciliation.months import decisions, progress, runs, steps, work
from reconciliation.months.ways import drive_way, letter_way
from sandbox.bitrix24.server import Bitrix24Sandbox
from sandbox.ledger import Counterparty as Known
from sandbox.mail import MailSandbox
from sandbox.onec import OneCSandbox
from tests.cast import Visit, at_once, longer
from tests.reconciliation.months.conftest import Send, company_of

State, Way = DeliveryStep.State, DeliveryStep.Way


def letters(mail: MailSandbox) -> Counter[str]:
    """Return how many letters each counterparty's address got; accounting's own are left aside."""
    return Counter(
        to for letter in mail.letters for to in letter.recipients if to != "accounting@example.com"
    )


def states(way: str) -> Counter[str]:
    return Counter(DeliveryStep.objects.filter(way=way).values_list("state", flat=True))


def delivered_once(some: list[Known], bitrix24: Bitrix24Sandbox, mail: MailSandbox) -> bool:
    """Whether each of these has one file, one task and one letter, and nobody else has any."""
    files = Counter(file.name for file in bitrix24.company.files)
    tasks = Counter(task.fields["DESCRIPTION"].rpartition("_")[2] for task in bitrix24.company.tasks.values())
    once = {*files.values(), *tasks.values(), *letters(mail).values()} == {1}
    return once and (
        len(files) == len(some)
        and set(tasks) == {one.guid for one in some}
        and set(letters(mail)) == {one.email for one in some}
    )


def test_everybody_gets_file_task_and_letter_once(
    send: Send, some: list[Known], bitrix24: Bitrix24Sandbox, mail: MailSandbox
):
    said = send()
    send()

    assert delivered_once(some, bitrix24, mail)
    assert "  email: done 4" in said
    run = DistributionRun.objects.get()
    assert (run.state, run.deliveries.count(), IssuedAct.objects.count()) == ("closed", 4, 4)
    task = next(iter(bitrix24.company.tasks.values()))
    assert task.fields["UF_TASK_WEBDAV_FILES"][0].startswith("n")
    assert [step.state for step in run.steps.filter(way=Way.NOTIFICATION)] == ["skipped"] * 4
    assert {step.url.partition("/")[0] for step in run.steps.filter(way__in=(Way.DRIVE, Way.TASK))} == {
        "http:"
    }
    ways = {way.way: way.states for way in progress.look(run).ways}
    assert (ways["act"], ways["email"]) == ({"done": 4}, {"done": 4})


def test_the_letter_says_first_who_owes_whom_and_carries_the_act(
    send: Send, some: list[Known], mail: MailSandbox
):
    company_of(some[1], language="en")
    send()

    found = {letter.recipients[0]: letter for letter in mail.letters}
    english, russian = found[some[1].email], found[some[0].email]
    assert english.body("plain").lstrip().startswith("As of 31 March 2026")
    assert english.subject.startswith("Reconciliation act for 1 March 2026 – 31 March 2026: ")
    assert russian.body("plain").lstrip().startswith("На 31.03.2026")
    assert some[0].name in russian.subject
    for letter in (english, russian):
        name, content = letter.attachments[0]
        assert name.endswith(".pdf")
        assert content.startswith(b"%PDF")
        act = IssuedAct.objects.get(counterparty__email=letter.recipients[0])
        assert f"http://testserver/acts/{act.public_id}/" in letter.body("plain")
        assert f"http://testserver/acts/{act.public_id}/" in letter.body("html")
        assert letter.message["Reply-To"] == "accounting@example.com"
        assert letter.message["Message-ID"].startswith("<month-")
        assert "\n " not in letter.message["Subject"]


def test_an_entry_that_cannot_be_read_is_shown_and_read_again(
    send: Send, some: list[Known], books: OneCSandbox, mail: MailSandbox
):
    books.set_fault(some[0].guid, "field", {"field": "balance", "json": '"much"'})

    with pytest.raises(CommandError, match="Not everything"):
        send()
    run = DistributionRun.objects.get()
    assert [entry["guid"] for entry in run.unreadable] == [some[0].guid]
    assert "запись 1С не читается" in mail.letters[-1].body("plain")
    books.clear()
    send("--retry-failed")

    run.refresh_from_db()
    assert (run.unreadable, run.state, sum(letters(mail).values())) == ([], "closed", 4)


def test_two_balances_of_one_counterparty_are_no_balance(
    send: Send, some: list[Known], books: OneCSandbox, mail: MailSandbox
):
    """OCA/account-financial-reporting#810: the month took the last of them."""
    books.set_fault("*", "two_currencies", some[0].guid)

    with pytest.raises(CommandError, match="Not everything"):
        send()

    run = DistributionRun.objects.get()
    [entry] = run.unreadable
    assert (entry["guid"], "50.00 USD" in entry["why"]) == (some[0].guid, True)
    assert run.deliveries.count() == 3
    assert some[0].name in mail.letters[-1].body("plain")


def test_a_letter_is_kept_as_it_was_sent(
    send: Send, some: list[Known], mail: MailSandbox, accountant: User, visit: Visit
):
    template = LetterTemplate.objects.create(language="ru", subject="Акт {number}", text="{sentence}")
    send()
    template.pk = None
    template.subject = "Другой"
    template.save()

    kept = DeliveryLetter.objects.get(letter__recipients__address=some[0].email)
    sent = next(letter for letter in mail.letters if letter.recipients == [some[0].email])
    assert (kept.letter.subject, kept.template_id) == (sent.subject, LetterTemplate.objects.earliest("pk").pk)
    assert kept.letter.html.strip() == sent.body("html").replace("\r\n", "\n").strip()
    browser = visit(accountant, language="en")
    page = browser.get(f"/admin/reconciliation/delivery/{kept.step.delivery_id}/sent/").content.decode()
    assert kept.letter.subject in page
    assert some[0].email in page
    story = browser.get(f"/admin/reconciliation/delivery/{kept.step.delivery_id}/change/").content.decode()
    assert f"/admin/reconciliation/delivery/{kept.step.delivery_id}/sent/" in story


def test_several_addresses_get_one_letter_together_and_a_wrong_one_is_told(
    send: Send, some: list[Known], mail: MailSandbox
):
    company = company_of(some[0])
    company.email = "a@example.com, refused@example.com, b@example.com"
    company.save()

    send()

    ours = [letter for letter in mail.letters if "a@example.com" in letter.recipients]
    assert [letter.recipients for letter in ours] == [["a@example.com", "b@example.com"]]
    step = DeliveryStep.objects.get(way=Way.EMAIL, delivery__counterparty=company)
    assert (step.state, step.detail) == ("done", "refused: refused@example.com")


def test_whoever_gets_nothing_is_listed_with_the_reason(
    send: Send, some: list[Known], bitrix24: Bitrix24Sandbox, mail: MailSandbox
):
    company_of(some[0], paused_until=timezone.localdate() + timedelta(days=9), pause_reason="Суд")
    company_of(some[1], to_drive=False, to_task=False, to_email=False)
    company = company_of(some[2], to_drive=False)
    company.email = ""
    company.save()

    said = send()

    found = dict(Delivery.objects.values_list("counterparty__onec_guid", "excluded"))
    assert found == {some[0].guid: "paused", some[1].guid: "all_off", some[2].guid: "", some[3].guid: ""}
    assert Delivery.objects.get(excluded="paused").detail == "Суд"
    reasons = dict(
        DeliveryStep.objects.filter(delivery__counterparty=company, state="skipped").values_list(
            "way", "reason"
        )
    )
    assert reasons == {"drive": "off", "email": "no_email", "notify": "off"}
    assert "nothing for 1: paused" in said
    assert (len(bitrix24.company.files), len(bitrix24.company.tasks), len(letters(mail))) == (1, 2, 1)


def test_managers_are_told_where_the_organization_wants_it(send: Send, bitrix24: Bitrix24Sandbox):
    OrganizationSettings(pk=1, to_notify=True).save()

    send()

    assert Counter(note.person for note in bitrix24.company.notes) == {2: 4, 3: 1}


def test_one_bad_counterparty_stops_nobody_else_and_is_tried_again(
    send: Send, some: list[Known], books: OneCSandbox, bitrix24: Bitrix24Sandbox, mail: MailSandbox
):
    books.set_fault(some[0].guid, "unbalanced")
    with pytest.raises(CommandError, match="Not everything was delivered"):
        send()
    assert states(Way.ACT) == {"done": 3, "failed": 1}
    assert delivered_once(some[1:], bitrix24, mail)

    books.clear()
    send("--retry-failed")

    assert delivered_once(some, bitrix24, mail)


def test_one_counterparty_alone_can_be_tried_again(
    send: Send, some: list[Known], books: OneCSandbox, bitrix24: Bitrix24Sandbox, mail: MailSandbox
):
    for one in some[:2]:
        books.set_fault(one.guid, "unbalanced")
    with pytest.raises(CommandError):
        send()
    books.clear()

    with pytest.raises(CommandError, match="Not everything"):
        send("--retry-failed", "--only", some[0].guid.upper())

    assert states(Way.ACT) == {"done": 3, "failed": 1}


def test_a_database_that_is_lost_is_said_so(send: Send, monkeypatch: pytest.MonkeyPatch):
    def turn(*_: object, **_more: object) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(work, "turn", turn)

    with pytest.raises(CommandError, match="What was sent is kept"):
        send()


def test_a_counterparty_sees_the_months_act_among_its_own(
    send: Send, some: list[Known], owner: User, company: Counterparty, visit: Visit
):
    send()

    page = visit(owner).get("/acts/").content.decode()
    assert IssuedAct.objects.get(counterparty=company).number in page


def test_a_slow_mail_server_gets_the_rest_of_a_session_later(
    send: Send, some: list[Known], bitrix24: Bitrix24Sandbox, mail: MailSandbox,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    budgets = iter([100.0, 0.0])  # the lease's, and that of the first session
    monkeypatch.setattr(sending, "seconds", lambda: next(budgets, 100.0))

    send()

    assert delivered_once(some, bitrix24, mail)
    assert set(Letter.objects.filter(kind="month").values_list("attempts", flat=True)) == {1}


def test_one_act_whose_file_is_lost_stops_no_other_file(
    send: Send, some: list[Known], bitrix24: Bitrix24Sandbox, monkeypatch: pytest.MonkeyPatch
):
    really = drive_way.file_of

    def file_of(act: IssuedAct, *known: Any) -> tuple[str, bytes]:
        if act.counterparty.onec_guid == some[0].guid:
            raise FileLost("damaged")
        return really(act, *known)

    monkeypatch.setattr(drive_way, "file_of", file_of)
    with pytest.raises(CommandError):
        send()

    assert states(Way.DRIVE) == {"done": 3, "failed": 1}
    without_file = [
        task for task in bitrix24.company.tasks.values() if "UF_TASK_WEBDAV_FILES" not in task.fields
    ]
    assert len(bitrix24.company.tasks) == 4
    assert ["не удалось поместить на Диск" in task.fields["DESCRIPTION"] for task in without_file] == [True]


def test_a_disk_that_is_full_for_a_while_puts_acts_off_and_fails_none(
    send: Send, some: list[Known], bitrix24: Bitrix24Sandbox, mail: MailSandbox,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.setattr(pauses, "PAUSES", [timedelta(seconds=0.1)])
    save, full = FileSystemStorage.save, [True, True]

    def no_room(self: FileSystemStorage, name: str, content: Any, **more: Any) -> str:
        if full:
            full.pop()
            raise OSError(ENOSPC, "No space left on device")
        return save(self, name, content, **more)

    monkeypatch.setattr(FileSystemStorage, "save", no_room)

    send()

    assert delivered_once(some, bitrix24, mail)


@pytest.mark.parametrize("fault", ["refuse", "busy"])
def test_a_letter_that_is_not_taken_spoils_none_of_its_session(
    send: Send, some: list[Known], mail: MailSandbox, monkeypatch: pytest.MonkeyPatch, fault: str
):
    monkeypatch.setattr(pauses, "PAUSES", [timedelta(seconds=0.1)])
    mail.set_fault(fault, times=2)
    with suppress(CommandError):
        send()

    assert len(letters(mail)) == (2 if fault == "refuse" else 4)


@pytest.mark.parametrize("method", ["batch", "disk.folder.uploadfile", "disk.folder.addsubfolder"])
@pytest.mark.parametrize("fault", ["cut_after", *longer("cut_before", "error_after", "not_json")])
def test_lines_to_bitrix24_that_break_lead_to_one_file_and_one_task(
    send: Send, some: list[Known], bitrix24: Bitrix24Sandbox, mail: MailSandbox,
    monkeypatch: pytest.MonkeyPatch, method: str, fault: str,
):  # fmt: skip
    monkeypatch.setattr("reconciliation.bitrix24.tasks.STILL_AT_WORK_SECONDS", 0.1)
    monkeypatch.setattr(pauses, "PAUSES", [timedelta(seconds=0.1)])
    bitrix24.set_fault(method, fault, times=1 if fault == "not_json" else 3)

    try:
        send()
    except CommandError:  # what cannot be read is a person's at once
        send("--retry-failed")

    assert delivered_once(some, bitrix24, mail)


def test_a_letter_that_may_have_arrived_is_never_sent_again_by_itself(
    send: Send, some: list[Known], mail: MailSandbox
):
    mail.set_fault("cut_after")
    with pytest.raises(CommandError):
        send()
    assert states(Way.EMAIL) == {"done": 3, "uncertain": 1}
    with pytest.raises(CommandError):
        send("--retry-failed")

    assert set(letters(mail).values()) == {1}
    assert len(letters(mail)) == 4
    step = DeliveryStep.objects.get(state=State.UNCERTAIN)
    assert decisions.settle_uncertain(step, arrived=True)
    assert states(Way.EMAIL) == {"done": 4}


def test_a_person_may_send_an_uncertain_letter_again(send: Send, mail: MailSandbox):
    mail.set_fault("cut_after")
    with pytest.raises(CommandError):
        send()

    decisions.settle_uncertain(DeliveryStep.objects.get(state=State.UNCERTAIN), arrived=False)
    send("--retry-failed")

    assert sorted(letters(mail).values()) == [1, 1, 1, 2]


@pytest.mark.parametrize("fault", ["busy", "cut_before"])
def test_a_mail_server_that_is_busy_gets_the_letter_later(
    send: Send, some: list[Known], bitrix24: Bitrix24Sandbox, mail: MailSandbox,
    monkeypatch: pytest.MonkeyPatch, fault: str,
):  # fmt: skip
    monkeypatch.setattr(pauses, "PAUSES", [timedelta(seconds=0.1)])
    mail.set_fault(fault, times=3)

    send()

    assert delivered_once(some, bitrix24, mail)


def test_a_letter_that_is_refused_is_a_persons(send: Send, some: list[Known], mail: MailSandbox):
    mail.set_fault("refuse")
    with pytest.raises(CommandError):
        send()
    step = DeliveryStep.objects.get(way=Way.EMAIL, state=State.FAILED)
    assert (step.problem, step.detail) == ("MailRefused", "550 Not wanted")

    send("--retry-failed")

    assert letters(mail) == {one.email: 1 for one in some}


def test_accounting_is_told_once_what_came_of_it(
    send: Send, some: list[Known], books: OneCSandbox, bitrix24: Bitrix24Sandbox, mail: MailSandbox
):
    books.set_fault(some[0].guid, "unbalanced")
    with pytest.raises(CommandError):
        send()

    (letter,) = [each for each in mail.letters if "accounting@example.com" in each.recipients]
    assert letter.subject.startswith("Акты за 03.2026: контрагентов 4; ")
    assert f"{some[0].name} ({some[0].guid}), акт, не удалось: " in letter.body("plain")
    assert [note.tag for note in bitrix24.company.notes] == ["month-2026-03"]


def test_many_starts_make_one_run(many_connections: None):
    found = at_once(6, lambda _turn: runs.start(date(2026, 3, 1)).pk)

    assert len(set(found)) == 1


def test_a_paused_run_begins_nothing_and_a_cancelled_one_is_over(
    send: Send, some: list[Known], bitrix24: Bitrix24Sandbox, mail: MailSandbox
):
    run = runs.start(date(2026, 3, 1), only=[one.guid for one in some])
    assert "is paused" in send("--pause")
    with pytest.raises(CommandError, match="is paused: nothing more is sent"):
        send()
    assert (run.steps.count(), len(mail.letters)) == (0, 0)
    assert "is under way" in send("--resume")
    with pytest.raises(CommandError, match="nothing was changed"):
        send("--resume")
    assert "is cancelled" in send("--cancel")
    with pytest.raises(CommandError, match="is cancelled"):
        send()

    run.refresh_from_db()
    assert (run.state, len(bitrix24.company.files)) == ("cancelled", 0)


def test_a_cancelled_run_tries_nothing_again_until_it_is_resumed(
    send: Send, some: list[Known], books: OneCSandbox, bitrix24: Bitrix24Sandbox, mail: MailSandbox
):
    books.set_fault(some[0].guid, "unbalanced")
    mail.set_fault("cut_after")
    with pytest.raises(CommandError):
        send()
    run = DistributionRun.objects.get()
    run.steps.filter(way=Way.TASK, state=State.DONE).update(state=State.WAITING)
    DistributionRun.objects.update(state=runs.State.UNDER_WAY)
    runs.cancel(run)
    books.clear()

    with pytest.raises(CommandError, match="is cancelled"):
        send("--retry-failed")
    assert not decisions.settle_uncertain(run.steps.get(state=State.UNCERTAIN), arrived=False)
    assert states(Way.TASK) == {"cancelled": 4}
    send("--resume")
    decisions.settle_uncertain(run.steps.get(state=State.UNCERTAIN), arrived=True)
    send("--retry-failed")

    assert delivered_once(some, bitrix24, mail)


def test_a_run_for_some_goes_on_with_more(
    send: Send, some: list[Known], bitrix24: Bitrix24Sandbox, mail: MailSandbox
):
    last = some.pop()
    send()
    some.append(last)

    send()

    assert DistributionRun.objects.count() == 1
    assert delivered_once(some, bitrix24, mail)


def test_what_a_lost_worker_left_is_taken_up_but_no_letter_that_may_have_gone(send: Send, some: list[Known]):
    send()
    run = DistributionRun.objects.get()
    past = timezone.now() - timedelta(seconds=1)
    lost = {"state": State.UNDER_WAY, "worker": "lost", "leased_until": past}
    run.steps.filter(way=Way.TASK).update(**lost)
    run.steps.filter(way=Way.EMAIL).update(state=State.QUEUED)
    Letter.objects.filter(kind="month").update(**lost, handed_over_at=None)
    Recipient.objects.update(state="waiting")
    first = Letter.objects.filter(kind="month").earliest("pk")
    Letter.objects.filter(pk=first.pk).update(handed_over_at=past)

    assert steps.sweep(run.pk) == 4
    sending.sweep()

    assert states(Way.TASK) == {"waiting": 4}
    assert states(Way.EMAIL) == {"queued": 3, "uncertain": 1}
    assert Counter(Letter.objects.filter(kind="month").values_list("state", flat=True)) == {
        "waiting": 3, "uncertain": 1,
    }  # fmt: skip


def test_one_step_goes_to_one_worker_and_a_slow_one_writes_nothing_any_more(send: Send):
    send()
    run = DistributionRun.objects.get()
    DistributionRun.objects.update(state=runs.State.UNDER_WAY)
    run.steps.filter(way=Way.EMAIL).update(state=State.WAITING)
    claimed = at_once(4, lambda _turn: steps.claim(run.pk, Way.EMAIL, 2, timedelta(seconds=60)))
    taken = [step.pk for group in claimed for step in group]
    assert len(taken) == len(set(taken))
    slow = next(group[0] for group in claimed if group)
    DeliveryStep.objects.filter(pk=slow.pk).update(worker="another")

    assert not steps.finish(slow)
    letter_way.deliver([slow])
    assert DeliveryStep.objects.get(pk=slow.pk).state == State.UNDER_WAY
    assert Letter.objects.filter(kind="month").count() == 4, "nothing was queued that is another's"


def test_a_1c_that_cannot_be_asked_sends_nothing_and_says_so(
    send: Send, books: OneCSandbox, bitrix24: Bitrix24Sandbox, mail: MailSandbox
):
    books.set_fault("*", "unauthorized")

    with pytest.raises(CommandError, match="check ONEC_API_KEY"):
        send()

    assert not DistributionRun.objects.exists()
    assert not mail.letters


@pytest.mark.parametrize("month", ["2026", "03.2026", "2026-13", "2999-01"])
def test_a_month_that_is_none_or_not_over_is_refused(send: Send, month: str):
    with pytest.raises(CommandError):
        send(month=month)


def test_a_dry_run_says_who_gets_what_and_sends_nothing(send: Send, some: list[Known], mail: MailSandbox):
    company_of(some[0], paused_until=timezone.localdate() + timedelta(days=9), pause_reason="Суд")

    said = send("--dry-run")

    assert "2026-03: 4 counterparties with a balance, 3 get an act." in said
    assert "  by email: 3\n" in said
    assert f"  nothing for {some[0].name}: paused · Суд" in said
    assert not DistributionRun.objects.exists()
    assert not mail.letters
