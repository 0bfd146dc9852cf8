"""An act on paper: what a person reads on it, and what the file says of itself."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from reconciliation.ledger.act import ZERO, Contract, Line, Party, Signatory
from reconciliation.printing import texts
from reconciliation.printing.currencies import Language
from tests.reconciliation.printing.printed import read, text, words
from tests.reconciliation.sample_acts import (
    SUPPLIER,
    act_by_contracts,
    act_of,
    act_with,
    issue,
    payment,
    sale,
    unsigned,
)


@pytest.mark.parametrize(
    ("name", "language", "line"),
    [
        ("176/22", "ru", "по договору 176/22"),
        ("Договор поставки № 7", "ru", "по договору поставки № 7"),
        ("Supply agreement No. 5", "en", "contract: Supply agreement No. 5"),
        ("Contract 176/22", "en", "under contract 176/22"),
        ("Соглашение № 5", "ru", "договор: Соглашение № 5"),
    ],
)
def test_a_contract_is_called_a_contract_once(name: str, language: Language, line: str) -> None:
    contract = Contract("guid", name, Decimal("15000.00"), Decimal("15007.50"))
    assert texts.contract(act_of(sale(7), contracts=(contract,)), language) == line


def test_the_form_is_there_from_top_to_bottom() -> None:
    contract = Contract("guid", "Договор поставки № 7", Decimal("15000.00"), Decimal("15002.50"))
    said = text(issue(act_of(sale(7), payment(5), contracts=(contract,))))
    expected = [
        "Акт сверки № 000123 от 31 марта 2024 г.",
        "взаимных расчётов за период: 01.01.2024 – 31.03.2024",
        "между ООО «Поставщик» (ИНН 7701234567, КПП 770101001)",
        "и ООО «Ромашка» (ИНН 5001112223)",
        "по договору поставки № 7",
        (
            "Мы, нижеподписавшиеся, Директор ООО «Поставщик» Иванов И. И., с одной стороны, и Главный "
            "бухгалтер ООО «Ромашка» Петрова А. С., с другой стороны, составили настоящий акт сверки в том, "
            "что состояние взаимных расчётов по данным учёта следующее:"
        ),
        "По данным ООО «Поставщик», руб.",
        "По данным ООО «Ромашка», руб.",
        "Дата Документ Дебет Кредит Дата Документ Дебет Кредит",
        "Сальдо начальное 15 000,00",
        "08.01.24 Реализация № 7 7,50",
        "06.01.24 Оплата № 5 5,00",
        "Обороты за период 7,50 5,00",
        "Сальдо конечное 15 002,50",
        (
            "По данным ООО «Поставщик» на 31.03.2024 задолженность в пользу ООО «Поставщик» 15 002,50 руб. "
            "(Пятнадцать тысяч два рубля 50 копеек)."
        ),
        "От ООО «Поставщик»",
        "От ООО «Ромашка»",
        "(Иванов И. И.)",
        "(Петрова А. С.)",
        "М.П.",
    ]
    places = [said.find(sentence) for sentence in expected]
    assert -1 not in places, expected[places.index(-1)]
    assert places == sorted(places)


def test_the_form_speaks_english_to_who_reads_english() -> None:
    said = text(issue(act_of(sale(7), payment(5)), "en"))
    for sentence in [
        "Reconciliation Act No. 000123 of 31 March 2024",
        "of mutual settlements for the period: 1 January 2024 – 31 March 2024",
        "between ООО «Поставщик» (INN 7701234567, KPP 770101001)",
        "According to ООО «Ромашка», RUB",
        "Date Document Debit Credit",
        "Opening balance 15,000.00",
        "8 Jan 2024 Реализация № 7 7.50",
        "Turnover for the period",
        "Closing balance 15,002.50",
        (
            "as of 31 March 2024 the debt in favour of ООО «Поставщик» is RUB 15,002.50 "
            "(fifteen thousand and two roubles 50 kopecks)."
        ),
        "For ООО «Поставщик»",
        "Page 1 of 1",
    ]:
        assert sentence in said, sentence


@pytest.mark.parametrize("active", ["ru", "en"])
def test_the_language_is_the_acts_and_not_the_readers_of_the_moment(active: str) -> None:
    with translation.override(active):
        assert "Reconciliation Act" in text(issue(act_with(1), "en"))
        assert "Акт сверки" in text(issue(act_with(1), "ru"))


def test_a_minimal_answer_leaves_no_empty_brackets_and_no_gaps() -> None:
    for act in (unsigned(act_with(1)), replace(act_with(1), counterparty=Party("X", signatory=Signatory()))):
        said = text(issue(act))
        assert "()" not in said
        assert "( " not in said
        assert " ," not in said
        assert "Иванов И. И.)," not in said
    assert "нижеподписавшиеся, ООО «Поставщик», с одной стороны, и ООО «Ромашка», с другой" in text(
        issue(unsigned(act_with(1)))
    )


@pytest.mark.parametrize(
    ("signatory", "said"),
    [
        (Signatory("", "Иванов И. И."), "нижеподписавшиеся, ООО «Поставщик» Иванов И. И., с одной"),
        (Signatory("Директор", ""), "нижеподписавшиеся, Директор ООО «Поставщик», с одной"),
    ],
)
def test_half_a_signatory_is_said_whole(signatory: Signatory, said: str) -> None:
    assert said in text(issue(replace(act_with(1), organization=replace(SUPPLIER, signatory=signatory))))


@pytest.mark.parametrize(
    ("currency", "russian", "english"),
    [
        ("RUB", "(ИНН 5001112223)", "(INN 5001112223)"),
        ("KZT", "(БИН/ИИН 5001112223)", "(BIN/IIN 5001112223)"),
        ("BYN", "(УНП 5001112223)", "(UNP 5001112223)"),
        ("EUR", "5001112223)", "(Tax ID 5001112223)"),
    ],
)
def test_the_tax_number_is_called_as_the_currencys_country_does(
    currency: str, russian: str, english: str
) -> None:
    act = act_of(sale(1), currency=currency)
    assert russian in text(issue(act))
    assert english in text(issue(act, "en"))


def test_kazakhstan_has_its_own_words() -> None:
    act = replace(
        act_of(currency="KZT"), organization=Party("ТОО «Әлем ғұрпы»"), counterparty=Party("ТОО «Өңір»")
    )
    said = text(issue(act))
    for words_of_the_form in (
        "Сальдо на начало 15 000,00",
        "Сальдо на конец 15 000,00",
        "По данным ТОО «Өңір», тенге",
        "в пользу ТОО «Әлем ғұрпы» 15 000,00 тенге (Пятнадцать тысяч тенге 00 тиын).",
    ):
        assert words_of_the_form in said


def test_who_owes_nothing_reads_that_there_is_no_debt() -> None:
    assert "на 31.03.2024 задолженность отсутствует." in text(issue(act_of(opening=ZERO)))
    assert "as of 31 March 2024 there is no debt." in text(issue(act_of(opening=ZERO), "en"))


@pytest.mark.parametrize(("opening", "column"), [("15000.00", "Дебет"), ("-15000.00", "Кредит")])
def test_a_balance_stands_on_the_side_of_who_is_owed_without_a_minus(opening: str, column: str) -> None:
    page = read(issue(act_of(opening=Decimal(opening)))).pages[0]
    found = words(page)
    figures = [word for word in found if word.text == "15 000,00"]
    head = {word.text: word.x for word in reversed(found) if word.text in {"Дебет", "Кредит"}}
    assert len(figures) == 2
    for figure in figures:
        nearest = min(head, key=lambda name: abs(head[name] - figure.x))
        assert nearest == column


def test_a_correction_keeps_its_minus() -> None:
    correction = Line(date(2024, 2, 1), "Корректировка", Decimal("-700.00"), ZERO)
    assert "01.02.24 Корректировка −700,00" in text(issue(act_of(correction)))


def test_zeroes_are_left_blank() -> None:
    assert "0,00" not in text(issue(act_of(opening=ZERO))).replace("00,00", "")


def test_the_counterpartys_side_is_left_for_the_counterparty_to_fill_in() -> None:
    for page in read(issue(act_with(60))).pages:
        middle = float(page.mediabox.width) / 2
        on_the_right = [word.text for word in words(page) if word.x > middle]
        assert not any(re.fullmatch(r"[−\d\s]+,\d\d", said) for said in on_the_right)
        assert not any("Оплата" in said or "Реализация" in said for said in on_the_right)


def test_several_contracts_have_balances_and_turnovers_of_their_own() -> None:
    act = act_by_contracts(3, 2)
    said = text(issue(act))
    assert "по договору поставки" not in said
    for number, block in enumerate(act.blocks, start=1):
        assert f"Договор поставки № {number}" in said
        assert f"{block.debit}".replace(".", ",")[-6:] in said
    assert said.count("Обороты по договору") == said.count("Сальдо конечное по договору") == 6
    assert said.count("Обороты за период") == 2


def test_letters_of_all_the_neighbours_are_embedded_and_come_back() -> None:
    name = "Әә Ғғ Ққ Ңң Өө Ұұ Үү Һһ Іі Ўў Ёё Її № ₽ ₸ « » – €"
    reader = read(issue(act_of(sale(1, document=name))))
    assert name in " ".join(reader.pages[0].extract_text().split())
    fonts = reader.pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    used = [font.get_object() for font in fonts if "Roboto" in font.get_object()["/BaseFont"]]
    assert used
    assert all("/FontFile2" in font["/FontDescriptor"] for font in used)


def test_the_file_says_what_it_is() -> None:
    reader = read(issue(act_with(1)))
    assert reader.metadata is not None
    assert reader.metadata.title == "Акт сверки № 000123 от 31 марта 2024 г."
    assert reader.metadata.author == "ООО «Поставщик»"
    assert reader.metadata.subject == (
        "Взаимные расчёты ООО «Поставщик» и ООО «Ромашка», 01.01.2024 – 31.03.2024"
    )
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.date() == date(2024, 3, 31)
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "ru-RU"  # type: ignore[index]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]  # type: ignore[index]
    assert read(issue(act_with(1), "en")).trailer["/Root"]["/Lang"] == "en-GB"  # type: ignore[index]
    page = reader.pages[0].mediabox
    assert (round(page.width), round(page.height)) == (842, 595)
