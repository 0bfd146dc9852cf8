"""The list of counterparties: whom it names, with which balance, and page by page."""

from datetime import datetime
from decimal import Decimal

import pytest

from tests.onec.bookkeeping import post
from tests.onec.company import FAMILIES, Company
from tests.onec.dealings import Dealing

families = pytest.mark.parametrize("family", FAMILIES)


def deal(kind, amount, contract=0, at=datetime(2024, 1, 15, 12)):
    return Dealing(at, kind, contract, Decimal(amount))


def listed(company, **query):
    status, answer = company.ask("counterparties", **({"on_date": "2024-03-31"} | query))
    assert (status, company.base.log) == (200, []), answer
    return answer


def balances(company, **query):
    return {entry["name"]: entry["balance"] for entry in listed(company, **query)["counterparties"]}


@families
def test_everybody_is_listed_with_the_balance_of_the_day(family):
    company = Company(FAMILIES[family])
    post(company, deal("shipment", "100.25"))
    post(company, deal("payment", "300"), with_=company.stranger)
    post(company, deal("shipment", "7", at=datetime(2024, 4, 1)))
    everybody = {
        "Общество «Ромашка»": Decimal("100.25"),
        "Общество «Василёк»": 0,
        "Общество «Прохожий»": -300,
    }
    assert balances(company) == everybody
    assert balances(company, on_date="2024-04-01")["Общество «Ромашка»"] == Decimal("107.25")
    assert balances(company, on_date="2024-01-14") == dict.fromkeys(everybody, 0)


@families
def test_non_zero_counts_credit_balances_and_contracts_that_net_to_zero(family):
    company = Company(FAMILIES[family])
    post(company, deal("shipment", "100"))
    post(company, deal("payment", "100", 1))
    post(company, deal("payment", "300"), with_=company.stranger)
    assert balances(company, nonzero="true") == {"Общество «Ромашка»": 0, "Общество «Прохожий»": -300}


@families
def test_an_advance_that_covers_its_debt_is_zero(family):
    company = Company(FAMILIES[family])
    post(company, deal("shipment", "100"))
    post(company, Dealing(datetime(2024, 1, 16), "payment", 0, Decimal(100), advance=Decimal(100)))
    assert balances(company, nonzero="true") == {}


@families
def test_pages_name_everybody_once_while_others_are_added(family):
    company = Company(FAMILIES[family])
    for number in range(12):
        post(
            company,
            deal("shipment", str(number + 1)),
            with_=company.party("Контрагенты", f"№ {number}", "7707083893"),
        )
    seen, after = [], ""
    for page in range(9):
        answer = listed(company, nonzero="true", limit="5", **({"after": after} if after else {}))
        seen += [entry["guid"] for entry in answer["counterparties"]]
        assert answer["next"] in (None, seen[-1])
        company.party("Контрагенты", f"новый {page}", "7707083893")
        if (after := answer["next"]) is None:
            break
    assert (len(seen), len(set(seen)), page) == (12, 12, 2)


@families
def test_a_page_that_ends_with_the_last_counterparty_is_the_last(family):
    company = Company(FAMILIES[family])
    assert len(listed(company, limit="3")["counterparties"]) == 3
    assert listed(company, limit="3")["next"] is None


@families
def test_a_page_is_one_batch_of_queries(family):
    company = Company(FAMILIES[family])
    listed(company)
    company.base.batches.clear()
    listed(company)
    assert sum("ВТ_Страница" in batch for batch in company.base.batches) == 1
    assert len(company.base.batches) == 3, "the key, its organization, and the page"


def test_one_that_is_marked_for_deletion_is_listed_as_long_as_it_owes():
    company = Company(FAMILIES["accounting"])
    post(company, deal("shipment", "100"))
    for ref in (company.customer, company.idle):
        company.base.objects[ref]["ПометкаУдаления"] = True
    assert set(balances(company)) == {"Общество «Ромашка»", "Общество «Прохожий»"}


def test_groups_are_left_out_where_there_are_any():
    company = Company(FAMILIES["accounting"])
    company.base.objects[company.idle]["ЭтоГруппа"] = True
    assert "Общество «Василёк»" not in balances(company)


@families
def test_addresses_and_the_number_in_bitrix24_come_with_the_counterparty(family):
    company = Company(FAMILIES[family])
    email = company.base.predefined("Перечисление.ТипыКонтактнойИнформации.АдресЭлектроннойПочты")
    phone = company.base.predefined("Перечисление.ТипыКонтактнойИнформации.Телефон")
    company.base.parts["Справочник.Контрагенты.КонтактнаяИнформация"] += [
        {"Ссылка": company.customer, "НомерСтроки": Decimal(n), "Тип": kind, "АдресЭП": address}
        for n, kind, address in (
            (2, email, "buh@example.ru"),
            (1, email, "a@example.ru"),
            (3, phone, ""),
            (4, email, ""),
        )
    ]
    title = company.base.predefined("ПланВидовХарактеристик.ДополнительныеРеквизитыИСведения.Номер")
    company.base.registers["ПланВидовХарактеристик.ДополнительныеРеквизитыИСведения"].append(
        {"Ссылка": title, "Заголовок": "bitrix24_company_id"}
    )
    company.base.parts["Справочник.Контрагенты.ДополнительныеРеквизиты"].append(
        {"Ссылка": company.customer, "Свойство": title, "Значение": Decimal(8061)}
    )
    found = {entry["guid"]: entry for entry in listed(company)["counterparties"]}
    customer = found[company.customer.key]
    assert (customer["email"], customer["bitrix24_company_id"]) == ("a@example.ru, buh@example.ru", 8061)
    assert "bitrix24_company_id" not in found[company.idle.key]


@pytest.mark.parametrize("family", ["trade", "small firm"])
def test_a_balance_names_one_currency_that_of_the_accounts_first(family):
    company = Company(FAMILIES[family])
    post(company, deal("shipment", "7", 2))
    dollars = listed(company, nonzero="true")["counterparties"][0]
    assert (dollars["balance"], dollars["currency"]) == (7, "USD")
    post(company, deal("shipment", "100"))
    roubles = listed(company, nonzero="true")["counterparties"][0]
    assert (roubles["balance"], roubles["currency"]) == (100, "RUB")
