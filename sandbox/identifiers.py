"""Tax numbers with right check digits, drawn from a given random source; none is anybody's on purpose."""

from collections.abc import Sequence
from random import Random

INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
INN_11 = (7, *INN_10)
INN_12 = (3, *INN_11)
BIN_FIRST = tuple(range(1, 12))
BIN_SECOND = (*range(3, 12), 1, 2)
UNP = (29, 23, 19, 17, 13, 7, 5, 3)


def company_inn(rng: Random) -> str:
    """Return a Russian company's ten-digit ИНН."""
    return complete_company_inn(f"{rng.choice(REGIONS)}{rng.randint(1, 51):02d}{rng.randint(10000, 99999)}")


def complete_company_inn(nine: str) -> str:
    """Return the nine digits with the tenth, the check digit."""
    return nine + str(_weighed(nine, INN_10) % 11 % 10)


def person_inn(rng: Random) -> str:
    """Return a Russian entrepreneur's twelve-digit ИНН."""
    ten = f"{rng.choice(REGIONS)}{rng.randint(1, 51):02d}{rng.randint(100000, 999999)}"
    eleven = ten + str(_weighed(ten, INN_11) % 11 % 10)
    return eleven + str(_weighed(eleven, INN_12) % 11 % 10)


def kpp(inn: str) -> str:
    """Return the КПП of a company at the tax office of its ИНН."""
    return f"{inn[:4]}01001"


def company_ogrn(rng: Random, inn: str) -> str:
    """Return a company's thirteen-digit ОГРН in the ИНН's region."""
    twelve = f"1{rng.randint(3, 22):02d}{inn[:2]}{rng.randint(1000000, 9999999)}"
    return twelve + str(int(twelve) % 11 % 10)


def person_ogrn(rng: Random, inn: str) -> str:
    """Return an entrepreneur's fifteen-digit ОГРНИП in the ИНН's region."""
    fourteen = f"3{rng.randint(4, 22):02d}{inn[:2]}{rng.randint(100000000, 999999999)}"
    return fourteen + str(int(fourteen) % 13 % 10)


def kazakh_bin(rng: Random) -> str:
    """Return a Kazakhstani company's twelve-digit БИН."""
    while True:
        eleven = f"{rng.randint(5, 22):02d}{rng.randint(1, 12):02d}40{rng.randint(10000, 99999)}"
        check = _weighed(eleven, BIN_FIRST) % 11
        if check == 10:
            check = _weighed(eleven, BIN_SECOND) % 11
        if check < 10:
            return f"{eleven}{check}"


def belarusian_unp(rng: Random) -> str:
    """Return a Belarusian company's nine-digit УНП."""
    while True:
        eight = f"{rng.choice((1, 2, 3, 4, 5, 6, 7))}9{rng.randint(100000, 999999)}"
        check = _weighed(eight, UNP) % 11
        if check < 10:
            return f"{eight}{check}"


def _weighed(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


REGIONS = ("16", "23", "24", "50", "52", "54", "59", "61", "63", "66", "74", "77", "78")
