"""The form of 1C's JSON: which keys there are, what each holds, which may be left out."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from reconciliation.onec import values

Amount = Annotated[Decimal, BeforeValidator(values.amount)]
Turnover = Annotated[Decimal, BeforeValidator(values.turnover)]
Text = Annotated[str, BeforeValidator(values.text)]
RequiredText = Annotated[str, BeforeValidator(values.required_text)]
Day = Annotated[values.Stamp, BeforeValidator(values.stamp)]
OptionalId = Annotated[int | None, BeforeValidator(values.optional_id)]
OptionalDay = Annotated[values.Stamp | None, BeforeValidator(values.optional_stamp)]


class Payload(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, arbitrary_types_allowed=True)


class SignatoryPayload(Payload):
    position: Text = ""
    name: Text = ""


class PartyPayload(Payload):
    name: Text = ""
    inn: Text = ""
    kpp: Text = ""
    ogrn: Text = ""
    signatory: SignatoryPayload | None = None


class PeriodPayload(Payload):
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")


class TransactionPayload(Payload):
    date: Day
    document: RequiredText
    debit: Turnover
    credit: Turnover
    kind: Text = ""
    document_number: Text = ""
    document_date: OptionalDay = None
    contract: Text = ""


class ContractPayload(Payload):
    guid: Text = ""
    name: Text = ""
    opening_balance: Amount
    closing_balance: Amount


class ActPayload(Payload):
    counterparty: RequiredText
    period: PeriodPayload
    opening_balance: Amount
    transactions: list[TransactionPayload]
    closing_balance: Amount
    number: Text = ""
    currency: Text = ""
    organization: PartyPayload | None = None
    counterparty_details: PartyPayload | None = None
    contracts: list[ContractPayload] | None = None


class ListedCounterpartyPayload(Payload):
    guid: RequiredText
    name: RequiredText
    inn: Text = ""
    kpp: Text = ""
    email: Text = ""
    balance: Amount = Decimal("0.00")
    currency: Text = ""
    bitrix24_company_id: OptionalId = None


class PagePayload(Payload):
    counterparties: list[ListedCounterpartyPayload]
    next: Text = ""
