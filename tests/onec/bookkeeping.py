"""How each family writes a dealing into its registers, by the rules in docs/onec.md."""

from decimal import Decimal
from typing import cast

from tests.onec.company import FAMILIES, Company
from tests.onec.dealings import Dealing
from tests.onec.registers import Movement, Posting, Side
from tests.onec.values import Ref

DOCUMENTS = {
    "accounting": {
        "shipment": "РеализацияТоваровУслуг",
        "payment": "ПоступлениеНаРасчетныйСчет",
        "purchase": "ПоступлениеТоваровУслуг",
        "outgoing payment": "СписаниеСРасчетногоСчета",
        "return": "ВозвратТоваровОтПокупателя",
        "sale for cash": "РеализацияТоваровУслуг",
        "correction": "РегламентнаяОперация",
        "transfer": "КорректировкаДолга",
    },
    "trade": {
        "shipment": "РеализацияТоваровУслуг",
        "payment": "ПоступлениеБезналичныхДенежныхСредств",
        "purchase": "ПриобретениеТоваровУслуг",
        "outgoing payment": "СписаниеБезналичныхДенежныхСредств",
        "return": "ВозвратТоваровОтКлиента",
        "sale for cash": "РеализацияТоваровУслуг",
        "correction": "ВзаимозачетЗадолженности",
        "transfer": "ВзаимозачетЗадолженности",
    },
    "small firm": {
        "shipment": "РасходнаяНакладная",
        "payment": "ПоступлениеНаСчет",
        "purchase": "ПриходнаяНакладная",
        "outgoing payment": "РасходСоСчета",
        "return": "ПриходнаяНакладная",
        "sale for cash": "РасходнаяНакладная",
        "correction": "Взаимозачет",
        "transfer": "Взаимозачет",
    },
}


def post(company: Company, dealing: Dealing, *, by: Ref | None = None, with_: Ref | None = None) -> Ref:
    """Write a document with its movements, by the first organization with the customer unless told others."""
    organization, counterparty = by or company.organization, with_ or company.customer
    family = family_of(company)
    number = f"0000-{sum(ref.kind.startswith('Документ') for ref in company.base.objects) + 1:06}"
    document = company.base.add(
        f"Документ.{DOCUMENTS[family][dealing.kind]}",
        Номер=number,
        Дата=dealing.moment.replace(hour=0, minute=0),
    )
    if dealing.kind == "return":
        company.base.objects[document]["ВидОперации"] = company.base.add(
            "Справочник.Валюты", "Возврат от покупателя"
        )
    if family == "accounting":
        company.base.postings += [
            Posting(dealing.moment, document, organization, amount, debit, credit)
            for amount, debit, credit in entries(company, dealing, counterparty, document)
            if amount
        ]
        return document
    records = small_firm if family == "small firm" else trade
    for register, sign, contract, kind, amount in records(dealing):
        if amount:
            whose = (organization, counterparty, company.contracts[contract])
            dimensions, resources = recorded(company, whose, kind, amount)
            company.base.movements.append(
                Movement(register, dealing.moment, document, sign, dimensions, resources)
            )
    return document


def family_of(company: Company) -> str:
    name = company.base.configuration.name
    return next(family for family, configuration in FAMILIES.items() if configuration.name == name)


def entries(
    company: Company, dealing: Dealing, counterparty: Ref, document: Ref
) -> list[tuple[Decimal, Side, Side]]:
    """Return the postings of a document: what is owed on .01, advances on .02."""
    sum_, advance = dealing.amount, dealing.advance

    def side(account: str, contract: int = dealing.contract) -> Side:
        return Side(
            account,
            {"Контрагенты": counterparty, "Договоры": company.contracts[contract], "Документы": document},
        )

    bank, sales, goods, other = Side("51"), Side("90.01"), Side("41.01"), Side("91.02")
    return {
        "shipment": [(sum_, side("62.01"), sales), (advance, side("62.02"), side("62.01"))],
        "payment": [(sum_ - advance, bank, side("62.01")), (advance, bank, side("62.02"))],
        "purchase": [(sum_, goods, side("60.01")), (advance, side("60.01"), side("60.02"))],
        "outgoing payment": [(sum_ - advance, side("60.01"), bank), (advance, side("60.02"), bank)],
        "return": [(-sum_, side("62.01"), sales)],
        "sale for cash": [(sum_, side("62.01"), sales), (sum_, bank, side("62.01"))],
        "correction": [(sum_, side("76.05"), other)],
        "transfer": [(sum_, side("62.01", dealing.other), side("62.01"))],
    }[dealing.kind]


def trade(dealing: Dealing) -> list[tuple[str, int, int, str, Decimal]]:
    """Return register, sign, contract, nothing, amount: advances are no matter of these registers."""
    customers, suppliers = "РасчетыСКлиентами", "РасчетыСПоставщиками"
    sum_, own, other = dealing.amount, dealing.contract, dealing.other
    return {
        "shipment": [(customers, 1, own, "", sum_)],
        "payment": [(customers, -1, own, "", sum_)],
        "purchase": [(suppliers, -1, own, "", sum_)],
        "outgoing payment": [(suppliers, 1, own, "", sum_)],
        "return": [(customers, 1, own, "", -sum_)],
        "sale for cash": [(customers, 1, own, "", sum_), (customers, -1, own, "", sum_)],
        "correction": [(customers, 1, own, "", sum_)],
        "transfer": [(customers, -1, own, "", sum_), (customers, 1, other, "", sum_)],
    }[dealing.kind]


def small_firm(dealing: Dealing) -> list[tuple[str, int, int, str, Decimal]]:
    """Return register, sign, contract, type of settlement, amount; what we owe is a plus for suppliers."""
    customers, suppliers = "РасчетыСПокупателями", "РасчетыСПоставщиками"
    sum_, advance, own, other = dealing.amount, dealing.advance, dealing.contract, dealing.other
    return {
        "shipment": [
            (customers, 1, own, "Долг", sum_),
            (customers, -1, own, "Долг", advance),
            (customers, 1, own, "Аванс", advance),
        ],
        "payment": [(customers, -1, own, "Долг", sum_ - advance), (customers, -1, own, "Аванс", advance)],
        "purchase": [
            (suppliers, 1, own, "Долг", sum_),
            (suppliers, -1, own, "Долг", advance),
            (suppliers, 1, own, "Аванс", advance),
        ],
        "outgoing payment": [
            (suppliers, -1, own, "Долг", sum_ - advance),
            (suppliers, -1, own, "Аванс", advance),
        ],
        "return": [(customers, 1, own, "Долг", -sum_)],
        "sale for cash": [(customers, 1, own, "Долг", sum_), (customers, -1, own, "Долг", sum_)],
        "correction": [(customers, 1, own, "Долг", sum_)],
        "transfer": [(customers, -1, own, "Долг", sum_), (customers, 1, other, "Долг", sum_)],
    }[dealing.kind]


def recorded(
    company: Company, whose: tuple[Ref, Ref, Ref], kind: str, amount: Decimal
) -> tuple[dict[str, Ref], dict[str, Decimal]]:
    """Return the dimensions and resources that the family gives a record of an organization's contract."""
    organization, counterparty, contract = whose
    if family_of(company) == "small firm":
        settlement = company.base.predefined(f"Перечисление.ТипыРасчетов.{kind}")
        dimensions = {"Организация": organization, "Контрагент": counterparty, "Договор": contract}
        return dimensions | {"ТипРасчетов": settlement}, {"СуммаВал": amount, "Сумма": amount * 90}
    key = analytics(company, organization, counterparty, contract)
    currency = company.base.objects[contract]["ВалютаРасчетов"]
    return {"АналитикаУчетаПоПартнерам": key, "Валюта": currency}, {"Сумма": amount}


def analytics(company: Company, organization: Ref, counterparty: Ref, contract: Ref) -> Ref:
    """Return the key that stands for an organization, a counterparty and a contract, made once."""
    rows = company.base.registers["РегистрСведений.АналитикаУчетаПоПартнерам"]
    wanted = {"Организация": organization, "Контрагент": counterparty, "Договор": contract}
    for row in rows:
        if wanted.items() <= row.items():
            return cast("Ref", row["КлючАналитики"])
    key = company.base.add("Справочник.КлючиАналитики")
    rows.append(wanted | {"КлючАналитики": key})
    return key
