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
from tests.onec.values import Raised, Row

families = pytest.mark.parametrize("family", FAMILIES)
ANOTHER = "fedcba9876543210fedcba9876543210"


@pytest.fixture
def company():
    found = Company(FAMILIES["accounting"])
    post(found, Dealing(datetime(2024, 1, 15, 12), "shipment", 0, Decimal("45000.50")))
    return found


def ask_act(company, headers=None, **query):
    return company.ask("act", headers, **({"counterparty_guid": company.customer.key} | QUARTER | query))


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"X-API-Key": KEY}, {}),
        ({"x-api-key": f" {KEY} "}, {}),
        ({"Authorization": KEY}, {}),
        ({"Authorization": f"Bearer {KEY}"}, {}),
        ({"authorization": f"Basic dXNlcjpwYXNz, Bearer {KEY}"}, {}),
        ({"Authorization": "Basic dXNlcjpwYXNz", "X-API-Key": KEY}, {}),
        ({}, {"api_key": KEY}),
    ],
)
def test_a_key_is_taken_from_wherever_the_portal_puts_it(company, headers, query):
    assert company.ask("ping", headers, **query)[0] == 200


@pytest.mark.parametrize("path", ["ping", "act", "counterparties"])
def test_without_a_key_nobody_is_told_anything(company, path):
    assert company.ask(path, {}) == (401, {"error": "Нет ключа: нужен заголовок X-API-Key."})
    assert company.ask(path, {"Authorization": "Basic dXNlcjpwYXNz"})[0] == 401
    for wrong in ("no such key", KEY[:-1], KEY + "0", KEY.upper()):
        assert company.ask(path, {"X-API-Key": wrong}) == (403, {"error": "Ключ не известен или отозван."})


def test_a_key_that_is_marked_for_deletion_is_revoked(company):
    company.base.objects[company.key]["ПометкаУдаления"] = True
    assert company.ask("ping")[0] == 403


def test_the_key_itself_is_nowhere_in_the_infobase(company):
    assert KEY not in repr(company.base.objects)


def test_each_key_sees_its_own_organization_alone(company):
    company.add_key(ANOTHER, organizations=[("7702345678", "770201001")])
    assert ask_act(company)[1]["closing_balance"] == Decimal("45000.5")
    status, answer = ask_act(company, {"X-API-Key": ANOTHER})
    assert (status, answer["closing_balance"]) == (200, 0)
    assert answer["organization"]["inn"] == "7702345678"
    listed = [
        company.ask("counterparties", {"X-API-Key": key}, nonzero="true")[1]["counterparties"]
        for key in (KEY, ANOTHER)
    ]
    assert [len(found) for found in listed] == [1, 0]


def test_a_key_for_another_organizations_tax_number_gets_nothing(company):
    assert ask_act(company, organization_inn="7702345678")[0] == 403
    company.base.parts["Справочник.Сверка_Ключи.Организации"].clear()
    status, answer = ask_act(company)
    assert (status, "впишите ИНН организации в ключ" in answer["error"]) == (403, True)


def test_a_key_of_several_organizations_must_say_which(company):
    company.add_key(ANOTHER, organizations=[], everything=True)
    status, answer = ask_act(company, {"X-API-Key": ANOTHER})
    assert (status, "organization_inn" in answer["error"]) == (400, True)
    status, answer = ask_act(company, {"X-API-Key": ANOTHER}, organization_inn="7701234567")
    assert (status, answer["closing_balance"]) == (200, Decimal("45000.5"))


def test_a_branch_with_the_same_tax_number_is_told_apart_by_its_kpp(company):
    branch = company.party("Организации", "Филиал", "7701234567")
    company.base.objects[branch]["КПП"] = "770143001"
    assert ask_act(company)[0] == 400
    company.base.parts["Справочник.Сверка_Ключи.Организации"][0]["КПП"] = "770101001"
    assert ask_act(company)[1]["closing_balance"] == Decimal("45000.5")


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
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(company, query, words):
    status, answer = ask_act(company, **query)
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
    assert ask_act(company, counterparty_guid=unknown) == (404, {"error": "Контрагент не найден."})
    assert ask_act(company, contract_guid=unknown) == (404, {"error": "Договор не найден."})
    assert ask_act(company, counterparty_guid=company.idle.key)[1]["transactions"] == []


def test_a_group_of_counterparties_is_no_counterparty(company):
    company.base.objects[company.idle]["ЭтоГруппа"] = True
    assert ask_act(company, counterparty_guid=company.idle.key)[0] == 404


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
    status, act = ask_act(company)
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
    status, answer = ask_act(company)
    assert (status, "не сошлись" in answer["error"]) == (503, True)


def test_a_failure_inside_is_told_in_short_and_written_down_whole(company):
    def refuse(_text, _parameters):
        raise Raised("Недостаточно прав на чтение регистра")

    company.base.run_queries = refuse
    status, answer = ask_act(company)
    assert (status, "Недостаточно прав" in answer["error"]) == (500, True)
    assert company.base.log == [("ПорталСверки Ошибка", "Недостаточно прав на чтение регистра")]


def test_another_configuration_is_told_that_it_is_not_supported():
    other = Configuration("Библиотека", "1.0", FAMILIES["accounting"].catalogs, [], {}, "Валюта")
    company = Company(other)
    assert company.ask("ping") == (
        200,
        {"service": "reconciliation", "version": "1", "configuration": "Библиотека 1.0"},
    )
    status, answer = ask_act(company)
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


def printed(company):
    company.act(format="pdf")
    return [" | ".join(line) for line in company.base.printed[-1].lines]


def test_the_printed_act_reads_as_accountants_expect(company):
    post(company, Dealing(datetime(2024, 2, 1, 12), "payment", 0, Decimal(60000)))
    lines = printed(company)
    assert lines[0].startswith(
        "Акт сверки | взаимных расчётов за период: 01.01.2024 – 31.03.2024 | "
        "между Общество «Поставщик» (ИНН 7701234567) | и Общество «Ромашка» (ИНН 7707083893) | "
        "по договору: Договор поставки № 7"
    )
    assert "Генеральный директор Иванов Иван Иванович, Общество «Поставщик», с одной стороны" in lines[1]
    assert lines[3:8] == [
        "Сальдо начальное |  | ",
        "15.01.24 | Реализация (акт, накладная, УПД) № 1 от 15.01.2024 | 45\xa0000,50 | ",
        "01.02.24 | Поступление на расчетный счет № 2 от 01.02.2024 |  | 60\xa0000,00",
        "Обороты за период | 45\xa0000,50 | 60\xa0000,00",
        "Сальдо конечное |  | 14\xa0999,50",
    ]
    assert lines[8] == (
        "По данным Общество «Поставщик» на 31.03.2024 задолженность в пользу Общество «Ромашка» "
        "14\xa0999,50 руб. (14999.50 прописью)."
    )


def test_several_contracts_are_printed_one_after_the_other(company):
    post(company, Dealing(datetime(2024, 2, 1, 12), "payment", 1, Decimal("45000.50")))
    lines = printed(company)
    assert [line.split(" | ")[0] for line in lines[3:]] == [
        "Сальдо начальное",
        *("Договор поставки № 7", "Сальдо начальное", "15.01.24", "Обороты по договору", "Сальдо конечное"),
        *("Договор поставки № 8", "Сальдо начальное", "01.02.24", "Обороты по договору", "Сальдо конечное"),
        "Обороты за период",
        "Сальдо конечное",
        "По данным Общество «Поставщик» на 31.03.2024 задолженность отсутствует.",
        "От Общество «Поставщик»",
    ]


def written(company, **fields):
    """Return a key's fields after it was written, and what its author was told."""
    item = Row({"НовыйКлюч": "", "Хеш": "", "Соль": "", "ВсеОрганизации": False} | fields)
    item.fields |= {"ОбменДанными": Row({"Загрузка": False}), "ЭтотОбъект": None}
    company.extension.call("Сверка_Ключи.obj", "ПередЗаписью", False, this=item)
    return item.fields, company.base.messages


def test_a_new_key_is_written_as_its_hash(company):
    item, messages = written(company, НовыйКлюч=ANOTHER)
    assert (item["НовыйКлюч"], len(item["Хеш"]), len(item["Соль"]), messages) == ("", 64, 32, [])
    assert item["Хеш"] == company.extension.call("Сверка_Ключи", "ХешКлюча", ANOTHER, item["Соль"])


@pytest.mark.parametrize(("new", "words"), [("short", "короче 32 знаков"), ("", "Впишите ключ")])
def test_a_key_that_is_too_short_or_missing_is_not_written(company, new, words):
    item, messages = written(company, НовыйКлюч=new)
    assert item["Хеш"] == ""
    assert words in messages[0]


def test_a_copy_of_a_key_does_not_open_the_door():
    company = Company(FAMILIES["accounting"])
    item = Row({"НовыйКлюч": "", "Хеш": "abc", "Соль": "def"})
    company.extension.call("Сверка_Ключи.obj", "ПриКопировании", None, this=item)
    assert (item.fields["Хеш"], item.fields["Соль"]) == ("", "")
