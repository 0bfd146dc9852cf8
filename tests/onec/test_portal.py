"""The portal's own client against the extension, and against the examples in the extension's comments."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest

from jobs.deadline import Deadline
from reconciliation.errors import InvalidAnswer, OneCSetupError, OneCUnknownCounterparty
from reconciliation.ledger.period import Period
from reconciliation.onec.answer import read_act
from reconciliation.onec.auth import Credentials
from reconciliation.onec.client import OneCClient, OneCConfig
from reconciliation.onec.listing import read_page
from tests.onec.bookkeeping import post
from tests.onec.company import FAMILIES, KEY, Company
from tests.onec.dealings import Dealing
from tests.onec.published import Published
from tests.onec.source import modules
from tests.reconciliation.conftest import DEFAULTS

QUARTER = Period(date(2024, 1, 1), date(2024, 3, 31))
families = pytest.mark.parametrize("family", FAMILIES)


@pytest.fixture
def published(request: pytest.FixtureRequest) -> Iterator[Published]:
    with Published(Company(FAMILIES[getattr(request, "param", "accounting")])) as found:
        yield found


each_family = pytest.mark.parametrize("published", FAMILIES, indirect=True)


@pytest.fixture
def portal(published: Published) -> Iterator[OneCClient]:
    client = OneCClient(
        OneCConfig(published.url, Credentials("x-api-key", KEY), DEFAULTS, timeout=30.0, pdf_source="portal")
    )
    yield client
    client.close()


@each_family
def test_the_portal_reads_the_act_and_finds_that_it_adds_up(published, portal):
    company = published.company
    for hour, (kind, amount, contract) in enumerate(
        [("shipment", "45000.10", 0), ("payment", "20000", 1), ("return", "0.10", 0), ("purchase", "7", 1)]
    ):
        post(company, Dealing(datetime(2024, 2, 1, hour), kind, contract, Decimal(amount)))
    act = portal.act(company.customer.key, QUARTER, deadline=Deadline(30)).act
    assert act.imbalances == ()
    assert (act.opening, act.closing) == (Decimal(0), Decimal("24993.00"))
    assert [line.kind for line in act.lines] == ["shipment", "payment", "return", "receipt"]
    assert {contract.name for contract in act.contracts} == {"Договор поставки № 7", "Договор поставки № 8"}
    assert act.organization.signatory.name == "Иванов Иван Иванович"


@each_family
def test_the_portal_reads_the_whole_list_page_by_page(published, portal, monkeypatch):
    monkeypatch.setattr("reconciliation.onec.client.PAGE_SIZE", 2)
    post(published.company, Dealing(datetime(2024, 2, 1), "payment", 0, Decimal("12.34")))
    pages = list(portal.pages(on=date(2024, 3, 31), nonzero=False))
    found = {entry.name: entry.balance for page in pages for entry in page.counterparties}
    assert found == {
        "Общество «Ромашка»": Decimal("-12.34"),
        "Общество «Василёк»": Decimal(0),
        "Общество «Прохожий»": Decimal(0),
    }
    assert (len(pages), [page.unreadable for page in pages]) == (2, [(), ()])


@pytest.mark.parametrize("scheme", ["bearer", "raw", "x-api-key", "query"])
@pytest.mark.parametrize("basic", ["", "portal:secret"])
def test_the_portal_gets_in_by_every_scheme(published, scheme, basic):
    client = OneCClient(OneCConfig(published.url, Credentials(scheme, KEY, basic), DEFAULTS))
    assert client.ping(deadline=Deadline(30)) == "БухгалтерияПредприятия 3.0.170.28"
    client.close()


def test_the_portal_tells_what_is_wrong_apart(published, portal):
    unknown = "5f1c0e2a-6c0b-11e9-80f2-005056b00fad"
    with pytest.raises(OneCUnknownCounterparty):
        portal.act(unknown, QUARTER, deadline=Deadline(30))
    with pytest.raises(InvalidAnswer, match="counterparty_guid"):
        portal.act("x", QUARTER, deadline=Deadline(30))
    wrong = OneCClient(OneCConfig(published.url, Credentials("x-api-key", "wrong"), DEFAULTS))
    with pytest.raises(OneCSetupError) as refused:
        wrong.ping(deadline=Deadline(30))
    assert refused.value.reason == "key"
    wrong.close()


def examples(name):
    """Return the JSON examples in a module's comments."""
    lines = modules()[name].read_text(encoding="utf-8-sig").splitlines()
    comment = "\n".join(line.removeprefix("//").strip() for line in lines if line.startswith("//"))
    found, rest = [], comment
    while start := re.search(r"^\{", rest, re.MULTILINE):
        rest = rest[start.start() :]
        length = json.JSONDecoder().raw_decode(rest)[1]
        found.append(rest[:length])
        rest = rest[length:]
    return found


def test_the_example_of_an_act_is_one_that_the_portal_reads():
    (example,) = examples("Сверка_Акт")
    answer = read_act(example.encode(), asked=QUARTER, defaults=DEFAULTS, pdf="ignore")
    assert answer.act.imbalances == ()
    assert (len(answer.act.lines), answer.act.closing) == (3, Decimal("14299.50"))


def test_the_examples_of_the_list_are_pages_that_the_portal_reads():
    first, last = (read_page(text.encode()) for text in examples("Сверка_Список"))
    assert [entry.bitrix24_company_id for entry in first.counterparties] == [None, 8061]
    assert (first.unreadable, first.next, last.counterparties, last.next) == ((), first.last, (), "")


def test_the_keys_of_the_examples_are_those_that_the_extension_sends():
    company = Company(FAMILIES["accounting"])
    post(company, Dealing(datetime(2024, 2, 1), "shipment", 0, Decimal(1)))
    example = json.loads(examples("Сверка_Акт")[0])
    sent = company.act()
    assert set(sent) == set(example)
    for part in ("transactions", "contracts"):
        assert set(sent[part][0]) == set(example[part][0])
    assert set(sent["organization"]) == set(example["organization"])
    entry = json.loads(examples("Сверка_Список")[0])["counterparties"][0]
    assert set(company.ask("counterparties")[1]["counterparties"][0]) == set(entry)
    assert set(company.ask("ping")[1]) == set(json.loads(examples("Сверка_Контракт")[0]))
