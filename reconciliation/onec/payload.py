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


class SaidObject(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, arbitrary_types_allowed=True)


class SaidSignatory(SaidObject):
    position: Text = ""
    name: Text = ""


class SaidParty(SaidObject):
    name: Text = ""
    inn: Text = ""
    kpp: Text = ""
    ogrn: Text = ""
    signatory: SaidSignatory | None = None


class SaidPeriod(SaidObject):
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")


class SaidTransaction(SaidObject):
    date: Day
    document: RequiredText
    debit: Turnover
    credit: Turnover
    kind: Text = ""
    document_number: Text = ""
    document_date: OptionalDay = None
    contract: Text = ""


class SaidContract(SaidObject):
    guid: Text = ""
    name: Text = ""
    opening_balance: Amount
    closing_balance: Amount


class SaidAct(SaidObject):
    counterparty: RequiredText
    period: SaidPeriod
    opening_balance: Amount
    transactions: list[SaidTransaction]
    closing_balance: Amount
    number: Text = ""
    currency: Text = ""
    organization: SaidParty | None = None
    counterparty_details: SaidParty | None = None
    contracts: list[SaidContract] | None = None


class SaidListedCounterparty(SaidObject):
    guid: RequiredText
    name: RequiredText
    inn: Text = ""
    kpp: Text = ""
    email: Text = ""
    balance: Amount = Decimal("0.00")
    currency: Text = ""
    bitrix24_company_id: OptionalId = None


class SaidPage(SaidObject):
    counterparties: list[SaidListedCounterparty]
    next: Text = ""
