"""Whatever 1C's fields hold is printed as text, and nothing is fetched for it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciliation.ledger.act import ZERO, Act, Contract, Line, Party, Signatory
from reconciliation.printing.fonts import register_fonts
from reconciliation.printing.pdf import document
from tests.reconciliation.peer import answer, peer
from tests.reconciliation.printing.printed import read
from tests.reconciliation.sample_acts import act_of, issue, sale

HOSTILE = [
    "<script>alert(1)</script>", "<b>bold</b>", "AT&amp;T & Co", "<pdf:nextpage>", "<pdf:pagenumber/>",
    "{{ settings.SECRET_KEY }}", "{% include 'base.html' %}", "%(party)s %s 100%",
    '"><img src=x onerror=y>', "]]><!-- comment",
]  # fmt: skip


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


def test_nothing_is_ever_fetched_even_if_markup_got_through(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    register_fonts()
    secret = tmp_path_factory.mktemp("secret") / "secret.css"
    secret.write_text("p::before { content: 'LEAKED' }")
    with peer(lambda connection: connection.say(answer())) as there:
        document.flowables_of(
            f"<html><head><link rel='stylesheet' href='{there.url}/a.css'>"
            f"<link rel='stylesheet' href='{secret}'><style>@import url({there.url}/b.css);"
            f"@font-face {{ font-family: x; src: url({there.url}/x.ttf) }}"
            f"p {{ background-image: url({there.url}/c.png); font-family: x }}</style></head>"
            f"<body><p>text</p><img src='{there.url}/d.png'><img src='file:///etc/hostname'>"
            f"<pdf:insertpdf src='{there.url}/e.pdf'/></body></html>"
        )
    assert there.requests == []


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


@pytest.mark.long
@given(act=hostile_acts())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_and_no_figure_stops_an_act_from_being_printed(act: Act) -> None:
    for language in ("ru", "en"):
        reader = read(issue(act, language))
        assert ("М.П." if language == "ru" else "Seal") in reader.pages[-1].extract_text()
