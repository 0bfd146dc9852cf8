"""An act's files are made once and are the same for ever."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from accounts.models import Counterparty
from reconciliation.acts import archive
from reconciliation.errors import FileLost, FileNotDrawn, FileNotKept
from reconciliation.models import ActFile, IssuedAct
from sandbox.onec import OneCSandbox
from tests.cast import SPRING, Issue
from tests.reconciliation.sample_acts import bytes_of

pytestmark = pytest.mark.django_db
FORMS = ("pdf", "xlsx", "csv")


@pytest.fixture
def act(issued: Issue, company: Counterparty) -> IssuedAct:
    return issued(company).act


@pytest.mark.parametrize("form", FORMS)
def test_a_file_is_the_same_whatever_1c_says_later(
    act: IssuedAct, books: OneCSandbox, issued: Issue, company: Counterparty, form: str
) -> None:
    before = bytes_of(act, form)
    books.change(company.onec_guid, Decimal("100.00"), on=SPRING.start)
    issued(company)
    assert bytes_of(act, form) == before


@pytest.mark.parametrize("form", FORMS)
def test_a_file_does_not_depend_on_the_next_release_of_the_renderer(
    act: IssuedAct, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    before = bytes_of(act, form)
    monkeypatch.setitem(archive.FORMATS, form, ("text/plain", lambda issued: b"drawn otherwise"))
    assert bytes_of(act, form) == before


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_damaged_file_is_made_again_byte_for_byte(act: IssuedAct, damage: str) -> None:
    before = bytes_of(act, "pdf")
    path = Path(ActFile.objects.get().file.path)
    path.unlink() if damage == "gone" else path.write_bytes(b"%PDF-1.4 something else")
    assert bytes_of(act, "pdf") == before
    kept = ActFile.objects.get()
    with default_storage.open(str(kept.file.name)) as handle:
        assert handle.read() == before


def test_what_cannot_be_made_again_is_not_replaced(act: IssuedAct, monkeypatch: pytest.MonkeyPatch) -> None:
    bytes_of(act, "pdf")
    Path(ActFile.objects.get().file.path).unlink()
    monkeypatch.setitem(archive.FORMATS, "pdf", ("application/pdf", lambda issued: b"drawn otherwise"))
    with pytest.raises(FileLost):
        bytes_of(act, "pdf")


def test_1cs_own_pdf_is_never_replaced_by_ours(
    issued: Issue, books: OneCSandbox, company: Counterparty, settings: Any
) -> None:
    settings.ACT_PDF_SOURCE = "onec"
    act = issued(company).act
    Path(ActFile.objects.get().file.path).unlink()
    with pytest.raises(FileLost):
        bytes_of(act, "pdf")


@pytest.mark.parametrize("form", FORMS)
def test_each_language_is_a_file_of_the_same_act(act: IssuedAct, form: str) -> None:
    russian, english = (
        bytes_of(act, form),
        bytes_of(act, form, "en"),
    )
    assert russian != english
    assert (
        bytes_of(act, form, "ru"),
        bytes_of(act, form, "en"),
    ) == (russian, english)
    assert set(ActFile.objects.values_list("act", "language")) == {(act.pk, "ru"), (act.pk, "en")}
    assert archive.file_name(act, form, "en").startswith(f"Reconciliation Act {act.number} ")


def test_a_language_that_cannot_be_drawn_is_refused(
    issued: Issue, books: OneCSandbox, company: Counterparty, settings: Any
) -> None:
    settings.ACT_PDF_SOURCE = "onec"
    act = issued(company).act
    act.snapshot = act.snapshot.replace("Ромашка", "شركة")
    assert bytes_of(act, "pdf").startswith(b"%PDF")
    with pytest.raises(FileNotDrawn):
        bytes_of(act, "pdf", "en")


def test_a_file_bears_the_number_the_party_and_the_period(act: IssuedAct) -> None:
    assert archive.file_name(act, "pdf", "ru") == "Акт сверки 000001 ООО Ромашка 2024-03-01–2024-03-31.pdf"


@pytest.mark.parametrize("name", ["深" * 90, "Й" * 90, "и\u0306" * 80, "ООО " + "ё" * 200])
def test_a_long_name_gives_a_file_name_that_every_disk_takes(act: IssuedAct, name: str) -> None:
    act.counterparty_name = name
    made = archive.file_name(act, "xlsx", "ru")
    assert len(made.encode()) <= 255
    assert made.endswith(" 2024-03-01–2024-03-31.xlsx")
    kept = made.removeprefix("Акт сверки 000001 ").removesuffix(" 2024-03-01–2024-03-31.xlsx")
    assert name.startswith(kept)
    assert not name[len(kept) :].startswith("\u0306")


def test_a_lost_file_is_handed_out_even_when_it_cannot_be_kept_again(
    act: IssuedAct, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bytes_of(act, "pdf")
    Path(ActFile.objects.get().file.path).unlink()
    monkeypatch.setattr(default_storage, "_save", _full)
    assert bytes_of(act, "pdf") == before


def test_a_full_disk_leaves_no_piece_of_a_file(act: IssuedAct, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(default_storage.path(""))
    before = set(root.rglob("*"))
    monkeypatch.setattr(default_storage, "_save", _full)
    with pytest.raises(FileNotKept):
        bytes_of(act, "csv")
    assert {path for path in root.rglob("*") if path.is_file()} <= before
    assert not ActFile.objects.filter(format="csv").exists()


def _full(name: str, content: object) -> str:
    """Write a piece and fail, as a full disk does."""
    path = Path(default_storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF")
    raise OSError(28, "No space left on device")
