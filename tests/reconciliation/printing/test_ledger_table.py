"""Where the pages of an act end, and what never does."""

import re
from dataclasses import replace

import pytest

from reconciliation.ledger.act import Act, Signatory
from tests.reconciliation.printing.printed import read, text, texts, words
from tests.reconciliation.sample_acts import (
    CUSTOMER,
    SUPPLIER,
    act_by_contracts,
    act_of,
    act_with,
    issue,
    sale,
)


def test_every_page_has_the_heads_its_number_and_the_act() -> None:
    pages = texts(issue(act_with(200)))
    assert len(pages) > 4
    for number, page in enumerate(pages, start=1):
        assert "По данным ООО «Поставщик», руб. По данным ООО «Ромашка», руб." in page
        assert "Дата Документ Дебет Кредит Дата Документ Дебет Кредит" in page
        assert f"Страница {number} из {len(pages)}" in page
        assert "Акт сверки № 000123 от 31 марта 2024 г. · ООО «Поставщик» — ООО «Ромашка»" in page


def test_every_document_is_printed_once() -> None:
    said = text(issue(act_with(600)))
    numbers = [int(number) for number in re.findall(r"(?:Реализация|Оплата) № (\d+)", said)]
    assert numbers == list(range(600))


@pytest.mark.parametrize("rows", range(12, 48))
def test_sums_and_signatures_are_never_torn_from_the_last_rows(rows: int) -> None:
    pages = texts(issue(act_with(rows)))
    last = pages[-1]
    for part in (
        "Обороты за период",
        "Сальдо конечное",
        "задолженность в пользу",
        "От ООО «Ромашка»",
        "М.П.",
    ):
        assert part in last
        assert not any(part in page for page in pages[:-1])
    assert re.search(r"№ \d+ [\d\s]+,\d\d Обороты за период", last)


@pytest.mark.parametrize("act", [act_with(10), act_by_contracts(2, 5)])
def test_ten_documents_fit_on_one_page(act: Act) -> None:
    assert len(texts(issue(act))) == 1


@pytest.mark.parametrize("rows", range(8, 26))
def test_a_contracts_heading_is_never_left_alone(rows: int) -> None:
    for page in texts(issue(act_by_contracts(4, rows))):
        body = page.split("Страница")[0]
        assert not re.search(r"Договор поставки № \d+(?: Договор поставки № \d+)? *$", body)
        assert not re.search(r"Сальдо начальное по договору[^Р]*$", body)
        assert not re.search(r"Кредит (?:Обороты|Сальдо конечное)", body)


def test_a_word_wider_than_the_page_is_broken() -> None:
    endless = "Щ" * 300
    act = act_of(sale(1, document="Ы" * 300))
    reader = read(issue(replace(act, counterparty=replace(CUSTOMER, name=endless))))
    said = "".join("".join(page.extract_text().split()) for page in reader.pages)
    assert endless in said
    assert "Ы" * 300 in said
    for page in reader.pages:
        assert all(36 <= word.x < float(page.mediabox.width) - 36 for word in words(page))


def test_names_too_long_for_any_page_end_with_dots_and_leave_the_signatures_whole() -> None:
    act = replace(
        act_of(sale(1, document="слово " * 1000)),
        organization=replace(SUPPLIER, name="Ю" * 5000, signatory=Signatory("Ж" * 5000, "Ф" * 5000)),
        counterparty=replace(CUSTOMER, name="название " * 600),
    )
    pages = texts(issue(act))
    assert len(pages) < 6
    assert any("…, руб." in page for page in pages)
    for part in ("задолженность в пользу", "подпись", "М.П."):
        assert part in pages[-1]
