"""What the service answers to whom: keys, parameters, refusals, and the bytes on the wire."""

import json
from base64 import b64decode, b64encode
from datetime import datetime
from decimal import Decimal

import pytest

from tests.onec.bookkeeping import post
from tests.onec.company import FAMILIES, KEY, QUARTER, Company
from tests.onec.configurations import Configuration
from tests.onec.dealings import Dealing
from tests.onec.values import Raised

families = pytest.mark.parametrize("family", FAMILIES)
ANOTHER = "fedcba9876543210fedcba9876543210"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"date_from": ""}, "date_from"),
        ({"date_from": "15.01.2024"}, "date_from"),
        ({"date_from": "2024-1-5"}, "date_from"),
        ({"date_to": "2024-02-30"}, "date_to"),
        ({"date_to": "2024-01-31T00:00:00"}, "date_to"),
        ({"date_from": "2024-04-01"}, "позже конца"),
        ({"counterparty_guid": ""}, "counterparty_guid"),
        ({"counterparty_guid": "abc-123"}, "counterparty_guid"),
        ({"counterparty_guid": "5f1c0e2a-6c0b-11e9-80f2-00505xb00fad"}, "counterparty_guid"),
        ({"contract_guid": "7"}, "contract_guid"),
        ({"format": "xml"}, "json,pdf,both"),
        ({"currency": "usd"}, "currency"),
        ({"currency": "RU"}, "currency"),
        ({"organization_inn": "77012345678"}, "organization_inn"),
        ({"organization_inn": "770123456x"}, "organization_inn"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(company, query, words):
    status, answer = company.ask_act(**query)
    assert (status, words in answer["error"]) == (400, True), answer


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "1e2"}, "limit"),
        ({"limit": "9999999999"}, "limit"),
        ({"nonzero": "yes"}, "nonzero"),
        ({"after": "last"}, "after"),
        ({"on_date": "today"}, "on_date"),
    ],
)
def test_a_parameter_of_the_list_that_cannot_be_read_is_named(company, query, words):
    status, answer = company.ask("counterparties", **query)
    assert (status, words in answer["error"]) == (400, True), answer


@families
def test_a_counterparty_that_is_not_there_is_not_found(family):
    company = Company(FAMILIES[family])
    unknown = "5f1c0e2a-6c0b-11e9-80f2-005056b00fad"
    assert company.ask_act(counterparty_guid=unknown) == (404, {"error": "Контрагент не найден."})
    assert company.ask_act(contract_guid=unknown) == (404, {"error": "Договор не найден."})
    assert company.ask_act(counterparty_guid=company.idle.key)[1]["transactions"] == []


def test_a_group_of_counterparties_is_no_counterparty(company):
    company.base.objects[company.idle]["ЭтоГруппа"] = True
    assert company.ask_act(counterparty_guid=company.idle.key)[0] == 404


def test_the_answer_is_json_in_utf8_without_a_mark(company):
    status, headers, body = company.respond(
        "act", {"counterparty_guid": company.customer.key} | QUARTER, {"X-API-Key": KEY}
    )
    assert (status, headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert body.startswith(b"{")
    assert b'"debit": 45000.5' in body
    assert json.loads(body)["counterparty"] == "Общество «Ромашка»"


def test_the_act_has_everything_that_the_portal_knows_to_read(company):
    act = company.act()
    assert act["period"] == {"from": "2024-01-01", "to": "2024-03-31"}
    assert act["transactions"] == [
        {
            "date": "2024-01-15",
            "document": "Реализация (акт, накладная, УПД) № 1 от 15.01.2024",
            "debit": Decimal("45000.5"),
            "credit": 0,
            "kind": "shipment",
            "document_number": "1",
            "document_date": "2024-01-15",
            "contract": "Договор поставки № 7",
        }
    ]
    assert act["organization"] == {
        "name": "Общество «Поставщик»",
        "inn": "7701234567",
        "kpp": "770101001",
        "ogrn": "1157746123457",
        "signatory": {"position": "Генеральный директор", "name": "Иванов Иван Иванович"},
    }


@families
def test_each_family_names_the_director_and_the_kinds_of_its_documents(family):
    company = Company(FAMILIES[family])
    for hour, kind in enumerate(("shipment", "payment", "purchase")):
        post(company, Dealing(datetime(2024, 1, 15, hour), kind, 0, Decimal(5)))
    act = company.act()
    assert act["organization"]["signatory"]["name"] == "Иванов Иван Иванович"
    assert [row["kind"] for row in act["transactions"]] == ["shipment", "payment", "receipt"]


def test_a_family_that_keeps_directors_elsewhere_leaves_the_place_empty_and_says_so_in_the_log(company):
    del company.base.registers["РегистрСведений.ОтветственныеЛицаОрганизаций"]
    status, act = company.ask_act()
    assert (status, act["organization"]["signatory"]) == (200, {"position": "", "name": ""})
    assert company.base.log[0][0] == "ПорталСверки Предупреждение"


def test_an_incoming_document_goes_by_the_number_that_the_other_side_gave_it(company):
    document = post(company, Dealing(datetime(2024, 2, 1, 12), "purchase", 0, Decimal(5)))
    company.base.objects[document] |= {
        "НомерВходящегоДокумента": " УПД-77 ",
        "ДатаВходящегоДокумента": datetime(2024, 1, 30),
    }
    row = company.act()["transactions"][-1]
    assert (row["date"], row["document_number"], row["document_date"]) == (
        "2024-02-01",
        "УПД-77",
        "2024-01-30",
    )


@pytest.mark.parametrize(
    ("number", "printed"),
    [
        ("0000-000012", "12"),
        ("00БП-000012", "БП-12"),
        ("000000120", "120"),
        (" ТК00-001200 ", "ТК00-1200"),
        ("А-1", "А-1"),
    ],
)
def test_a_number_is_shown_as_it_stands_on_paper(company, number, printed):
    assert company.extension.call("Сверка_Документы", "НомерНаПечать", number) == printed


def test_two_contracts_of_one_name_are_told_apart(company):
    company.base.objects[company.contracts[1]]["Наименование"] = "Договор поставки № 7"
    post(company, Dealing(datetime(2024, 2, 1, 12), "payment", 1, Decimal(5)))
    act = company.act()
    names = {contract["name"] for contract in act["contracts"]}
    assert len(names) == 2
    assert {row["contract"] for row in act["transactions"]} == names


def test_a_document_that_is_posted_between_the_reads_does_not_spoil_the_figures(company):
    turnovers = company.base.account_turnovers
    late = Dealing(datetime(2024, 2, 1, 12), "shipment", 0, Decimal(7))

    def posted_meanwhile(*arguments):
        company.base.account_turnovers = turnovers
        post(company, late)
        return turnovers(*arguments)

    company.base.account_turnovers = posted_meanwhile
    assert company.act()["closing_balance"] == Decimal("45007.5")


def test_figures_that_never_add_up_are_not_given_out(company):
    balances = company.base.account_balances
    company.base.account_balances = lambda *arguments: (
        row | {"СуммаОстаток": row["СуммаОстаток"] + 1} for row in balances(*arguments)
    )
    status, answer = company.ask_act()
    assert (status, "не сошлись" in answer["error"]) == (503, True)


def test_a_failure_inside_is_told_in_short_and_written_down_whole(company):
    def refuse(_text, _parameters):
        raise Raised("Недостаточно прав на чтение регистра")

    company.base.run_queries = refuse
    status, answer = company.ask_act()
    assert (status, "Недостаточно прав" in answer["error"]) == (500, True)
    assert company.base.log == [("ПорталСверки Ошибка", "Недостаточно прав на чтение регистра")]


def test_another_configuration_is_told_that_it_is_not_supported():
    other = Configuration("Библиотека", "1.0", FAMILIES["accounting"].catalogs, [], {}, "Валюта")
    company = Company(other)
    assert company.ask("ping") == (
        200,
        {"service": "reconciliation", "version": "1", "configuration": "Библиотека 1.0"},
    )
    status, answer = company.ask_act()
    assert (status, "Библиотека не поддерживается" in answer["error"]) == (500, True)


@families
@pytest.mark.parametrize("wanted", ["pdf", "both"])
def test_a_pdf_comes_when_it_is_asked_for_in_base64_without_line_breaks(family, wanted):
    company = Company(FAMILIES[family])
    for hour in range(9):
        post(company, Dealing(datetime(2024, 1, 15, hour), "shipment", hour % 2, Decimal("45000.50")))
    act = company.act(format=wanted)
    data = b64decode(act["pdf_base64"])
    assert act["pdf_base64"] == b64encode(data).decode()
    assert ("transactions" in act) is (wanted == "both")
    assert (
        b"pdf_base64"
        not in company.respond(
            "act", {"counterparty_guid": company.customer.key} | QUARTER, {"X-API-Key": KEY}
        )[2]
    )
