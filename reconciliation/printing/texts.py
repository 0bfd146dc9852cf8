"""The sentences of an act's printed form, above and below its table, in the language it is issued in."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils import translation
from django.utils.translation import gettext

from reconciliation.ledger.act import Act, Party
from reconciliation.printing.amount_in_words import amount_in_words
from reconciliation.printing.currencies import Language, short_name
from reconciliation.printing.formats import (
    LONGEST_NAME,
    cut,
    format_date,
    format_long_date,
    format_money,
    names_itself,
    one_line,
)

TO_BE_WRITTEN = "_" * 20
"""Stands where a name is unknown, so that it can be written by hand."""
LONGEST_HEADING = 240
LONGEST_SIGNATURE = 100
LONGEST_TAX_NUMBER = 20


@dataclass(frozen=True)
class Issued:
    """An act with what issuing gave it; `number` is as printed, such as "000123"."""

    act: Act
    number: str
    issued_on: date
    language: Language


def title(issued: Issued) -> str:
    """Return the act's name with number and date."""
    with translation.override(issued.language):
        return gettext("Reconciliation Act No. %(number)s of %(date)s") % {
            "number": issued.number,
            "date": format_long_date(issued.issued_on, issued.language),
        }


def period(act: Act, language: Language) -> str:
    """Return what is settled and when, the line under the title."""
    with translation.override(language):
        return gettext("of mutual settlements for the period: %(start)s – %(end)s") % {
            "start": format_date(act.period.start, language),
            "end": format_date(act.period.end, language),
        }


def parties(act: Act, language: Language) -> tuple[str, str]:
    """Return the two lines that name the parties with their tax numbers."""
    with translation.override(language):
        return (
            gettext("between %(party)s") % {"party": named(act.organization, act.currency, language)},
            gettext("and %(party)s") % {"party": named(act.counterparty, act.currency, language)},
        )


def named(party: Party, currency: str, language: Language) -> str:
    """Return the party's name and, in brackets, its tax numbers if it has any."""
    inn, kpp = (cut(one_line(number), LONGEST_TAX_NUMBER) for number in (party.inn, party.kpp))
    with translation.override(language):
        numbers = [f"{tax_number_label(currency)} {inn}"] if inn else []
        if kpp and currency == "RUB":
            numbers.append(gettext("KPP %(kpp)s") % {"kpp": kpp})
    name = name_of(party)
    return f"{name} ({', '.join(numbers)})" if numbers else name


def tax_number_label(currency: str) -> str:
    """Return what the tax number is called where the currency is used, in the active language."""
    labels = {"RUB": gettext("INN"), "KZT": gettext("BIN/IIN"), "BYN": gettext("UNP")}
    return labels.get(currency) or gettext("Tax ID")


def subject(act: Act, language: Language) -> str:
    """Return what the act is about, for a file's properties."""
    with translation.override(language):
        return gettext("Mutual settlements of %(first)s and %(second)s, %(start)s – %(end)s") % {
            "first": name_of(act.organization),
            "second": name_of(act.counterparty),
            "start": format_date(act.period.start, language),
            "end": format_date(act.period.end, language),
        }


def contract(act: Act, language: Language) -> str:
    """Return the line that names the act's only contract, or nothing."""
    if len(act.contracts) != 1 or not one_line(act.contracts[0].name):
        return ""
    name = cut(one_line(act.contracts[0].name), LONGEST_NAME)
    number = re.sub(r"^(?:договор|contract)\s+(?=\S)", "", name, flags=re.IGNORECASE)
    with translation.override(language):
        if number == name and names_itself(name):
            return gettext("contract: %(contract)s") % {"contract": name}
        return gettext("under contract %(contract)s") % {"contract": number}


def preamble(act: Act, language: Language) -> str:
    """Return the sentence that leads to the table; positions and names may be missing."""
    with translation.override(language):
        return gettext(
            "We, the undersigned, %(first)s, on the one part, and %(second)s, on the other part, have drawn "
            "up this reconciliation act to state that the mutual settlements according to the accounting "
            "records are as follows:"
        ) % {"first": _signing(act.organization), "second": _signing(act.counterparty)}


def according_to(party: Party, currency: str, language: Language) -> str:
    """Return the heading of one side of the table."""
    with translation.override(language):
        return gettext("According to %(party)s, %(currency)s") % {
            "party": cut(name_of(party), LONGEST_HEADING),
            "currency": short_name(currency, language),
        }


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """Where one party signs; position and name may be empty, to be written by hand."""

    heading: str
    position: str
    name: str


def signature_blocks(act: Act, language: Language) -> tuple[SignatureBlock, SignatureBlock]:
    """Return the organization's block and the counterparty's."""
    return _signature_block(act.organization, language), _signature_block(act.counterparty, language)


def _signing(party: Party) -> str:
    """Return who signs for the party, in the active language; only the party where nobody is named."""
    said = {
        "party": name_of(party),
        "position": cut(one_line(party.signatory.position), LONGEST_SIGNATURE),
        "name": cut(one_line(party.signatory.name), LONGEST_SIGNATURE),
    }
    if said["position"] and said["name"]:
        return gettext("%(position)s %(name)s on behalf of %(party)s") % said
    if said["name"]:
        return gettext("%(name)s on behalf of %(party)s") % said
    if said["position"]:
        return gettext("%(position)s of %(party)s") % said
    return said["party"]


def _signature_block(party: Party, language: Language) -> SignatureBlock:
    with translation.override(language):
        heading = gettext("For %(party)s") % {"party": name_of(party)}
    return SignatureBlock(
        heading,
        cut(one_line(party.signatory.position), LONGEST_SIGNATURE),
        cut(one_line(party.signatory.name), LONGEST_SIGNATURE),
    )


def conclusion(act: Act, language: Language) -> str:
    """Return who owes whom on the period's last day, with the amount in figures and in words."""
    owed = abs(act.closing)
    creditor = act.organization if act.closing > 0 else act.counterparty
    said = {
        "organization": name_of(act.organization),
        "date": format_date(act.period.end, language),
        "creditor": name_of(creditor),
        "amount": format_money(owed, act.currency, language),
        "words": amount_in_words(owed, act.currency, language),
    }
    with translation.override(language):
        if not act.closing:
            return gettext("According to %(organization)s, as of %(date)s there is no debt.") % said
        return (
            gettext(
                "According to %(organization)s, as of %(date)s the debt in favour of %(creditor)s is "
                "%(amount)s (%(words)s)."
            )
            % said
        )


def name_of(party: Party) -> str:
    """Return the party's name on one line, short enough to leave room for the rest of the act."""
    return cut(one_line(party.name), LONGEST_NAME) or TO_BE_WRITTEN
