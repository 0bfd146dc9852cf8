"""The act as 1C prints it: the extension's template, filled in."""

from datetime import datetime
from decimal import Decimal

from tests.onec.bookkeeping import post
from tests.onec.dealings import Dealing


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
