"""How currencies are named in an act: their short names, and their words for every number.

Grammar, not translation: a language needs as many forms of a word as its numerals govern.
"""

from dataclasses import dataclass
from typing import Literal

Language = Literal["ru", "en"]
Forms = tuple[str, str, str]
"""For 1, for 2 to 4, for 5 and more; English has the last two alike."""


@dataclass(frozen=True, slots=True)
class CurrencyWords:
    """One currency in one language; `short` stands beside figures and in column heads.

    It is the code where Russian has no short form that is right after every number ("21,00 драм" is not).
    """

    short: str
    unit: Forms
    part: Forms
    unit_gender: Literal["m", "f"] = "m"


def _english(code: str, one: str, many: str, part: str, parts: str) -> CurrencyWords:
    return CurrencyWords(code, (one, many, many), (part, parts, parts))


def _same(word: str) -> Forms:
    return (word, word, word)


_KOPECKS = ("копейка", "копейки", "копеек")
_CENTS = ("цент", "цента", "центов")

RUSSIAN: dict[str, CurrencyWords] = {
    "RUB": CurrencyWords("руб.", ("рубль", "рубля", "рублей"), _KOPECKS),
    "BYN": CurrencyWords(
        "бел. руб.", ("белорусский рубль", "белорусских рубля", "белорусских рублей"), _KOPECKS
    ),
    "KZT": CurrencyWords("тенге", _same("тенге"), _same("тиын")),
    "KGS": CurrencyWords("KGS", ("сом", "сома", "сомов"), ("тыйын", "тыйына", "тыйынов")),
    "UZS": CurrencyWords("UZS", ("сум", "сума", "сумов"), ("тийин", "тийина", "тийинов")),
    "UAH": CurrencyWords("грн", ("гривна", "гривны", "гривен"), _KOPECKS, "f"),
    "AMD": CurrencyWords("AMD", ("драм", "драма", "драмов"), ("лума", "лумы", "лум")),
    "USD": CurrencyWords("долл. США", ("доллар США", "доллара США", "долларов США"), _CENTS),
    "EUR": CurrencyWords("евро", _same("евро"), ("евроцент", "евроцента", "евроцентов")),
    "GBP": CurrencyWords(
        "фунт. ст.",
        ("фунт стерлингов", "фунта стерлингов", "фунтов стерлингов"),
        ("пенс", "пенса", "пенсов"),
    ),
    "CNY": CurrencyWords("CNY", ("юань", "юаня", "юаней"), ("фынь", "фыня", "фыней")),
}

ENGLISH: dict[str, CurrencyWords] = {
    "RUB": _english("RUB", "rouble", "roubles", "kopeck", "kopecks"),
    "BYN": _english("BYN", "Belarusian rouble", "Belarusian roubles", "kopeck", "kopecks"),
    "KZT": _english("KZT", "tenge", "tenge", "tiyn", "tiyn"),
    "KGS": _english("KGS", "som", "som", "tyiyn", "tyiyn"),
    "UZS": _english("UZS", "sum", "sum", "tiyin", "tiyin"),
    "UAH": _english("UAH", "hryvnia", "hryvnias", "kopiyka", "kopiykas"),
    "AMD": _english("AMD", "dram", "drams", "luma", "lumas"),
    "USD": _english("USD", "US dollar", "US dollars", "cent", "cents"),
    "EUR": _english("EUR", "euro", "euros", "cent", "cents"),
    "GBP": _english("GBP", "pound sterling", "pounds sterling", "penny", "pence"),
    "CNY": _english("CNY", "yuan", "yuan", "fen", "fen"),
}

_BY_LANGUAGE: dict[Language, dict[str, CurrencyWords]] = {"ru": RUSSIAN, "en": ENGLISH}


def currency_words(currency: str, language: Language) -> CurrencyWords | None:
    """Return how the currency is named, or None when only its code is known."""
    return _BY_LANGUAGE[language].get(currency)


def short_name(currency: str, language: Language) -> str:
    """Return what stands beside a figure: "руб." in Russian, the code in English."""
    words = currency_words(currency, language)
    return words.short if words else currency


def form_for(number: int, forms: Forms, language: Language) -> str:
    """Return the form of a word that a whole number governs."""
    if language == "en":
        return forms[0] if number == 1 else forms[2]
    if 11 <= number % 100 <= 14:
        return forms[2]
    return {1: forms[0], 2: forms[1], 3: forms[1], 4: forms[1]}.get(number % 10, forms[2])


_SIGNS = {"RUB": "₽", "KZT": "₸", "USD": "$", "EUR": "€", "GBP": "£", "CNY": "¥", "UAH": "₴"}


def sign_of(currency: str) -> str:
    """Return the currency's sign for a screen, or its code."""
    return _SIGNS.get(currency, currency)
