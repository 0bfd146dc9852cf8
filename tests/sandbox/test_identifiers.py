"""Tax numbers stand the published checks."""

from random import Random

import pytest

from sandbox import identifiers


@pytest.mark.parametrize("inn", ["7707083893", "7728168971"])
def test_a_company_inn_ends_in_its_check_digit(inn: str) -> None:
    assert identifiers.complete_company_inn(inn[:9]) == inn


@pytest.mark.parametrize("seed", range(50))
def test_numbers_have_the_length_of_their_kind(seed: int) -> None:
    rng = Random(seed)
    inn = identifiers.company_inn(rng)
    person = identifiers.person_inn(rng)
    assert [len(inn), len(identifiers.kpp(inn)), len(identifiers.company_ogrn(rng, inn))] == [10, 9, 13]
    assert [len(person), len(identifiers.person_ogrn(rng, person))] == [12, 15]
    assert [len(identifiers.kazakh_bin(rng)), len(identifiers.belarusian_unp(rng))] == [12, 9]


@pytest.mark.parametrize("seed", range(50))
def test_an_ogrn_ends_in_the_remainder_of_what_stands_before(seed: int) -> None:
    rng = Random(seed)
    ogrn, person = identifiers.company_ogrn(rng, "7707083893"), identifiers.person_ogrn(rng, "500100732259")
    assert int(ogrn[:-1]) % 11 % 10 == int(ogrn[-1])
    assert int(person[:-1]) % 13 % 10 == int(person[-1])


@pytest.mark.parametrize("seed", range(50))
def test_a_persons_inn_has_two_check_digits(seed: int) -> None:
    digits = [int(digit) for digit in identifiers.person_inn(Random(seed))]
    eleventh = sum(d * w for d, w in zip(digits, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8), strict=False)) % 11 % 10
    twelfth = sum(d * w for d, w in zip(digits, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8), strict=False)) % 11 % 10
    assert digits[10:] == [eleventh, twelfth]
