"""Tax numbers of Russia, Kazakhstan and Belarus: whether one can be right, and zeros that were lost."""

import re
from collections.abc import Sequence
from typing import Final

from stdnum.by import unp
from stdnum.ru import inn

BIN_WEIGHTS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
BIN_WEIGHTS_AGAIN: Final = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
"""For numbers whose first sum leaves 10."""
KPP: Final = re.compile(r"\d{4}[\dA-Z]{2}\d{3}", re.ASCII)


def tidy_number(text: str) -> str:
    """Return a number without the blanks, hyphens, apostrophes, its name and “.0” that come along with it."""
    bare = re.sub(r"[\s'’:\u00ad\u200b\ufeff–—-]", "", text).upper()
    return re.sub(r"^(ИНН|КПП|БИН|ИИН|УНП|INN|KPP|BIN|IIN|UNP)(?=\d)|(?<=\d)[.,]0+$", "", bare)


def is_inn(number: str) -> bool:
    """Return whether this can be a Russian tax number: 10 or 12 digits, the last of them for checking."""
    return bool(inn.is_valid(number))


def is_bin(number: str) -> bool:
    """Return whether this can be a Kazakh BIN or IIN: 12 digits, the last one for checking.

    Source: the state's rules for forming identification numbers (Kazakhstan, law 223-III).
    """
    if not re.fullmatch(r"\d{12}", number, re.ASCII):
        return False
    left = _sum(number, BIN_WEIGHTS) % 11
    return (_sum(number, BIN_WEIGHTS_AGAIN) % 11 if left == 10 else left) == int(number[11])


def is_unp(number: str) -> bool:
    """Return whether this can be a Belarusian tax number: 9 signs, a person's with two letters first."""
    return len(number) == 9 and bool(unp.is_valid(number))


def is_tax_number(number: str) -> bool:
    """Return whether this can be a tax number of one of the three countries."""
    return is_inn(number) or is_bin(number) or is_unp(number)


def with_zero(number: str) -> str:
    """Return a number with one zero before it where that is a tax number; empty where it is none."""
    found = f"0{number}"
    return found if is_inn(found) or is_bin(found) else ""


def with_lost_zero(number: str) -> str:
    """Return a number with the zero that a spreadsheet took from it; as it is where no zero is missing."""
    return number if is_tax_number(number) else with_zero(number) or number


def is_kpp(kpp: str) -> bool:
    """Return whether this can be a KPP: nine signs, the fifth and sixth digits or letters."""
    return bool(KPP.fullmatch(kpp))


def _sum(digits: str, weights: Sequence[int]) -> int:
    return sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=False))
