"""Counterparties go out as a file and come in as one: each row's fate first, then for good."""

import io
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from auditlog.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation
from openpyxl import Workbook, load_workbook

from accounts.models import Counterparty, User
from accounts.tax_numbers import is_inn
from jobs.deadline import Deadline
from reconciliation import tasks
from reconciliation.counterparties import update_runs
from reconciliation.counterparties.files import headings, importing
from reconciliation.models import DirectoryRun
from sandbox.onec import OneCSandbox
from tests.cast import Visit
from tests.reconciliation.admin_pages import COUNTERPARTIES, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]
FILE = f"{COUNTERPARTIES}file/"
NEW = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
RUNS = "/admin/reconciliation/directoryrun/"
ZERO_FIRST = next(f"010505123{digit}" for digit in range(10) if is_inn(f"010505123{digit}"))


@pytest.fixture
def browser(accountant: User, visit: Visit) -> Client:
    return visit(accountant, "en")


@pytest.fixture
def companies(db: None) -> list[Counterparty]:
    made = [
        Counterparty(onec_guid=f"g{number}", name=f"ООО «Номер {number}»", inn=f"770000000{number}")
        for number in range(1, 6)
    ]
    for company in made:
        company.onec = company.values
        company.save()
    return made


def checked(
    browser: Client, content: bytes, name: str = "list.csv", *, deletes_empty: bool = False
) -> DirectoryRun:
    """Return the dry run over a file that was brought, once the worker has gone through it."""
    form: dict[str, Any] = {"table": SimpleUploadedFile(name, content)}
    answer = browser.post(FILE, form | ({"deletes_empty": "on"} if deletes_empty else {}))
    assert answer.status_code == 302, said(answer)
    tasks.continue_runs()
    return DirectoryRun.objects.latest("pk")


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def fates(run: DirectoryRun) -> list[tuple[int | None, str]]:
    return list(run.changes.order_by("pk").values_list("line", "fate"))


def whys(run: DirectoryRun) -> list[str]:
    return [
        details["why"] for details in run.changes.filter(fate="refused").values_list("details", flat=True)
    ]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_every_way_of_writing_csv_is_read(
    browser: Client, companies: list[Counterparty], delimiter: str, encoding: str
) -> None:
    lines = [
        ["guid", "Название", "Эл. почта для писем"],
        ["g1", "«Ёлка»", "a@x.ru"],
        ["g2", companies[1].name, ""],
    ]
    text = "\r\n".join(delimiter.join(cells) for cells in lines)
    run = checked(browser, text.encode(encoding))
    assert fates(run) == [(2, "changed"), (2, "conflict"), (3, "unchanged")]
    change = run.changes.get(fate="changed")
    assert change.details == {"name": [companies[0].name, "«Ёлка»"], "email": ["", "a@x.ru"]}
    assert (change.counterparty, Counterparty.objects.get(onec_guid="g1").email) == (companies[0], "")


def test_a_checked_file_is_brought_in_once_with_who_did_it(
    browser: Client, accountant: User, companies: list[Counterparty]
) -> None:
    text = f"guid;Email for letters;Note;Name\ng1;A@x.ru, b@x.ru;Call;ООО «Номер 1»\n{NEW};;;New\n"
    run = checked(browser, text.encode())
    page = said(browser.get(f"/admin/reconciliation/directoryrun/{run.pk}/change/"))
    assert "The file is checked: 2 rows. Nothing has been changed yet." in page
    assert "Bring it in" in page
    for _ in range(2):
        browser.post(f"{FILE}{run.pk}/apply/")
        tasks.continue_runs()
    applied = DirectoryRun.objects.get(checked_by=run)
    assert (applied.state, applied.counts) == ("finished", {"changed": 1, "added": 1})
    company = Counterparty.objects.get(onec_guid="g1")
    assert (company.addresses, company.note) == (["a@x.ru", "b@x.ru"], "Call")
    assert Counterparty.objects.get(onec_guid=NEW).is_unchecked
    assert LogEntry.objects.get_for_object(company).first().actor == accountant
    page = said(browser.get(f"/admin/reconciliation/directoryrun/{run.pk}/change/"))
    assert "This file has been brought in." in page
    assert "Bring it in" not in page


def test_a_bad_row_is_told_by_its_line_and_stops_no_other(
    browser: Client, companies: list[Counterparty]
) -> None:
    text = (
        "guid;Email for letters;Language of acts;Act by email;Paused until;Reason;Company in Bitrix24\n"
        "g1;нет;;;;;\n"
        "g2;;french;;;;\n"
        '"g3";"a@x.ru,\nb@x.ru";en;no;31.12.2030;"In ""court""";12\n'
        "g4;;;maybe;;;\n"
        "g4;;;;;;\n"
        ";;;;;;\n"
        "g5;;;;2030-13-01;;\n"
        "g1;a@x.ru;;;;;x\n"
        ";a@x.ru;;;;;\n"
        f"{NEW};;;;;;\n"
    )
    run = checked(browser, text.encode())
    assert fates(run) == [
        (2, "refused"), (3, "refused"), (4, "changed"), (6, "refused"), (7, "refused"), (9, "refused"),
        (10, "refused"), (11, "refused"), (12, "refused"),
    ]  # fmt: skip
    assert whys(run) == [
        "email for letters: This is no email address: нет",
        "language of acts: This is no language of acts: “french”. Write ru or en.",
        "email: “maybe” is neither yes nor no.",
        "stands in line 6 already",
        "paused until: This is not a date. Write it like 31.03.2024.",
        "stands in line 2 already",
        "the guid is missing",
        "is new and has no name",
    ]
    importing.start_import(run, by=User.objects.get())
    tasks.continue_runs()
    company = Counterparty.objects.get(onec_guid="g3")
    assert (company.email, company.language, company.to_email) == ("a@x.ru, b@x.ru", "en", False)
    assert (str(company.paused_until), company.pause_reason) == ("2030-12-31", 'In "court"')


def test_what_has_no_column_is_refused_and_never_dropped(
    browser: Client, companies: list[Counterparty]
) -> None:
    run = checked(browser, b"guid,note\ng1,Call, then write\ng2,Call,,\n")
    assert fates(run) == [(2, "refused"), (3, "changed")]
    assert "more cells than the table has columns" in whys(run)[0]


def test_a_pause_without_a_reason_is_refused(browser: Client, companies: list[Counterparty]) -> None:
    run = checked(browser, b"guid;Paused until\ng1;2030-01-01\n")
    assert whys(run) == ["Say why it is paused: others have to know, too."]


def test_rows_without_a_guid_are_known_by_their_tax_number(
    browser: Client, companies: list[Counterparty]
) -> None:
    Counterparty.objects.filter(onec_guid="g5").update(inn="7700000004")
    text = "ИНН,Примечание\n7700000001,one\n7700000004,two\n5000000000,three\n"
    run = checked(browser, text.encode("cp1251"))
    assert fates(run) == [(2, "changed"), (3, "refused"), (4, "refused")]
    assert ["several" in why or "no counterparty" in why for why in whys(run)] == [True, True]


def test_what_a_file_says_otherwise_than_1c_is_a_conflict(
    browser: Client, companies: list[Counterparty]
) -> None:
    run = checked(browser, b"guid;name\ng1;Other\n")
    importing.start_import(run, by=User.objects.get())
    tasks.continue_runs()
    assert Counterparty.objects.get(onec_guid="g1").conflicts == ["name"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\n;;\n", "The file is empty."),
        ("Имя;Почта\nx;y\n".encode(), "Found: Имя, Почта."),
        (b"PK\x03\x04\0\0\0", "no workbook that can be read"),
        (b"<html></html>", "neither a CSV file nor a workbook"),
        (b'guid;name\n"g1;x\n' + b"y" * 200_000, "Line 2 cannot be read"),
        (b'guid;name\n"g1;x\n', "Line 2: a quote is not closed"),
        (b"guid;note;Note\ng1;x;y\n", "Several columns hold “note”: “note” + “Note”."),
        ("guid;Email;Эл. почта\ng1;x;y\n".encode(), "Several columns hold “email for letters”"),
        ("ИНН/КПП;ИНН\n1/2;1\n".encode(), "Several columns hold “tax number (INN, BIN, UNP)”"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_a_reason(
    browser: Client, companies: list[Counterparty], content: bytes, words: str
) -> None:
    run = checked(browser, content)
    assert (run.state, run.entries, run.counts) == ("failed", 0, {})
    page = said(browser.get(f"{RUNS}{run.pk}/change/"))
    assert words in page
    assert "Nothing has been changed. Put the file right and bring it once more." in page
    assert "Bring it in" not in page
    assert browser.post(f"{FILE}{run.pk}/apply/").status_code == 404


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "The submitted file is empty."), (b"x" * (20 * 1024 * 1024 + 1), "The file is over 20 MB.")],
)
def test_a_file_of_no_use_is_refused_at_once(browser: Client, content: bytes, words: str) -> None:
    answer = browser.post(FILE, {"table": SimpleUploadedFile("a.csv", content)})
    assert (answer.status_code, words in said(answer)) == (422, True), said(answer)
    assert not DirectoryRun.objects.exists()


def test_the_request_that_brings_a_file_does_not_read_it(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "read_table", None)
    answer = browser.post(FILE, {"table": SimpleUploadedFile("a.xlsx", b"PK whatever it does to a reader")})
    run = DirectoryRun.objects.get()
    assert (answer.status_code, run.is_under_way, run.total) == (302, True, None)
    assert "The file is being read." in said(browser.get(f"{RUNS}{run.pk}/change/"))


def test_a_list_as_people_keep_it_is_understood(browser: Client, companies: list[Counterparty]) -> None:
    """csvql#102, rentemester#150: a title above, usual headings, one column for two numbers, a sum below."""
    text = (
        "Список контрагентов на 01.12.2026;;;;\n"
        ";;;;\n"
        "№ п/п;Наименование;ИНН/КПП;Электронная почта;Телефон\n"
        "1;ООО «Номер 1»;7700000001/770001001;a@x.ru;+7 495\n"
        "2;ООО «Номер 2»;7700000002;b@x.ru;\n"
        "Итого;2;;;\n"
    )
    run = checked(browser, text.encode("cp1251"))
    assert fates(run) == [(4, "changed"), (5, "changed")]
    assert run.changes.order_by("pk")[0].details == {"kpp": ["", "770001001"], "email": ["", "a@x.ru"]}
    page = said(browser.get(f"{RUNS}{run.pk}/change/"))
    for words in (
        "These columns are not understood and would be left out: № п/п, Телефон.",
        "The columns are named in line 3.",
        "Encoding: Windows-1251.",
        "Passed over as totals: lines 6.",
        "The file is checked: 2 rows.",
    ):
        assert words in page


def test_a_column_without_a_name_that_holds_something_is_named(
    browser: Client, companies: list[Counterparty]
) -> None:
    run = checked(browser, b"guid;;note;\ng1;;x;\ng2;lost;y;\n")
    assert run.notes["unknown"] == ["column B"]


def test_the_check_shows_each_row_with_name_and_number(
    browser: Client, companies: list[Counterparty]
) -> None:
    run = checked(browser, b"guid;email\ng1;a@x.ru\ng2;none\nnew;c@x.ru\n")
    page = said(browser.get(f"/admin/reconciliation/directorychange/?run__id__exact={run.pk}"))
    for company in companies[:2]:
        assert company.name in page
        assert company.inn in page


@pytest.mark.parametrize("name", ["#REF!", "#ССЫЛКА!", "#Н/Д"])
def test_an_error_of_a_spreadsheet_is_no_value(
    browser: Client, companies: list[Counterparty], name: str
) -> None:
    """django-import-export#323, #289."""
    run = checked(browser, f"guid;name;phone\ng1;{name};#REF!\n".encode())
    assert whys(run) == [f"name: {name} is an error in place of a value"]


def test_a_formula_without_a_value_deletes_no_address(browser: Client, companies: list[Counterparty]) -> None:
    """onyx#13354, django-import-export#1095: openpyxl writes formulas without values."""
    Counterparty.objects.update(email="kept@x.ru")
    book = Workbook()
    book.active.append(["guid", "email"])
    book.active.append(["g1", '=LOWER("A@X.RU")'])
    book.active.append(["g2", "b@x.ru"])
    run = checked(browser, saved(book), "list.xlsx", deletes_empty=True)
    assert fates(run) == [(2, "refused"), (3, "changed")]
    assert whys(run) == ["email for letters: a formula without a value; open the file in Excel and save it"]


@pytest.mark.parametrize(
    ("cell", "held", "said"),
    [
        ("77 07 08\u00a03893", "7707083893", ""),
        ("105051230", "0105051230", "a lost first zero was put back: 0105051230"),
        ("502000001", "502000001", "was its first zero lost (0502000001)?"),
        ("7707083894", "7707083894", "its length or its check digit is wrong"),
        ("100325912", "100325912", ""),  # Belarusian
    ],
)
def test_a_tax_number_is_looked_at_before_it_is_brought_in(
    browser: Client, companies: list[Counterparty], cell: str, held: str, said: str
) -> None:
    """readxl#62, #389, seed#608."""
    if held.startswith("01"):
        held = ZERO_FIRST
        cell, said = held[1:], f"a lost first zero was put back: {held}"
    run = checked(browser, f"guid;ИНН\ng1;{cell}\n".encode())
    assert run.changes.get(fate="changed").details == {"inn": ["7700000001", held]}
    doubts = [each.details["why"] for each in run.changes.filter(fate="doubtful")]
    assert len(doubts) == bool(said)
    assert not said or said in doubts[0]


def test_a_kpp_gets_its_zero_back(browser: Client, companies: list[Counterparty]) -> None:
    run = checked(browser, "guid;КПП\ng1;50201001\ng2;5020\n".encode())
    found = [each.details["kpp"][1] for each in run.changes.filter(fate="changed")]
    assert found == ["050201001", "5020"]
    assert run.counts["doubtful"] == 2


def test_rows_are_known_by_numbers_that_lost_their_zero(
    browser: Client, companies: list[Counterparty]
) -> None:
    Counterparty.objects.filter(onec_guid="g1").update(inn=ZERO_FIRST)
    run = checked(browser, f"ИНН;note\n{ZERO_FIRST[1:]};x\n".encode())
    assert run.changes.get(fate="changed").counterparty == companies[0]


@pytest.mark.parametrize("deletes", [False, True])
def test_an_empty_cell_deletes_only_when_the_person_says_so_and_sees_what(
    browser: Client, companies: list[Counterparty], deletes: bool
) -> None:
    Counterparty.objects.filter(onec_guid="g1").update(
        email="kept@x.ru", note="Звонить", to_task=True, paused_until="2030-01-01", pause_reason="Суд"
    )
    headings = "guid;name;email;note;Act as a task for the manager;Paused until;Reason"
    text = f"{headings}\ng1;;;Писать;;;\ng2;;b@x.ru;;;;\n"
    run = checked(browser, text.encode(), deletes_empty=deletes)
    page = said(browser.get(f"{RUNS}{run.pk}/change/"))
    words = "Rows whose empty cells would delete what the portal has: 1. The list says what."
    assert (words in page) is deletes
    assert run.counts == ({"changed": 2, "deleted": 1} if deletes else {"changed": 2})
    browser.post(f"{FILE}{run.pk}/apply/")
    tasks.continue_runs()
    company = Counterparty.objects.get(onec_guid="g1")
    kept = ("", "Писать", None, None) if deletes else ("kept@x.ru", "Писать", True, date(2030, 1, 1))
    assert (company.email, company.note, company.to_task, company.paused_until) == kept
    assert company.name == companies[0].name
    if deletes:
        listed = said(
            browser.get(f"/admin/reconciliation/directorychange/?run__id__exact={run.pk}&fate=deleted")
        )
        assert "email for letters: kept@x.ru → –" in listed


def test_empty_cells_of_a_workbook_that_hides_errors_delete_nothing(
    browser: Client, companies: list[Counterparty]
) -> None:
    content = (Path(__file__).parents[1] / "tables/files/any_sheets.xls").read_bytes()
    run = checked(browser, content, "a.xls", deletes_empty=True)
    assert "a cell with an error looks like an empty one" in run.detail


@pytest.mark.parametrize(("cell", "day"), [("1.4.29", "01.04.2029"), ("31.12.2030", "31.12.2030")])
def test_a_year_of_two_digits_is_of_this_century(
    browser: Client, companies: list[Counterparty], cell: str, day: str
) -> None:
    """submersion#1829, wealthfolio#1622: the year 29 was over."""
    run = checked(browser, f"guid;Paused until;Reason\ng1;{cell};x\n".encode())
    assert run.changes.get().details["paused_until"] == [None, day]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_what_was_exported_comes_back_unchanged(
    accountant: User, visit: Visit, companies: list[Counterparty], language: str, file_format: str
) -> None:
    Counterparty.objects.filter(onec_guid="g1").update(
        name="=1+1", email="a@x.ru, b@x.ru", language="en", to_email=False, to_task=True,
        manager_name="Иванов", paused_until="2030-12-31", pause_reason="Суд; да", bitrix24_company_id=5,
        note='Две\nстроки, "кавычки"', balance=-15000, currency="RUB", balance_on="2026-11-26",
    )  # fmt: skip
    browser = visit(accountant, language)
    answer = browser.get(f"{COUNTERPARTIES}export/{file_format}/")
    assert f".{file_format}" in answer["Content-Disposition"]
    content = b"".join(answer)
    run = checked(browser, content, f"list.{file_format}")
    assert run.counts == {"unchanged": 5}, list(run.changes.values())


def test_the_export_holds_what_the_list_shows(browser: Client, companies: list[Counterparty]) -> None:
    Counterparty.objects.filter(onec_guid="g2").update(balance=-15000, currency="RUB")
    content = b"".join(browser.get(f"{COUNTERPARTIES}export/xlsx/?state=nonzero"))
    rows = list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert rows[0][:2] == ("1C guid", "name")
    assert [(row[0], row[rows[0].index("balance")]) for row in rows[1:]] == [("g2", -15000)]
    chosen = {"action": "export_csv", "_selected_action": [companies[0].pk]}
    lines = b"".join(browser.post(COUNTERPARTIES, chosen)).decode("utf-8-sig").splitlines()
    assert [line.partition(",")[0] for line in lines] == ["1C guid", "g1"]
    assert browser.get(f"{COUNTERPARTIES}export/html/").status_code == 404


def test_numbers_and_dates_of_a_workbook_are_read_as_people_see_them(
    browser: Client, companies: list[Counterparty]
) -> None:
    book = Workbook()
    book.active.append(["guid", "ИНН", "paused until", "reason"])
    book.active.append(["g1", 7700000001, datetime(2030, 12, 31), "x"])  # noqa: DTZ001  # as openpyxl writes it
    run = checked(browser, saved(book), "list.xlsx")
    assert run.changes.get().details["paused_until"] == [None, "31.12.2030"]


def test_every_heading_means_one_column_in_both_languages() -> None:
    for language in ("ru", "en"):
        with translation.override(language):
            names = headings.headings()
            assert len(set(names)) == len(names)
            assert [headings.field_of(name) for name in names] == [*headings.IMPORTED, *headings.SHOWN_ONLY]


def test_a_file_goes_on_where_its_worker_stopped(accountant: User, companies: list[Counterparty]) -> None:
    text = (
        "guid;name\n"
        + "".join(f"{UUID(int=number + 1)};x\n" for number in range(1200))
        + f"{UUID(int=1)};again\n"
    )
    check = importing.start_check("a.csv", text.encode(), by=accountant)
    turns = 0
    while check.is_under_way:
        importing.advance(check, until=Deadline(0))
        turns += 1
    assert turns == 4
    assert (check.total, check.entries, check.counts) == (1201, 1201, {"added": 1200, "refused": 1})
    assert not Counterparty.objects.filter(onec_guid=str(UUID(int=1))).exists()


def test_a_file_that_was_lost_ends_its_run_with_words(accountant: User, browser: Client) -> None:
    check = importing.start_check("a.csv", b"guid;note\ng;x\n", by=accountant)
    check.file.storage.delete(str(check.file.name))
    tasks.continue_runs()
    check.refresh_from_db()
    assert (check.state, check.problem) == ("failed", "TableLost")
    page = said(browser.get(f"/admin/reconciliation/directoryrun/{check.pk}/change/"))
    assert "Bring the file once more." in page


def test_a_fault_in_one_file_ends_its_run_and_stops_no_other(
    accountant: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty, whole = (
        importing.start_check(f"{name}.csv", b"guid;note\ng;x\n", by=accountant) for name in "ab"
    )
    advance = importing._advance

    def fail(run: DirectoryRun, until: Deadline | None) -> None:
        if run.file_name == "a.csv":
            raise ZeroDivisionError("of ours")
        advance(run, until)

    monkeypatch.setattr(importing, "_advance", fail)
    for _ in range(3):
        tasks.continue_runs()
        DirectoryRun.objects.update(next_try_at=timezone.now())
    for run in (faulty, whole):
        run.refresh_from_db()
    assert (faulty.state, faulty.detail, whole.state) == ("failed", "ZeroDivisionError: of ours", "finished")


def test_two_workers_do_not_work_on_one_file(accountant: User) -> None:
    check = importing.start_check("a.csv", b"guid;note\ng;x\n", by=accountant)
    update_runs.claim(check)
    with pytest.raises(update_runs.RunBusy):
        importing.advance(DirectoryRun.objects.get())


def test_an_update_from_1c_checks_what_a_file_added(
    books: OneCSandbox, accountant: User, synced: Any
) -> None:
    known = books.ledger.counterparties[0]
    check = importing.start_check("a.csv", f"guid;name\n{known.guid};Mine\n".encode(), by=accountant)
    tasks.continue_runs()
    importing.start_import(check, by=accountant)
    tasks.continue_runs()
    assert Counterparty.objects.get().is_unchecked
    synced()
    company = Counterparty.objects.get(onec_guid=known.guid)
    assert (company.is_unchecked, company.name, company.conflicts) == (False, "Mine", ["name"])


@pytest.mark.parametrize("heading", ["ID", "Ссылка", "Код"])
def test_a_number_of_another_program_is_no_guid(
    browser: Client, companies: list[Counterparty], heading: str
) -> None:
    run = checked(browser, f"{heading};Наименование;ИНН\n15;ООО «Номер 1»;7700000001\n".encode())
    assert fates(run) == [(2, "unchanged")]
    assert run.notes["unknown"] == [heading]


@pytest.mark.parametrize("guid", ["15", "ООО Ромашка", "d7200b19-9fb7"])
def test_nobody_is_added_without_a_guid_of_1c(
    browser: Client, companies: list[Counterparty], guid: str
) -> None:
    run = checked(browser, f"guid;name;inn\n{guid};ООО Тест;7707083893\n".encode())
    assert whys(run) == [f"no counterparty has the guid “{guid}”, and it is none of 1C's"]


def test_a_new_one_with_the_number_of_another_is_doubtful(
    browser: Client, companies: list[Counterparty]
) -> None:
    Counterparty.objects.filter(onec_guid="g1").update(inn="7707083893")
    run = checked(browser, f"guid;name;inn\n{NEW};ООО Тест;7707083893\n".encode())
    assert fates(run) == [(2, "added"), (2, "doubtful")]
    assert "ООО «Номер 1»" in run.changes.get(fate="doubtful").details["why"]


@pytest.mark.parametrize("column", ["inn", "kpp", "email", "note", "paused_until"])
@pytest.mark.parametrize("cell", ["-", "—", " – "])
def test_a_dash_is_an_empty_cell(
    browser: Client, companies: list[Counterparty], column: str, cell: str
) -> None:
    Counterparty.objects.update(kpp="770001001", email="a@x.ru", note="x")
    run = checked(browser, f"guid;{column}\ng1;{cell}\n".encode())
    assert fates(run) == [(2, "unchanged")]


@pytest.mark.parametrize(
    ("column", "cell", "outcome"),
    [
        ("inn", "7,74E+09", "has lost its digits; format the column as text"),
        ("inn", "нет", "“нет” is no number"),
        ("kpp", "нет", "“нет” is no number"),
        ("inn", "7707083893.0", "7707083893"),
        ("inn", "7707083893,00", "7707083893"),
        ("inn", "ИНН 7707083893", "7707083893"),
        ("bitrix24_company_id", "9" * 5000, "is no whole number"),
        ("bitrix24_company_id", "8 451", 8451),
        ("paused_until", "31-12-26", "31.12.2026"),
        ("paused_until", "01/02/2027", "01.02.2027"),
        ("paused_until", "2027-02-01", "01.02.2027"),
        ("paused_until", "31.12.202", "This is not a date"),
        ("email", "; ,", None),
    ],
)
def test_a_cell_that_a_spreadsheet_ruined_replaces_nothing(
    browser: Client, companies: list[Counterparty], column: str, cell: str, outcome: object
) -> None:
    Counterparty.objects.update(email="kept@x.ru", kpp="770001001", pause_reason="Суд")
    run = checked(browser, f'guid;{column}\ng1;"{cell}"\n'.encode())
    changed = run.changes.filter(fate="changed").values_list("details", flat=True)
    if outcome is None:
        assert fates(run) == [(2, "unchanged")]
    elif whys(run):
        assert str(outcome) in whys(run)[0]
    else:
        assert changed[0][column][1] == outcome


@pytest.mark.parametrize("held", ["000512500006", "0274060040", "0000000017"])
def test_a_number_without_its_zeros_is_the_one_that_is_held(
    browser: Client, companies: list[Counterparty], held: str
) -> None:
    Counterparty.objects.filter(onec_guid="g1").update(inn=held)
    run = checked(browser, f"guid;inn\ng1;{held.lstrip('0')}\n".encode())
    assert fates(run) == [(2, "unchanged")]


def test_another_kpp_is_named(browser: Client, companies: list[Counterparty]) -> None:
    Counterparty.objects.filter(onec_guid="g1").update(kpp="770001001")
    run = checked(browser, b"inn;kpp;note\n7700000001;111111111;x\n")
    assert whys(run) == ["the counterparty with this tax number has another KPP: 770001001"]


def test_signs_that_nobody_sees_are_dropped_and_break_no_export(
    browser: Client, companies: list[Counterparty]
) -> None:
    run = checked(browser, b"guid;note;name\ng1;a\x01b;n\x0bx\n")
    assert run.changes.get(fate="changed").details["note"] == ["", "ab"]
    Counterparty.objects.filter(onec_guid="g2").update(note="typed\x02 before")
    content = b"".join(browser.get(f"{COUNTERPARTIES}export/xlsx/"))
    held = list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert "typed before" in held[2]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"guid;note" + b";" * 16_382 + b"\n" + (b"g1;x" + b";" * 16_382 + b"\n") * 50, ""),
        (b"guid;note\n" + b"g1" + b";x" * 600 + b"\n", "over 500 columns"),
        pytest.param(b"guid\n" + b"1\n" * 100_001, "over 100,000 rows", marks=pytest.mark.long),
    ],
)
def test_csv_has_the_limits_of_a_workbook(
    browser: Client, companies: list[Counterparty], content: bytes, words: str
) -> None:
    run = checked(browser, content)
    assert (words in run.detail, run.state) == (True, "failed" if words else "finished")


def test_a_duplicate_is_found_after_the_worker_was_changed(
    accountant: User, companies: list[Counterparty]
) -> None:
    text = "ИНН;note\n7700000001;x\n" + "".join(f";{number}\n" for number in range(600))
    check = importing.start_check("a.csv", f"{text}7700000001;again\n".encode(), by=accountant)
    while check.is_under_way:
        importing.advance(check, until=Deadline(0))
    assert "2" in check.changes.get(line=603, fate="refused").details["why"]


def test_sheets_that_are_not_read_are_named(browser: Client, companies: list[Counterparty]) -> None:
    book = Workbook()
    book.active.append(["guid", "note"])
    book.active.append(["g1", "x"])
    book.create_sheet("Прайс").append(["Товар"])
    run = checked(browser, saved(book), "list.xlsx")
    assert "Not read: Прайс." in said(browser.get(f"{RUNS}{run.pk}/change/"))
