"""What the service's three endpoints answer, by the contract, before any fault touches it."""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from uuid import UUID
from zlib import crc32

from sandbox.act_pdf import draw
from sandbox.identifiers import complete_company_inn, kpp
from sandbox.ledger import Counterparty, Ledger, Row, Statement, today

Answer = dict[str, object]
MOST = 1000
INN = complete_company_inn("770123456")


class Refusal(Exception):
    """The call cannot be answered: a status and what the service says about it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


@dataclass(frozen=True, slots=True)
class Service:
    """The reconciliation service over one ledger; `on_pdf` is told of every PDF drawn."""

    ledger: Ledger
    organization: str
    on_pdf: Callable[[], None]

    def ping(self, _query: dict[str, str]) -> Answer:
        return {"service": "reconciliation", "version": "1", "configuration": "Sandbox 1.0"}

    def act(self, query: dict[str, str]) -> Answer:
        """Return a statement; the PDF is drawn only when the query asks for it."""
        statement = self._statement(query)
        wanted = query.get("format", "json")
        if wanted not in ("json", "pdf", "both"):
            raise Refusal(400, "format must be json, pdf or both")
        answer = _head(statement) if wanted == "pdf" else self._data(statement)
        if wanted != "json":
            answer["pdf_base64"] = self._pdf(statement)
        return answer

    def counterparties(self, query: dict[str, str]) -> Answer:
        """Return one page of the directory, in the ledger's order."""
        _check_organization(query)
        on = _day(query, "on_date", today())
        only_nonzero = _flag(query, "nonzero")
        limit = _limit(query)
        entries = (
            self._entry(counterparty, on, only_nonzero)
            for counterparty in self._after(query.get("after", ""))
        )
        page = list(islice((entry for entry in entries if entry), limit + 1))
        following = page[limit - 1]["guid"] if len(page) > limit else None
        return {"counterparties": page[:limit], "next": following}

    def _statement(self, query: dict[str, str]) -> Statement:
        _check_organization(query)
        start, end = _day(query, "date_from"), _day(query, "date_to")
        if start > end:
            raise Refusal(400, "date_from is after date_to")
        counterparty = self.ledger.find(_guid(query, "counterparty_guid"))
        if counterparty is None:
            raise Refusal(404, "Counterparty not found")
        if (currency := _currency(query)) and currency != counterparty.currency:
            raise Refusal(400, f"No settlements in {currency}, only in {counterparty.currency}")
        contract = _guid(query, "contract_guid") if query.get("contract_guid") else ""
        if contract and contract not in {c.guid for c in counterparty.contracts}:
            raise Refusal(404, "Contract not found")
        return self.ledger.statement(counterparty.guid, start, end, contract)

    def _data(self, statement: Statement) -> Answer:
        counterparty = statement.counterparty
        return {
            "number": _number(statement),
            "currency": counterparty.currency,
            "organization": _party(self.organization, INN, kpp(INN), "1157746123457", DIRECTOR),
            "counterparty_details": _party(
                counterparty.name,
                counterparty.inn,
                counterparty.kpp,
                counterparty.ogrn,
                counterparty.signatory,
            ),
            **_head(statement),
            "opening_balance": statement.opening,
            "transactions": [_transaction(row) for row in statement.rows],
            "closing_balance": statement.closing,
            "contracts": [
                {
                    "guid": contract.guid,
                    "name": contract.name,
                    "opening_balance": statement.openings[contract.guid],
                    "closing_balance": statement.closings[contract.guid],
                }
                for contract in statement.contracts
            ],
        }

    def _pdf(self, statement: Statement) -> str:
        self.on_pdf()
        return b64encode(draw(statement, self.organization)).decode()

    def _after(self, guid: str) -> Iterable[Counterparty]:
        everybody = self.ledger.counterparties
        if not guid:
            return everybody
        counterparty = self.ledger.find(guid)
        if counterparty is None:
            raise Refusal(400, "after is not the guid of a counterparty")
        return islice(everybody, self.ledger.position(counterparty.guid) + 1, None)

    def _entry(self, counterparty: Counterparty, on: date, only_nonzero: bool) -> Answer | None:
        """Return one line of the directory, or None when all its contracts are zero and unwanted."""
        balances = self.ledger.balances(counterparty.guid, on)
        if only_nonzero and not any(balances.values()):
            return None
        return {
            "guid": counterparty.guid,
            "name": counterparty.name,
            "inn": counterparty.inn,
            "kpp": counterparty.kpp,
            "email": counterparty.email,
            "balance": sum(balances.values(), Decimal("0.00")),
            "currency": counterparty.currency,
            "bitrix24_company_id": counterparty.bitrix24_company_id,
        }


def _number(statement: Statement) -> str:
    """Return the act's number in 1C, the same one for the same counterparty and period."""
    about = f"{statement.counterparty.guid}{statement.start}{statement.end}"
    return f"СВ-{crc32(about.encode()) % 10**6:06d}"


def _head(statement: Statement) -> Answer:
    return {
        "counterparty": statement.counterparty.name,
        "period": {"from": statement.start.isoformat(), "to": statement.end.isoformat()},
    }


def _party(name: str, inn: str, kpp_: str, ogrn: str, signatory: tuple[str, str]) -> Answer:
    position, person = signatory
    return {
        "name": name,
        "inn": inn,
        "kpp": kpp_,
        "ogrn": ogrn,
        "signatory": {"position": position, "name": person},
    }


def _transaction(row: Row) -> Answer:
    return {
        "date": row.day.isoformat(),
        "document": row.document,
        "debit": _short(row.debit),
        "credit": _short(row.credit),
        "kind": row.kind,
        "document_number": row.number,
        "document_date": row.day.isoformat(),
        "contract": row.contract,
    }


def _short(amount: Decimal) -> Decimal:
    """Return the amount without idle zeros, as 1C writes numbers: 45000, 0, 12.5."""
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()


def _day(query: dict[str, str], name: str, default: date | None = None) -> date:
    text = query.get(name, "")
    if not text and default:
        return default
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refusal(400, f"{name} is not a date")


def _guid(query: dict[str, str], name: str) -> str:
    try:
        return str(UUID(query.get(name, "")))
    except ValueError:
        raise Refusal(400, f"{name} is not a guid") from None


def _check_organization(query: dict[str, str]) -> None:
    """Refuse another organization than the one that this 1C has."""
    inn = query.get("organization_inn", "")
    if not re.fullmatch(r"|\d{10}|\d{12}", inn, re.ASCII):
        raise Refusal(400, "organization_inn is not a tax number")
    if inn not in ("", INN):
        raise Refusal(403, "The key serves no such organization")


def _currency(query: dict[str, str]) -> str:
    code = query.get("currency", "")
    if not re.fullmatch(r"|[A-Z]{3}", code, re.ASCII):
        raise Refusal(400, "currency is not a code of ISO 4217")
    return code


def _flag(query: dict[str, str], name: str) -> bool:
    text = query.get(name, "false")
    if text not in ("true", "false"):
        raise Refusal(400, f"{name} must be true or false")
    return text == "true"


def _limit(query: dict[str, str]) -> int:
    text = query.get("limit", str(MOST))
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise Refusal(400, f"limit must be from 1 to {MOST}")
    return int(text)


DIRECTOR = ("Генеральный директор", "Иванов И. И.")
