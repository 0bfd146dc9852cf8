"""`manage.py act`: the main job on the command line, and one clear line for whatever is in its way."""

import os
import subprocess
import sys
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.utils import translation
from openpyxl import load_workbook
from pypdf import PdfReader

from accounts.models import Counterparty
from reconciliation.acts import discrepancy_letters
from reconciliation.management.commands import act as command
from reconciliation.models import Discrepancy, IssuedAct
from sandbox.onec import OneCSandbox
from tests.cast import SPRING
from tests.letters.conftest import send
from tests.reconciliation.sample_acts import bytes_of

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
MARCH = ("2024-03-01", "2024-03-31")
FORMS = {"pdf": b"%PDF-", "xlsx": b"PK", "csv": b"\xef\xbb\xbf"}


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """No retry waits."""
    monkeypatch.setattr("random.uniform", lambda _low, _high: 0.0)


def act(guid: str, *days: str, output: Path, **options: Any) -> str:
    """Run the command and return what it says."""
    said = StringIO()
    call_command("act", guid, *(days or MARCH), output=output, stderr=said, **options)
    return said.getvalue()


def refusal(guid: str, *days: str, output: Path, **options: Any) -> str:
    """Return the one line of a command that must fail."""
    with pytest.raises(CommandError) as caught:
        act(guid, *days, output=output, **options)
    line = str(caught.value)
    assert line
    assert "\n" not in line
    assert caught.value.returncode != 0
    return line


@pytest.mark.parametrize("form", FORMS)
def test_every_format_is_written(company: Counterparty, tmp_path: Path, form: str) -> None:
    output = tmp_path / "out"
    act(company.onec_guid, output=output, format=form)
    assert output.read_bytes().startswith(FORMS[form])
    assert output.read_bytes() == bytes_of(IssuedAct.objects.get(), form)


@pytest.mark.parametrize("name", ["act.xlsx", "act.XLSX"])
def test_the_ending_of_the_file_names_the_format(company: Counterparty, tmp_path: Path, name: str) -> None:
    act(company.onec_guid, output=tmp_path / name)
    assert load_workbook(BytesIO((tmp_path / name).read_bytes())).active is not None


def test_another_format_is_refused_before_an_act_is_issued(company: Counterparty, tmp_path: Path) -> None:
    assert "There are: pdf, xlsx, csv." in refusal(company.onec_guid, output=tmp_path / "act.doc")
    assert not IssuedAct.objects.exists()


def test_the_file_can_be_had_in_another_language(company: Counterparty, tmp_path: Path) -> None:
    act(company.onec_guid, output=tmp_path / "act.pdf", language="en")
    assert "Reconciliation Act" in PdfReader(tmp_path / "act.pdf").pages[0].extract_text()


def test_it_says_what_it_did_in_one_line(company: Counterparty, tmp_path: Path, books: OneCSandbox) -> None:
    said = act(company.onec_guid, output=tmp_path / "act.pdf")
    closing = books.ledger.statement(company.onec_guid, SPRING.start, SPRING.end).closing
    assert said.count("\n") == 1
    for words in ("Act 000001", company.name, f"{closing} RUB", "act.pdf"):
        assert words in said


def test_it_speaks_english_and_the_act_its_counterparty_s_language(
    company: Counterparty, tmp_path: Path, books: OneCSandbox
) -> None:
    with translation.override("ru"):
        act(company.onec_guid, output=tmp_path / "act.pdf")
        books.set_fault("*", "unauthorized")
        assert "The portal cannot ask 1C" in refusal(company.onec_guid, output=tmp_path / "other.pdf")
        assert translation.get_language() == "ru"
    assert "Акт сверки" in PdfReader(tmp_path / "act.pdf").pages[0].extract_text()


def test_a_counterparty_that_the_portal_does_not_know_is_taken_over_from_1c(
    db: None, books: OneCSandbox, tmp_path: Path
) -> None:
    known = books.ledger.counterparties[7]
    act(known.guid, output=tmp_path / "act.pdf")
    taken = Counterparty.objects.get()
    assert (taken.onec_guid, taken.name, taken.inn) == (known.guid, known.name, known.inn)


def test_a_guid_in_capitals_is_the_same_counterparty(company: Counterparty, tmp_path: Path) -> None:
    act(company.onec_guid.upper(), output=tmp_path / "act.pdf")
    assert Counterparty.objects.get() == company


WRONG_DAYS = {
    ("2024-03-31", "2024-03-01"): "Swap the two dates",
    ("1999-01-01", "1999-02-01"): "1 January 2000",
    ("2024-01-01", "2999-01-01"): "has not come yet",
    ("2010-01-01", "2020-01-01"): "five years",
    ("31.03.2024", "2024-03-31"): "like 2024-03-31",
    ("2024-02-30", "2024-03-31"): "like 2024-03-31",
    ("last_month", ""): "like 2024-03-31",
}


@pytest.mark.parametrize(("days", "words"), WRONG_DAYS.items(), ids=map(str, WRONG_DAYS.values()))
def test_a_wrong_period_is_one_line_and_1c_is_not_asked(
    company: Counterparty, books: OneCSandbox, tmp_path: Path, days: tuple[str, str], words: str
) -> None:
    assert words in refusal(company.onec_guid, *days, output=tmp_path / "act.pdf")
    assert not books.calls


TROUBLES = {
    "unauthorized": "ONEC_API_KEY",
    "not_published": "not published",
    "broken_extension": "event log",
    "busy": "1C is busy",
    "not_json": "not JSON",
    "bad_number": "closing_balance: is not a number",
    "wrong_counterparty": "another counterparty",
    "unbalanced": "and 1C says",
    "no_licence_500": "licence",
}


@pytest.mark.parametrize(("fault", "words"), TROUBLES.items())
def test_trouble_with_1c_is_one_line_that_says_what_to_change(
    company: Counterparty, books: OneCSandbox, tmp_path: Path, fault: str, words: str
) -> None:
    books.set_fault("*", fault)
    line = refusal(company.onec_guid, output=tmp_path / "act.pdf")
    assert words in line
    assert "sandbox-key" not in line
    assert not (tmp_path / "act.pdf").exists()


def test_an_unknown_guid_is_one_line_and_takes_nothing_over(
    db: None, books: OneCSandbox, tmp_path: Path
) -> None:
    line = refusal("00000000-0000-0000-0000-000000000000", output=tmp_path / "act.pdf")
    assert "guid" in line
    assert not Counterparty.objects.exists()


def test_an_act_that_does_not_balance_is_kept_for_accounting(
    company: Counterparty, books: OneCSandbox, tmp_path: Path
) -> None:
    books.set_fault("*", "unbalanced")
    refusal(company.onec_guid, output=tmp_path / "act.pdf")
    discrepancy_letters.tell_accounting()
    send()
    assert Discrepancy.objects.get().requested_by is None
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("place", ["", "nowhere/act.pdf"])
def test_a_file_that_cannot_be_written_is_said_before_a_number_is_used(
    company: Counterparty, books: OneCSandbox, tmp_path: Path, place: str
) -> None:
    assert "cannot be written" in refusal(company.onec_guid, output=tmp_path / place)
    assert not books.calls
    assert not IssuedAct.objects.exists()


def test_a_full_disk_is_one_line_that_names_the_file(
    company: Counterparty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(path: Path, _content: bytes) -> int:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    line = refusal(company.onec_guid, output=tmp_path / "act.pdf")
    assert line == f"{tmp_path / 'act.pdf'} cannot be written: No space left on device."


def test_a_database_that_is_not_ready_is_one_line(
    company: Counterparty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_ready(*_: Any, **__: Any) -> None:
        raise DatabaseError("no such table: reconciliation_issuedact")

    monkeypatch.setattr(command, "issue_act", not_ready)
    assert "run migrate first" in refusal(company.onec_guid, output=tmp_path / "act.pdf")


def test_as_a_program_it_ends_with_one_line_and_an_error_code(books: OneCSandbox, tmp_path: Path) -> None:
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}",
        "ONEC_BASE_URL": books.url,
        "ONEC_API_KEY": "sandbox-key",
    }
    guid = books.ledger.counterparties[0].guid
    done = subprocess.run(
        [sys.executable, "manage.py", "act", guid, *MARCH, "-o", str(tmp_path / "act.pdf")],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.strip().splitlines() == [
        "CommandError: The database is not ready: run migrate first (OperationalError)."
    ]
