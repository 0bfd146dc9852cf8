"""An act on paper: what a person reads on it, where its pages end, and what it never does."""

import hashlib
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from typing import NamedTuple

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PageObject, PdfReader

from reconciliation.acts import pdf
from reconciliation.acts.act import ZERO, Act, Contract, Line, Party, Signatory
from reconciliation.acts.wording import Issued
from tests.reconciliation.acts.sample_acts import (
    CUSTOMER,
    SUPPLIER,
    act_by_contracts,
    act_of,
    act_with,
    issue,
    payment,
    sale,
    unsigned,
)

HOSTILE = [
    "<script>alert(1)</script>",
    "<b>bold</b>",
    "AT&amp;T & Co",
    "<pdf:nextpage>",
    "<pdf:pagenumber/>",
    "{{ settings.SECRET_KEY }}",
    "{% include 'base.html' %}",
    "%(party)s %s 100%",
    '"><img src=x onerror=y>',
    "]]><!-- comment",
]


class Word(NamedTuple):
    """A text with the place where it begins, in points from the page's lower left corner."""

    text: str
    x: float
    y: float


def read(issued: Issued) -> PdfReader:
    return PdfReader(BytesIO(pdf.render(issued)))


def texts(issued: Issued) -> list[str]:
    """Return each page's text as one line."""
    return [" ".join(page.extract_text().split()) for page in read(issued).pages]


def text(issued: Issued) -> str:
    return " ".join(texts(issued))


def words(page: PageObject) -> list[Word]:
    """Return a page's texts with their places, but for the number of pages: a drawing with its own origin."""
    found: list[Word] = []

    def visit(said: str, user: list[float], matrix: list[float], font: object, size: object) -> None:
        x, y = matrix[4] + user[4], matrix[5] + user[5]
        if said.strip() and (x, y) != (0, 0):
            found.append(Word(said.strip(), x, y))

    page.extract_text(visitor_text=visit)
    return found


def test_the_form_is_there_from_top_to_bottom() -> None:
    contract = Contract("guid", "Договор поставки № 7", Decimal("15000.00"), Decimal("15002.50"))
    said = text(issue(act_of(sale(7), payment(5), contracts=(contract,))))
    expected = [
        "Акт сверки № 000123 от 31 марта 2024 г.",
        "взаимных расчётов за период: 01.01.2024 – 31.03.2024",
        "между ООО «Поставщик» (ИНН 7701234567, КПП 770101001)",
        "и ООО «Ромашка» (ИНН 5001112223)",
        "по договору поставки № 7",
        (
            "Мы, нижеподписавшиеся, Директор ООО «Поставщик» Иванов И. И., с одной стороны, и Главный бухгалтер "
            "ООО «Ромашка» Петрова А. С., с другой стороны, составили настоящий акт сверки в том, что состояние "
            "взаимных расчётов по данным учёта следующее:"
        ),
        "По данным ООО «Поставщик», руб.",
        "По данным ООО «Ромашка», руб.",
        "Дата Документ Дебет Кредит Дата Документ Дебет Кредит",
        "Сальдо начальное 15 000,00",
        "08.01.24 Реализация № 7 7,50",
        "06.01.24 Оплата № 5 5,00",
        "Обороты за период 7,50 5,00",
        "Сальдо конечное 15 002,50",
        (
            "По данным ООО «Поставщик» на 31.03.2024 задолженность в пользу ООО «Поставщик» 15 002,50 руб. "
            "(Пятнадцать тысяч два рубля 50 копеек)."
        ),
        "От ООО «Поставщик»",
        "От ООО «Ромашка»",
        "(Иванов И. И.)",
        "(Петрова А. С.)",
        "М.П.",
    ]
    places = [said.find(sentence) for sentence in expected]
    assert -1 not in places, expected[places.index(-1)]
    assert places == sorted(places)


def test_the_form_speaks_english_to_who_reads_english() -> None:
    said = text(issue(act_of(sale(7), payment(5)), "en"))
    for sentence in [
        "Reconciliation Act No. 000123 of 31 March 2024",
        "of mutual settlements for the period: 1 January 2024 – 31 March 2024",
        "between ООО «Поставщик» (INN 7701234567, KPP 770101001)",
        "According to ООО «Ромашка», RUB",
        "Date Document Debit Credit",
        "Opening balance 15,000.00",
        "8 Jan 2024 Реализация № 7 7.50",
        "Turnover for the period",
        "Closing balance 15,002.50",
        (
            "as of 31 March 2024 the debt in favour of ООО «Поставщик» is RUB 15,002.50 "
            "(fifteen thousand and two roubles 50 kopecks)."
        ),
        "For ООО «Поставщик»",
        "Page 1 of 1",
    ]:
        assert sentence in said, sentence


@pytest.mark.parametrize("active", ["ru", "en"])
def test_the_language_is_the_acts_and_not_the_readers_of_the_moment(active: str) -> None:
    with translation.override(active):
        assert "Reconciliation Act" in text(issue(act_with(1), "en"))
        assert "Акт сверки" in text(issue(act_with(1), "ru"))


def test_a_minimal_answer_leaves_no_empty_brackets_and_no_gaps() -> None:
    for act in (unsigned(act_with(1)), replace(act_with(1), counterparty=Party("X", signatory=Signatory()))):
        said = text(issue(act))
        assert "()" not in said
        assert "( " not in said
        assert " ," not in said
        assert "Иванов И. И.)," not in said
    assert "нижеподписавшиеся, ООО «Поставщик», с одной стороны, и ООО «Ромашка», с другой" in text(
        issue(unsigned(act_with(1)))
    )


@pytest.mark.parametrize(
    ("signatory", "said"),
    [
        (Signatory("", "Иванов И. И."), "нижеподписавшиеся, ООО «Поставщик» Иванов И. И., с одной"),
        (Signatory("Директор", ""), "нижеподписавшиеся, Директор ООО «Поставщик», с одной"),
    ],
)
def test_half_a_signatory_is_said_whole(signatory: Signatory, said: str) -> None:
    assert said in text(issue(replace(act_with(1), organization=replace(SUPPLIER, signatory=signatory))))


@pytest.mark.parametrize(
    ("currency", "russian", "english"),
    [
        ("RUB", "(ИНН 5001112223)", "(INN 5001112223)"),
        ("KZT", "(БИН/ИИН 5001112223)", "(BIN/IIN 5001112223)"),
        ("BYN", "(УНП 5001112223)", "(UNP 5001112223)"),
        ("EUR", "5001112223)", "(Tax ID 5001112223)"),
    ],
)
def test_the_tax_number_is_called_as_the_currencys_country_does(
    currency: str, russian: str, english: str
) -> None:
    act = act_of(sale(1), currency=currency)
    assert russian in text(issue(act))
    assert english in text(issue(act, "en"))


def test_kazakhstan_has_its_own_words() -> None:
    act = replace(
        act_of(currency="KZT"), organization=Party("ТОО «Әлем ғұрпы»"), counterparty=Party("ТОО «Өңір»")
    )
    said = text(issue(act))
    for words_of_the_form in (
        "Сальдо на начало 15 000,00",
        "Сальдо на конец 15 000,00",
        "По данным ТОО «Өңір», тенге",
        "в пользу ТОО «Әлем ғұрпы» 15 000,00 тенге (Пятнадцать тысяч тенге 00 тиын).",
    ):
        assert words_of_the_form in said


def test_who_owes_nothing_reads_that_there_is_no_debt() -> None:
    assert "на 31.03.2024 задолженность отсутствует." in text(issue(act_of(opening=ZERO)))
    assert "as of 31 March 2024 there is no debt." in text(issue(act_of(opening=ZERO), "en"))


@pytest.mark.parametrize(("opening", "column"), [("15000.00", "Дебет"), ("-15000.00", "Кредит")])
def test_a_balance_stands_on_the_side_of_who_is_owed_without_a_minus(opening: str, column: str) -> None:
    page = read(issue(act_of(opening=Decimal(opening)))).pages[0]
    found = words(page)
    figures = [word for word in found if word.text == "15 000,00"]
    head = {word.text: word.x for word in reversed(found) if word.text in {"Дебет", "Кредит"}}
    assert len(figures) == 2
    for figure in figures:
        nearest = min(head, key=lambda name: abs(head[name] - figure.x))
        assert nearest == column


def test_a_correction_keeps_its_minus() -> None:
    correction = Line(date(2024, 2, 1), "Корректировка", Decimal("-700.00"), ZERO)
    assert "01.02.24 Корректировка −700,00" in text(issue(act_of(correction)))


def test_zeroes_are_left_blank() -> None:
    assert "0,00" not in text(issue(act_of(opening=ZERO))).replace("00,00", "")


def test_the_counterpartys_side_is_left_for_the_counterparty_to_fill_in() -> None:
    for page in read(issue(act_with(60))).pages:
        middle = float(page.mediabox.width) / 2
        on_the_right = [word.text for word in words(page) if word.x > middle]
        assert not any(re.fullmatch(r"[−\d\s]+,\d\d", said) for said in on_the_right)
        assert not any("Оплата" in said or "Реализация" in said for said in on_the_right)


def test_several_contracts_have_balances_and_turnovers_of_their_own() -> None:
    act = act_by_contracts(3, 2)
    said = text(issue(act))
    assert "по договору поставки" not in said
    for number, block in enumerate(act.blocks, start=1):
        assert f"Договор поставки № {number}" in said
        assert f"{block.debit}".replace(".", ",")[-6:] in said
    assert said.count("Обороты по договору") == said.count("Сальдо конечное по договору") == 6
    assert said.count("Обороты за период") == 2


def test_rows_of_no_contract_are_shown_as_one_list() -> None:
    act = act_by_contracts(2, 1)
    stray = replace(act, lines=tuple(replace(line, contract="") for line in act.lines))
    assert "Обороты по договору" not in text(issue(stray))


def test_every_page_has_the_heads_its_number_and_the_act() -> None:
    pages = texts(issue(act_with(200)))
    assert len(pages) > 4
    for number, page in enumerate(pages, start=1):
        assert "По данным ООО «Поставщик», руб. По данным ООО «Ромашка», руб." in page
        assert "Дата Документ Дебет Кредит Дата Документ Дебет Кредит" in page
        assert f"Страница {number} из {len(pages)}" in page
        assert "Акт сверки № 000123 от 31 марта 2024 г. · ООО «Поставщик» — ООО «Ромашка»" in page


def test_every_document_is_printed_once() -> None:
    said = text(issue(act_with(600)))
    numbers = [int(number) for number in re.findall(r"(?:Реализация|Оплата) № (\d+)", said)]
    assert numbers == list(range(600))


@pytest.mark.parametrize("rows", range(12, 48))
def test_sums_and_signatures_are_never_torn_from_the_last_rows(rows: int) -> None:
    pages = texts(issue(act_with(rows)))
    last = pages[-1]
    for part in (
        "Обороты за период",
        "Сальдо конечное",
        "задолженность в пользу",
        "От ООО «Ромашка»",
        "М.П.",
    ):
        assert part in last
        assert not any(part in page for page in pages[:-1])
    assert re.search(r"№ \d+ [\d\s]+,\d\d Обороты за период", last)


@pytest.mark.parametrize("rows", range(8, 26))
def test_a_contracts_heading_is_never_left_alone(rows: int) -> None:
    for page in texts(issue(act_by_contracts(4, rows))):
        body = page.split("Страница")[0]
        assert not re.search(r"Договор поставки № \d+(?: Договор поставки № \d+)? *$", body)
        assert not re.search(r"Сальдо начальное по договору[^Р]*$", body)
        assert not re.search(r"Кредит (?:Обороты|Сальдо конечное)", body)


def test_a_word_wider_than_the_page_is_broken() -> None:
    endless = "Щ" * 300
    act = act_of(sale(1, document="Ы" * 300))
    reader = read(issue(replace(act, counterparty=replace(CUSTOMER, name=endless))))
    said = "".join("".join(page.extract_text().split()) for page in reader.pages)
    assert endless in said
    assert "Ы" * 300 in said
    for page in reader.pages:
        assert all(36 <= word.x < float(page.mediabox.width) - 36 for word in words(page))


def test_names_too_long_for_any_page_end_with_dots_and_leave_the_signatures_whole() -> None:
    act = replace(
        act_of(sale(1, document="слово " * 1000)),
        organization=replace(SUPPLIER, name="Ю" * 5000, signatory=Signatory("Ж" * 5000, "Ф" * 5000)),
        counterparty=replace(CUSTOMER, name="название " * 600),
    )
    pages = texts(issue(act))
    assert len(pages) < 6
    assert any("…, руб." in page for page in pages)
    for part in ("задолженность в пользу", "подпись", "М.П."):
        assert part in pages[-1]


def test_letters_of_all_the_neighbours_are_embedded_and_come_back() -> None:
    name = "Әә Ғғ Ққ Ңң Өө Ұұ Үү Һһ Іі Ўў Ёё Її № ₽ ₸ « » – €"
    reader = read(issue(act_of(sale(1, document=name))))
    assert name in " ".join(reader.pages[0].extract_text().split())
    fonts = reader.pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    used = [font.get_object() for font in fonts if "Roboto" in font.get_object()["/BaseFont"]]
    assert used
    assert all("/FontFile2" in font["/FontDescriptor"] for font in used)


def test_the_file_says_what_it_is() -> None:
    reader = read(issue(act_with(1)))
    assert reader.metadata is not None
    assert reader.metadata.title == "Акт сверки № 000123 от 31 марта 2024 г."
    assert reader.metadata.author == "ООО «Поставщик»"
    assert reader.metadata.subject == (
        "Взаимные расчёты ООО «Поставщик» и ООО «Ромашка», 01.01.2024 – 31.03.2024"
    )
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.date() == date(2024, 3, 31)
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "ru-RU"  # type: ignore[index]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]  # type: ignore[index]
    assert read(issue(act_with(1), "en")).trailer["/Root"]["/Lang"] == "en-GB"  # type: ignore[index]
    page = reader.pages[0].mediabox
    assert (round(page.width), round(page.height)) == (842, 595)


IN_ANOTHER_PROCESS = """
import django; django.setup()
import hashlib
from reconciliation.acts import pdf
from tests.reconciliation.acts.sample_acts import act_by_contracts, issue
print(hashlib.sha256(pdf.render(issue(act_by_contracts(3, 20)))).hexdigest())
"""


def test_the_same_act_gives_the_same_bytes_in_any_process() -> None:
    here = hashlib.sha256(pdf.render(issue(act_by_contracts(3, 20)))).hexdigest()
    for seed, zone, epoch in (("1", "UTC", "0"), ("2", "Asia/Almaty", "1700000000")):
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "SOURCE_DATE_EPOCH": epoch}
        there = subprocess.run(
            [sys.executable, "-c", IN_ANOTHER_PROCESS],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert there.stdout.strip() == here


def test_different_acts_have_different_identities() -> None:
    first, second = (read(issue(act_with(rows))).trailer["/ID"] for rows in (1, 2))
    assert first != second


def test_many_threads_draw_at_once_without_mixing_anything_up() -> None:
    acts = [issue(act_with(rows), language) for rows in (1, 40) for language in ("ru", "en")]  # type: ignore[arg-type]
    alone = [pdf.render(act) for act in acts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(pdf.render, acts * 6))
    assert together == alone * 6


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_looks_like_markup_is_printed_as_text(hostile: str) -> None:
    party = Party(hostile, inn="1", signatory=Signatory(hostile, hostile))
    contracts = (Contract("a", hostile, ZERO, Decimal("1.50")), Contract("b", "№ 2", ZERO, ZERO))
    act = replace(
        act_of(sale(1, document=hostile, contract="a"), opening=ZERO, contracts=contracts),
        organization=party,
        counterparty=party,
    )
    reader = read(issue(act))
    said = " ".join(reader.pages[0].extract_text().split())
    assert len(reader.pages) == 1
    assert said.count(hostile) >= 11


class Listener(BaseHTTPRequestHandler):
    """Remembers that somebody called."""

    def do_GET(self) -> None:
        self.server.calls.append(self.path)  # type: ignore[attr-defined]
        self.send_response(404)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def listener() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Listener)
    server.calls = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_is_ever_fetched_even_if_markup_got_through(
    listener: HTTPServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pdf.register_fonts()
    address = f"http://127.0.0.1:{listener.server_port}"
    secret = tmp_path_factory.mktemp("secret") / "secret.css"
    secret.write_text("p::before { content: 'LEAKED' }")
    pdf.flowables_of(
        f"<html><head><link rel='stylesheet' href='{address}/a.css'><link rel='stylesheet' href='{secret}'>"
        f"<style>@import url({address}/b.css); @font-face {{ font-family: x; src: url({address}/x.ttf) }}"
        f"p {{ background-image: url({address}/c.png); font-family: x }}</style></head>"
        f"<body><p>text</p><img src='{address}/d.png'><img src='file:///etc/hostname'>"
        f"<pdf:insertpdf src='{address}/e.pdf'/></body></html>"
    )
    assert listener.calls == []  # type: ignore[attr-defined]


ANY_TEXT = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=st.characters(codec=None), max_size=20),
    st.text(
        alphabet="אבגالب\u0301\u0308\u202e\u200d\u200b\u2028👨🏽é \n\t<&>\"'%{}\\\x00\ud800", max_size=40
    ),
    st.sampled_from(HOSTILE),
    st.sampled_from(["Щ", "i", "слово ", "👩\u200d👧 "]).map(lambda piece: piece * 700),
)
AMOUNT = st.decimals(min_value="-1e15", max_value="1e15", places=2)


@st.composite
def hostile_acts(draw: st.DrawFn) -> Act:
    party = st.builds(
        Party, name=ANY_TEXT, inn=ANY_TEXT, kpp=ANY_TEXT, signatory=st.builds(Signatory, ANY_TEXT, ANY_TEXT)
    )
    names = draw(st.lists(ANY_TEXT, max_size=3))
    contracts = tuple(Contract(f"guid-{n}", name, ZERO, ZERO) for n, name in enumerate(names))
    line = st.builds(
        Line,
        date=st.dates(date(2000, 1, 1), date(2030, 1, 1)),
        document=ANY_TEXT,
        debit=AMOUNT,
        credit=AMOUNT,
        document_number=ANY_TEXT,
        contract=st.sampled_from(["", *(contract.guid for contract in contracts)]),
    )
    act = act_of(*draw(st.lists(line, max_size=4)), contracts=contracts, opening=draw(AMOUNT))
    return replace(act, organization=draw(party), counterparty=draw(party))


@given(act=hostile_acts())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_and_no_figure_stops_an_act_from_being_printed(act: Act) -> None:
    for language in ("ru", "en"):
        reader = read(issue(act, language))  # type: ignore[arg-type]
        assert ("М.П." if language == "ru" else "Seal") in reader.pages[-1].extract_text()
