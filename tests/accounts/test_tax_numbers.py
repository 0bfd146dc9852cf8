"""Tax numbers of three countries, with real ones of public companies."""

import pytest

from accounts.tax_numbers import is_bin, is_inn, is_kpp, is_tax_number, is_unp, tidy_number, with_lost_zero

SBERBANK, GAZPROM_NEFT_ADYGEA = "7707083893", "0105051230"
KAZTRANSOIL, BELARUSBANK = "970540000107", "100325912"


@pytest.mark.parametrize(
    ("number", "inn", "bin_", "unp"),
    [
        (SBERBANK, True, False, False),
        ("7707083894", False, False, False),
        ("500100732259", True, False, False),  # the example of the tax service's own page
        (KAZTRANSOIL, False, True, False),
        (BELARUSBANK, False, False, True),
        ("MA1953684", False, False, True),  # a person's, from python-stdnum
        ("77О7083893", False, False, False),  # with the letter О
        ("7707083893/770701001", False, False, False),
        ("", False, False, False),
        ("٧٧٠٧٠٨٣٨٩٣", False, False, False),
    ],
)
def test_numbers_are_known_by_length_and_check_digit(number: str, inn: bool, bin_: bool, unp: bool) -> None:
    assert (is_inn(number), is_bin(number), is_unp(number)) == (inn, bin_, unp)
    assert is_tax_number(number) is any((inn, bin_, unp))


def test_a_zero_that_a_spreadsheet_took_is_put_back_where_the_check_digit_says_so() -> None:
    number = next(f"010505{n:03}{d}" for n in range(1000) for d in range(10) if is_inn(f"010505{n:03}{d}"))
    assert with_lost_zero(number[1:]) == number
    assert with_lost_zero(SBERBANK) == SBERBANK
    assert with_lost_zero("502000001") == "502000001"
    assert with_lost_zero(BELARUSBANK) == BELARUSBANK


def test_blanks_and_hyphens_are_dropped() -> None:
    assert tidy_number("77 07\u00a0083-893 ") == SBERBANK


@pytest.mark.parametrize("kpp", ["770701001", "7707AB001"])
def test_a_kpp_has_nine_signs(kpp: str) -> None:
    assert is_kpp(kpp)
    assert not is_kpp(kpp[1:])
