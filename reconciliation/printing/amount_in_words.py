"""Amounts of money in words, as contracts and acts write them."""

from decimal import ROUND_HALF_UP, Decimal

from num2words import num2words

from reconciliation.printing.currencies import CurrencyWords, Language, currency_words, form_for

CENT = Decimal("0.01")
LARGEST = 10**18
"""From here on words help nobody, and the figure is repeated instead."""

_MINUS: dict[Language, str] = {"ru": "минус ", "en": "minus "}


def amount_in_words(amount: Decimal, currency: str, language: Language) -> str:
    """Return the amount in words, the hundredths in figures.

    Russian begins with a capital ("Пятнадцать тысяч рублей 00 копеек"), English does not
    ("fifteen thousand roubles 00 kopecks"): so the form wants it.
    """
    whole, part = _whole_and_part(abs(amount))
    sign = _MINUS[language] if amount < 0 else ""
    words = currency_words(currency, language)
    text = sign + (
        _named(whole, part, words, language) if words else _by_code(whole, part, currency, language)
    )
    return text[:1].upper() + text[1:] if language == "ru" else text


def _whole_and_part(amount: Decimal) -> tuple[int, int]:
    cents = int((amount / CENT).to_integral_value(rounding=ROUND_HALF_UP))
    return divmod(cents, 100)


def _named(whole: int, part: int, words: CurrencyWords, language: Language) -> str:
    unit = form_for(whole, words.unit, language)
    hundredths = form_for(part, words.part, language)
    return f"{_spell(whole, language, words.unit_gender)} {unit} {part:02d} {hundredths}"


def _by_code(whole: int, part: int, currency: str, language: Language) -> str:
    return f"{_spell(whole, language, 'm')} {part:02d}/100 {currency}".rstrip()


def _spell(number: int, language: Language, gender: str) -> str:
    if number >= LARGEST:
        return str(number)
    if language == "en":
        return str(num2words(number, lang="en"))
    # The currency's gender goes on the last three digits only: num2words says "одна миллион".
    above = number - number % 1000 if gender == "f" else 0
    words = [num2words(above, lang="ru")] if above else []
    if number > above or not above:
        words.append(num2words(number - above, lang="ru", gender=gender))
    return " ".join(words)
