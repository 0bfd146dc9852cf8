"""Files reach the Drive once, whatever is said or left unsaid on the way."""

import threading

import pytest

from reconciliation.bitrix24 import drive
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.errors import Bitrix24InvalidAnswer, Bitrix24NotFound, Bitrix24SetupError, Bitrix24Unclear
from sandbox.bitrix24.company import ACTS_FOLDER_ID, DriveObject
from sandbox.bitrix24.server import Bitrix24Sandbox
from tests.reconciliation.bitrix24.conftest import NewGateway, soon

NAME, PDF = "Акт №1 ООО «Ромашка».pdf", b"%PDF-1.7 act"
UNSAID = ["cut_before", "cut_after", "cut_body", "error_after", "server_error", "bad_gateway", "not_json"]


def put(gateway: Bitrix24, name: str = NAME, content: bytes = PDF, replaces: int = 0) -> drive.StoredFile:
    return drive.put(gateway, ACTS_FOLDER_ID, name, content, replaces=replaces, deadline=soon())


def contents(server: Bitrix24Sandbox) -> dict[str, bytes | None]:
    return {file.name: file.content for file in server.company.files}


def test_a_file_is_put_and_its_name_told(server: Bitrix24Sandbox, gateway: Bitrix24):
    stored = put(gateway, 'Акт ООО "А/Б".pdf')

    assert stored.name == "Акт ООО _А_Б_.pdf"
    assert (stored.size, stored.url) == (len(PDF), f"{server.url}/files/{stored.id}")
    assert contents(server) == {stored.name: PDF}


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("fault", UNSAID)
def test_an_unknown_outcome_leads_to_one_file(
    server: Bitrix24Sandbox, gateway: Bitrix24, no_waits: None, fault: str, times: int
):
    server.set_fault("disk.folder.uploadfile", fault, times=times)

    stored = put(gateway)

    assert contents(server) == {NAME: PDF}
    assert stored.id == server.company.files[0].id


def test_a_file_that_is_there_already_is_adopted(server: Bitrix24Sandbox, gateway: Bitrix24):
    assert put(gateway) == put(gateway)
    assert contents(server) == {NAME: PDF}


def test_another_counterpartys_file_of_the_name_stays_as_it_is(server: Bitrix24Sandbox, gateway: Bitrix24):
    same_size = PDF[::-1]
    put(gateway, content=same_size)

    first, again = put(gateway), put(gateway)

    assert first == again
    assert contents(server) == {NAME: same_size, "Акт №1 ООО «Ромашка» (2).pdf": PDF}


def test_our_own_file_gets_a_new_version(server: Bitrix24Sandbox, gateway: Bitrix24):
    old = put(gateway)

    new = put(gateway, content=b"%PDF corrected", replaces=old.id)

    assert (new.id, new.size) == (old.id, 14)
    assert contents(server) == {NAME: b"%PDF corrected"}


def test_a_file_under_a_name_that_bitrix24_corrected_is_found_by_its_content(
    server: Bitrix24Sandbox, gateway: Bitrix24, monkeypatch: pytest.MonkeyPatch
):
    put(gateway)
    server.company.rename(server.company.files[0], "Акт 1 ООО Ромашка.pdf")
    server.company.place(DriveObject(5, NAME.upper(), ACTS_FOLDER_ID))
    monkeypatch.setattr(drive, "_named", lambda *_: [])

    assert put(gateway).name == "Акт 1 ООО Ромашка.pdf"


@pytest.mark.parametrize("fault", ["", *UNSAID])
def test_a_large_file_goes_in_two_steps(
    server: Bitrix24Sandbox, gateway: Bitrix24, no_waits: None, monkeypatch: pytest.MonkeyPatch, fault: str
):
    monkeypatch.setattr(drive, "TWO_STEPS_OVER_BYTES", 10)
    if fault:
        server.set_fault("upload", fault, times=1)

    stored = put(gateway)

    assert contents(server) == {NAME: PDF}
    assert stored.name == NAME


def test_what_stays_unknown_is_said(server: Bitrix24Sandbox, gateway: Bitrix24, no_waits: None):
    server.set_fault("disk.folder.uploadfile", "cut_before")

    with pytest.raises(Bitrix24Unclear):
        put(gateway)


def test_a_folder_that_went_away_is_told(gateway: Bitrix24):
    with pytest.raises(Bitrix24NotFound):
        drive.put(gateway, 77, NAME, PDF, deadline=soon())


def test_the_months_folder_is_made_once_by_whoever_comes_first(
    server: Bitrix24Sandbox, new_gateway: NewGateway
):
    found: list[int] = []

    def find() -> None:
        found.append(drive.month_folder(new_gateway(), ACTS_FOLDER_ID, "2024-03", deadline=soon()))

    threads = [threading.Thread(target=find) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 6
    assert set(found) == {each.id for each in server.company.children(ACTS_FOLDER_ID)}


@pytest.mark.parametrize("fault", UNSAID)
def test_the_months_folder_is_found_after_an_unknown_outcome(
    server: Bitrix24Sandbox, gateway: Bitrix24, no_waits: None, fault: str
):
    server.set_fault("disk.folder.addsubfolder", fault, times=1)
    done = fault in ("cut_after", "cut_body", "error_after")
    if not done:
        with pytest.raises((Bitrix24Unclear, Bitrix24InvalidAnswer)):
            drive.month_folder(gateway, ACTS_FOLDER_ID, "2024-03", deadline=soon())

    drive.month_folder(gateway, ACTS_FOLDER_ID, "2024-03", deadline=soon())

    assert [each.name for each in server.company.children(ACTS_FOLDER_ID)] == ["2024-03"]


@pytest.mark.parametrize("fault", ["folder_gone", "folder_forbidden"])
def test_a_folder_for_acts_that_cannot_be_used_is_said_plainly(
    server: Bitrix24Sandbox, gateway: Bitrix24, fault: str
):
    server.set_fault("*", fault)

    with pytest.raises(Bitrix24SetupError) as caught:
        drive.month_folder(gateway, ACTS_FOLDER_ID, "2024-03", deadline=soon())

    assert caught.value.reason == "folder"


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Акт.pdf", "Акт.pdf"),
        (' a\\b/c:d*e?f"g<h>i|j .pdf ', "a_b_c_d_e_f_g_h_i_j.pdf"),
        ("й.pdf", "й.pdf"),
        ("я" * 300 + ".pdf", "я" * 197 + ".pdf"),
        ("без точки", "без точки"),
    ],
)
def test_names_are_cleaned_as_bitrix24_would(name: str, clean: str):
    assert drive.clean_name(name) == clean
