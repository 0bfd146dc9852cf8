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
