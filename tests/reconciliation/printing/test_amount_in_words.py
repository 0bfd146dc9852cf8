"""Amounts in words and in figures, as an accountant writes them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.printing.amount_in_words import amount_in_words
from reconciliation.printing.currencies import ENGLISH, RUSSIAN, Language
from reconciliation.printing.formats import format_amount, format_money

LANGUAGES: list[Language] = ["ru", "en"]
AMOUNTS = st.decimals(min_value="-1e15", max_value="1e15", places=2)


@pytest.mark.parametrize(
    ("amount", "currency", "language", "words"),
    [
        ("15000.00", "RUB", "ru", "Пятнадцать тысяч рублей 00 копеек"),
        ("1.01", "RUB", "ru", "Один рубль 01 копейка"),
        ("2.22", "RUB", "ru", "Два рубля 22 копейки"),
        ("11.11", "RUB", "ru", "Одиннадцать рублей 11 копеек"),
        ("112.14", "RUB", "ru", "Сто двенадцать рублей 14 копеек"),
        ("1001000.05", "RUB", "ru", "Один миллион одна тысяча рублей 05 копеек"),
        ("0.00", "RUB", "ru", "Ноль рублей 00 копеек"),
        ("-21.00", "RUB", "ru", "Минус двадцать один рубль 00 копеек"),
        ("15000.00", "KZT", "ru", "Пятнадцать тысяч тенге 00 тиын"),
        ("21.00", "BYN", "ru", "Двадцать один белорусский рубль 00 копеек"),
        ("3.02", "USD", "ru", "Три доллара США 02 цента"),
        ("21.50", "EUR", "ru", "Двадцать один евро 50 евроцентов"),
        ("2.00", "CNY", "ru", "Два юаня 00 фыней"),
        ("2.00", "UAH", "ru", "Две гривны 00 копеек"),
        ("0.00", "UAH", "ru", "Ноль гривен 00 копеек"),
        ("1000000.00", "UAH", "ru", "Один миллион гривен 00 копеек"),
        ("2000001.00", "UAH", "ru", "Два миллиона одна гривна 00 копеек"),
        ("1001002.00", "UAH", "ru", "Один миллион одна тысяча две гривны 00 копеек"),
        ("5.00", "CHF", "ru", "Пять 00/100 CHF"),
        ("15000.00", "RUB", "en", "fifteen thousand roubles 00 kopecks"),
        ("1.01", "RUB", "en", "one rouble 01 kopeck"),
        ("15000.00", "KZT", "en", "fifteen thousand tenge 00 tiyn"),
        ("121.01", "GBP", "en", "one hundred and twenty-one pounds sterling 01 penny"),
        ("-1.00", "USD", "en", "minus one US dollar 00 cents"),
        ("5.00", "CHF", "en", "five 00/100 CHF"),
    ],
)
def test_an_amount_is_written_out(amount: str, currency: str, language: Language, words: str) -> None:
    assert amount_in_words(Decimal(amount), currency, language) == words


@given(amount=AMOUNTS, currency=st.sampled_from([*RUSSIAN, "CHF"]), language=st.sampled_from(LANGUAGES))
def test_any_amount_up_to_a_quadrillion_has_words_and_its_hundredths(
    amount: Decimal, currency: str, language: Language
) -> None:
    words = amount_in_words(amount, currency, language)
    hundredths = f"{abs(amount):.2f}"[-2:]
    assert f" {hundredths}" in words
    assert "  " not in words
    assert not any(character.isdigit() for character in words.split(f" {hundredths}")[0])


def test_both_languages_know_the_same_currencies() -> None:
    assert RUSSIAN.keys() == ENGLISH.keys()


@pytest.mark.parametrize(
    ("amount", "language", "figures"),
    [
        ("15000.00", "ru", "15\u00a0000,00"),
        ("-15000.5", "ru", "−15\u00a0000,50"),
        ("15000.00", "en", "15,000.00"),
        ("-1234567.89", "en", "−1,234,567.89"),
        ("0", "ru", "0,00"),
        ("-0.00", "en", "0.00"),
    ],
)
def test_an_amount_is_written_as_the_language_does(amount: str, language: Language, figures: str) -> None:
    assert format_amount(Decimal(amount), language) == figures


def test_a_currency_stands_where_the_language_puts_it() -> None:
    assert format_money(Decimal("15000.00"), "RUB", "ru") == "15\u00a0000,00\u00a0руб."
    assert format_money(Decimal("15000.00"), "RUB", "en") == "RUB\u00a015,000.00"
    assert format_money(Decimal("21.00"), "AMD", "ru") == "21,00\u00a0AMD"
