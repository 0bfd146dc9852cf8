"""Acts to print: any number of rows, contracts, parties and languages."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from reconciliation.acts import archive
from reconciliation.ledger.act import ZERO, Act, Contract, Line, Party, Signatory
from reconciliation.ledger.period import Period
from reconciliation.models import IssuedAct
from reconciliation.printing.currencies import Language
from reconciliation.printing.texts import Issued

SUPPLIER = Party(
    "ООО «Поставщик»", "7701234567", "770101001", signatory=Signatory("Директор", "Иванов И. И.")
)
CUSTOMER = Party("ООО «Ромашка»", "5001112223", signatory=Signatory("Главный бухгалтер", "Петрова А. С."))
QUARTER = Period(date(2024, 1, 1), date(2024, 3, 31))
OPENING = Decimal("15000.00")


def sale(number: int, *, contract: str = "", document: str = "Реализация № {}") -> Line:
    """Return a shipment whose sum is its number and a half."""
    day = QUARTER.start + timedelta(days=number % 90)
    return Line(
        day, document.replace("{}", str(number)), Decimal(number) + Decimal("0.50"), ZERO, contract=contract
    )


def payment(number: int, *, contract: str = "") -> Line:
    """Return a payment whose sum is its number."""
    day = QUARTER.start + timedelta(days=number % 90)
    return Line(day, f"Оплата № {number}", ZERO, Decimal(f"{number}.00"), contract=contract)


def act_of(
    *lines: Line, opening: Decimal = OPENING, contracts: tuple[Contract, ...] = (), currency: str = "RUB"
) -> Act:
    """Return a balanced act of the two usual parties."""
    closing = opening + sum((line.debit - line.credit for line in lines), ZERO)
    return Act(SUPPLIER, CUSTOMER, QUARTER, currency, opening, lines, closing, contracts)


def act_with(rows: int) -> Act:
    """Return an act of that many documents, sales and payments in turn."""
    return act_of(*(sale(number) if number % 2 else payment(number) for number in range(rows)))


def act_by_contracts(contracts: int, rows: int) -> Act:
    """Return an act of that many contracts with that many sales each."""
    lines: list[Line] = []
    agreed: list[Contract] = []
    for contract in range(contracts):
        guid = f"guid-{contract}"
        sold = [sale(1000 * contract + number, contract=guid) for number in range(rows)]
        opening = Decimal(f"{contract}00.00")
        closing = opening + sum((line.debit for line in sold), ZERO)
        agreed.append(Contract(guid, f"Договор поставки № {contract + 1}", opening, closing))
        lines += sold
    opening = sum((contract.opening for contract in agreed), ZERO)
    return act_of(*lines, opening=opening, contracts=tuple(agreed))


def unsigned(act: Act) -> Act:
    """Return the act as 1C's minimal answer gives it: names only."""
    return replace(act, organization=Party(act.organization.name), counterparty=Party(act.counterparty.name))


def issue(act: Act, language: Language = "ru") -> Issued:
    """Return the act as if it had been issued on the quarter's last day."""
    return Issued(act, "000123", date(2024, 3, 31), language)


def bytes_of(act: IssuedAct, file_format: str, language: Language | None = None) -> bytes:
    """Return an act's file, made if this is the first time."""
    return archive.content_of(archive.make(act, file_format, language))
