"""The texts of the queries, as the modules put them together, against the grammar of the query language."""

from copy import deepcopy
from datetime import datetime
from decimal import Decimal

from tests.onec.bookkeeping import post
from tests.onec.company import FAMILIES, Company
from tests.onec.dealings import Dealing
from tests.onec.source import faults, module_tree, modules, nodes, query_tree, text

FALSE_ALARMS: dict[str, str] = {}
"""Places that the grammar does not understand although 1C does, each with the reason; there are none."""


def asked(company: Company) -> Company:
    """Ask for all that the service has, so that every query is put together."""
    for hour, kind in enumerate(("shipment", "purchase", "payment")):
        post(company, Dealing(datetime(2024, 1, 15, hour), kind, 0, Decimal(1)))
    company.act()
    company.ask("counterparties", nonzero="true")
    return company


def companies() -> list[Company]:
    """Return a company of each family that was asked, and one whose counterparties have no contacts."""
    found = [asked(Company(configuration)) for configuration in FAMILIES.values()]
    bare = Company(deepcopy(FAMILIES["accounting"]))
    bare.base.configuration.catalog("Контрагенты").parts.clear()
    return [*found, asked(bare)]


def test_every_query_text_is_one_by_the_grammar():
    asked_by = companies()
    batches = {batch for company in asked_by for batch in company.base.batches}
    found = {fault for batch in batches for fault in faults(query_tree(batch))}
    assert found - set(FALSE_ALARMS) == set()
    called = {pair for company in asked_by for pair in company.extension.called}
    writers = {
        (module, text(node.child_by_field_name("name")))
        for module, path in modules().items()
        for node in nodes(module_tree(path), "function_definition")
        if text(node.child_by_field_name("name")).startswith("Текст")
    }
    assert writers <= called, "a text that no call puts together was not looked at"
