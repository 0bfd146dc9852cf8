"""Whether 1C's answer is about whom it was asked: by tax numbers, else by names."""

import unicodedata

import pytest

from reconciliation.ledger.act import Party
from reconciliation.ledger.identity import find_mismatch


def refused(answered: Party, *, name: str, inn: str = "") -> bool:
    return bool(find_mismatch(answered, name=name, inn=inn))


def test_equal_tax_numbers_settle_it_whatever_the_names_are() -> None:
    assert not refused(Party("ООО «Астра»", "5001112223"), name="ООО «Ромашка»", inn="5001112223")


def test_different_tax_numbers_settle_it_even_with_equal_names() -> None:
    assert refused(Party("ООО «Ромашка»", "5001112224"), name="ООО «Ромашка»", inn="5001112223")


@pytest.mark.parametrize(
    ("came", "known"), [("", "5001112223"), ("5001112223", ""), ("", ""), (" ", "5001112223")]
)
def test_names_decide_when_a_tax_number_is_missing(came: str, known: str) -> None:
    assert not refused(Party("ООО «Ромашка»", came), name="ООО «Ромашка»", inn=known)
    assert refused(Party("ООО «Чужой»", came), name="ООО «Ромашка»", inn=known)


def test_blanks_around_a_tax_number_do_not_count() -> None:
    assert not refused(Party("А", "5001112223"), name="Б", inn=" 5001112223 ")


@pytest.mark.parametrize(
    "spelled",
    [
        "ООО Ромашка", 'ооо "РОМАШКА"', "Ромашка ООО", "Общество с ограниченной ответственностью «Ромашка»",
        "О.О.О. Ромашка", " ООО\u00a0„Ромашка“ ",
        "ООО «Ро\u00adмаш\u200bка»", unicodedata.normalize("NFD", "ООО «Ромашка»"),
    ],
)  # fmt: skip
def test_a_name_may_be_spelled_in_several_ways(spelled: str) -> None:
    assert not refused(Party(spelled), name="ООО «Ромашка»")


@pytest.mark.parametrize(
    ("known", "came"),
    [
        ("ООО «Ромашка»", "ООО «Ромашка-2»"), ("ООО «Ромашка»", "АО «Ромашка»"),
        ("ООО «Ромашка»", "ООО «Ромашк»"), ("ООО «Ромашка»", "Ромашка"), ("Northwind Ltd", "Northwind LLC"),
        ("ИП Иванов И. И.", "ИП Иванов П. И."), ("+++", "---"), ("Север", "Север Север"),
        ("ООО «Ромашка»", "ООО «Ромашка+»"), ("A&B", "A B"),
    ],
)  # fmt: skip
def test_another_name_is_another_company(known: str, came: str) -> None:
    assert refused(Party(came), name=known)


@pytest.mark.parametrize(
    ("known", "came"),
    [
        ("Публичное акционерное общество «Сеть»", "ПАО Сеть"),
        ("Индивидуальный предприниматель Петров Семён", "ИП Петров Семен"),
        ("Northwind Limited", "NORTHWIND LTD."),
        ("Acme Limited Liability Company", "Acme LLC"),
        ("Йод и Ёлка", unicodedata.normalize("NFD", "Йод и Ёлка")),
        ("+++", " +++ "),
    ],
)
def test_legal_forms_and_letters_may_be_long_or_short(known: str, came: str) -> None:
    assert not refused(Party(came), name=known)


def test_the_refusal_names_both_sides() -> None:
    assert find_mismatch(Party("ООО «Чужой»"), name="ООО «Ромашка»", inn="") == (
        "“ООО «Чужой»” came, “ООО «Ромашка»” was expected"
    )
    assert find_mismatch(Party("А", "2"), name="А", inn="1") == "tax number 2 came, 1 was expected"
