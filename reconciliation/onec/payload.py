"""The form of 1C's JSON: which keys there are, what each holds, which may be left out."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from reconciliation.onec import dates, values

Amount = Annotated[Decimal, BeforeValidator(values.amount)]
Currency = Annotated[str, BeforeValidator(values.currency)]
Kpp = Annotated[str, BeforeValidator(values.kpp)]
Text = Annotated[str, BeforeValidator(values.text)]
RequiredText = Annotated[str, BeforeValidator(values.required_text)]
ListedGuid = Annotated[str, BeforeValidator(values.listed_guid)]
Day = Annotated[dates.Stamp, BeforeValidator(dates.stamp)]
OptionalId = Annotated[int | None, BeforeValidator(values.optional_id)]
OptionalDay = Annotated[dates.Stamp | None, BeforeValidator(dates.optional_stamp)]


class Payload(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, arbitrary_types_allowed=True)


class SignatoryPayload(Payload):
    position: Text = ""
    name: Text = ""


class PartyPayload(Payload):
    name: Text = ""
    inn: Text = ""
    kpp: Kpp = ""
    ogrn: Text = ""
    signatory: SignatoryPayload | None = None


class PeriodPayload(Payload):
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")


class TransactionPayload(Payload):
    date: Day
    document: RequiredText
    debit: Amount
    credit: Amount
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
    currency: Currency = ""
    organization: PartyPayload | None = None
    counterparty_details: PartyPayload | None = None
    contracts: list[ContractPayload] | None = None


class ListedCounterpartyPayload(Payload):
    guid: ListedGuid
    name: RequiredText
    inn: Text = ""
    kpp: Kpp = ""
    email: Text = ""
    balance: Amount = Decimal("0.00")
    currency: Currency = ""
    bitrix24_company_id: OptionalId = None


class PagePayload(Payload):
    counterparties: list[dict[str, Any]]
    """Each is a `ListedCounterpartyPayload`, or is not."""
    next: Text = ""
