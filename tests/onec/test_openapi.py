"""docs/onec-openapi.yaml against what answers by it: the stand-in for 1C, the extension, and the client."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
import yaml
from hypothesis import assume, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from jobs.deadline import Deadline
from reconciliation.ledger.period import Period
from reconciliation.onec.answer import read_act
from reconciliation.onec.auth import Credentials
from reconciliation.onec.client import OneCClient, OneCConfig
from reconciliation.onec.listing import read_page
from sandbox.generated_ledger import GeneratedLedger
from sandbox.json_text import dump
from sandbox.onec import OneCSandbox
from tests.onec.bookkeeping import post
from tests.onec.company import FAMILIES, Company
from tests.onec.dealings import Dealing
from tests.onec.published import Published
from tests.reconciliation.conftest import DEFAULTS

FILE = Path(__file__).resolve().parents[2] / "docs" / "onec-openapi.yaml"
DESCRIPTION: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
PATHS = {path.rsplit("/", 1)[1]: found["get"] for path, found in DESCRIPTION["paths"].items()}
QUARTER = Period(date(2024, 1, 1), date(2024, 3, 31))
KEY = "sandbox-key"


@pytest.fixture(scope="module")
def onec() -> Iterator[OneCSandbox]:
    # A few counterparties: their ledger is made up to whatever day is asked for.
    with OneCSandbox(key=KEY, ledger=GeneratedLedger(count=3)) as running:
        yield running


OPERATIONS = schemathesis.openapi.from_path(str(FILE))


@pytest.fixture(params=["stand-in", "extension"])
def url(request: pytest.FixtureRequest, onec: OneCSandbox) -> Iterator[str]:
    """The address of a service that is to answer by the description; both know the same key."""
    if request.param == "stand-in":
        yield onec.url
        return
    company = Company(FAMILIES["accounting"])
    company.add_key(KEY, organizations=[("7701234567", "")])
    with Published(company) as published:
        yield published.url


@pytest.mark.long
@pytest.mark.parametrize("wrong", [False, True], ids=["right", "wrong"])
@pytest.mark.parametrize("call", PATHS)
def test_any_call_is_answered_as_described(url: str, call: str, wrong: bool) -> None:
    """Right parameters and wrong ones: no failure inside, no undescribed status, no undescribed body.

    What is right by itself may be refused all the same: a period that ends before it begins, say.
    """
    operation = OPERATIONS[f"/hs/reconciliation/{call}"]["GET"]

    @settings(max_examples=20, deadline=None, derandomize=True)
    @given(operation.as_strategy(GenerationMode.NEGATIVE if wrong else GenerationMode.POSITIVE))
    def answers(case: Case[Any]) -> None:
        # An empty value is as none, which the checks cannot know.
        assume(not any(value in ("", None, []) for value in (case.query or {}).values()))
        case.call_and_validate(url, headers={"X-API-Key": KEY}, excluded_checks=[positive_data_acceptance])

    answers()


def followed(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part of the description, or the one that it refers to."""
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    found: dict[str, Any] = DESCRIPTION["components"][kind][name]
    return found


def responses(call: str) -> dict[str, jsonschema_rs.Validator]:
    """Return what checks the bodies of a call's answers by their status."""
    found = {}
    for status, response in PATHS[call]["responses"].items():
        schema = followed(response)["content"]["application/json"]["schema"] | {
            "components": DESCRIPTION["components"]
        }
        found[status] = jsonschema_rs.validator_for(schema, validate_formats=True)
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_the_extension_answers_as_described(family: str) -> None:
    company = Company(FAMILIES[family])
    for hour, kind in enumerate(("shipment", "payment", "purchase", "return")):
        post(company, Dealing(datetime(2024, 2, 1, hour), kind, hour % 2, Decimal("45000.55")))
    act = {"counterparty_guid": company.customer.key, "date_from": "2024-01-01", "date_to": "2024-03-31"}
    queries: list[tuple[str, dict[str, str]]] = [
        ("ping", {}),
        *(("act", act | more) for more in ({}, {"format": "pdf"}, {"format": "both"}, {"date_to": "?"})),
        ("act", act | {"counterparty_guid": "5f1c0e2a-6c0b-11e9-80f2-005056b00fad"}),
        *(("counterparties", more) for more in ({}, {"nonzero": "true", "limit": "1"}, {"limit": "0"})),
    ]
    seen = set()
    for call, query in queries:
        for headers in (None, {}, {"X-API-Key": "wrong"}):
            status, body = company.ask(call, headers, **query)
            responses(call)[str(status)].validate(body)
            seen.add((call, status))
    assert seen == {
        *((call, status) for call in PATHS for status in (200, 401, 403)),
        *((call, 400) for call in ("act", "counterparties")),
        ("act", 404),
    }


def test_the_client_asks_for_nothing_that_is_not_described(onec: OneCSandbox) -> None:
    onec.journal.clear()
    client = OneCClient(OneCConfig(onec.url, Credentials("x-api-key", KEY), DEFAULTS, pdf_source="onec"))
    guid = onec.ledger.counterparties[0].guid
    client.act(guid, QUARTER, deadline=Deadline(10))
    list(client.pages(on=date(2024, 3, 31), nonzero=True))
    client.ping(deadline=Deadline(10))
    client.close()
    entries = onec.journal.counts.entries
    asked = {(entry.path.rsplit("/", 1)[1], name) for entry in entries for name in entry.query}
    known = {
        (call, followed(parameter)["name"])
        for call, found in PATHS.items()
        for parameter in found.get("parameters", [])
    }
    assert asked <= known


def test_the_examples_are_answers_that_the_client_reads() -> None:
    def examples(call: str) -> list[Any]:
        content = PATHS[call]["responses"]["200"]["content"]["application/json"]
        return [found["value"] for found in content["examples"].values()]

    for value in examples("act"):
        responses("act")["200"].validate(value)
        act = read_act(dump(exact(value)), asked=QUARTER, defaults=DEFAULTS, pdf="ignore").act
        assert act.imbalances == ()
    for value in examples("counterparties"):
        responses("counterparties")["200"].validate(value)
        assert read_page(dump(exact(value))).unreadable == ()


def exact(value: Any) -> Any:
    """Return what YAML read with its floats as the decimals that stand in the file."""
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [exact(item) for item in value]
    return Decimal(str(value)) if isinstance(value, float) else value
