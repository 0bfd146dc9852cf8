"""The made-up counterparties of the generated ledger, one by one."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from uuid import NAMESPACE_URL, uuid5

from sandbox import identifiers, names
from sandbox.ledger import Contract, Counterparty
from sandbox.trading_patterns import pattern_of

NAMESPACE = uuid5(NAMESPACE_URL, "https://reconciliation.example/sandbox")
FIRST_COMPANY_ID = 8061


@dataclass(frozen=True, slots=True)
class Identity:
    """What a counterparty's country decides."""

    name: str
    language: str = "ru"
    currency: str = "RUB"
    inn: str = ""
    kpp: str = ""
    ogrn: str = ""


def invent(seed: int, index: int) -> Counterparty:
    """Return the counterparty at `index` of the ledger with this seed."""
    guid = str(uuid5(NAMESPACE, f"{seed}/{index}"))
    rng = Random(f"{seed}/{guid}")
    identity = _identity(index, rng)
    return Counterparty(
        guid=guid,
        name=identity.name,
        contracts=_contracts(guid, identity.language, index, rng),
        currency=identity.currency,
        language=identity.language,
        inn=identity.inn,
        kpp=identity.kpp,
        ogrn=identity.ogrn,
        email=f"buh{index + 1}@counterparty.example",
        bitrix24_company_id=FIRST_COMPANY_ID + index,
        signatory=names.signatory(identity.language, rng),
    )


def _contracts(guid: str, language: str, index: int, rng: Random) -> tuple[Contract, ...]:
    count = rng.randint(*pattern_of(index).contracts)
    return tuple(
        Contract(
            str(uuid5(NAMESPACE, f"{guid}/contract/{position}")), names.contract(language, position, rng)
        )
        for position in range(1, count + 1)
    )


def _identity(index: int, rng: Random) -> Identity:
    """Return the shown names first, then some tricky ones, then a mix of countries."""
    if index < len(SHOWN):
        name, country = SHOWN[index]
    elif index < len(SHOWN) + len(names.TRICKY):
        name, country = names.TRICKY[index - len(SHOWN)], "russia"
    else:
        country = COUNTRIES[index % len(COUNTRIES)]
        name = NAMES[country](index // len(COUNTRIES), index, rng)
    return MAKERS[country](name, rng)


def _russian(name: str, rng: Random) -> Identity:
    inn = identifiers.company_inn(rng)
    language = "en" if name.isascii() else "ru"
    return Identity(name, language, "RUB", inn, identifiers.kpp(inn), identifiers.company_ogrn(rng, inn))


def _entrepreneur(name: str, rng: Random) -> Identity:
    inn = identifiers.person_inn(rng)
    return Identity(name, inn=inn, ogrn=identifiers.person_ogrn(rng, inn))


def _foreign(name: str, rng: Random) -> Identity:
    return Identity(name, "en", rng.choice(("USD", "EUR")))


def _kazakh(name: str, rng: Random) -> Identity:
    return Identity(name, currency="KZT", inn=identifiers.kazakh_bin(rng))


def _belarusian(name: str, rng: Random) -> Identity:
    return Identity(name, currency="BYN", inn=identifiers.belarusian_unp(rng))


SHOWN = (
    ("ООО «Ромашка»", "russia"),
    ("Northwind Trading LLC", "russia"),
    ("ТОО «Қазақ Әлем Сауда»", "kazakhstan"),
    ("ЧУП «Белаўтасэрвіс»", "belarus"),
    ("АО «Тихая гавань»", "russia"),
    ("ООО «Тысяча накладных»", "russia"),
)
MAKERS: dict[str, Callable[[str, Random], Identity]] = {
    "russia": _russian,
    "in english": _russian,
    "person": _entrepreneur,
    "abroad": _foreign,
    "kazakhstan": _kazakh,
    "belarus": _belarusian,
}
NAMES: dict[str, Callable[[int, int, Random], str]] = {
    "russia": lambda _turn, index, rng: names.russian(index, rng),
    "in english": lambda _turn, index, rng: names.english(index, rng),
    "person": lambda turn, _index, _rng: names.entrepreneur(turn),
    "abroad": lambda _turn, index, rng: names.english(index, rng),
    "kazakhstan": lambda turn, _index, _rng: names.kazakh(turn),
    "belarus": lambda turn, _index, _rng: names.belarusian(turn),
}
COUNTRIES = (
    *("russia",) * 14,
    *("in english",) * 6,
    *("person", "abroad", "kazakhstan", "belarus", "abroad"),
)
