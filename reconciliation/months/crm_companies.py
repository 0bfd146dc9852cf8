"""Who a counterparty is in Bitrix24: its company, and who looks after it; each is asked about seldom."""

from collections.abc import Callable, Collection, Iterable, Mapping

from django.conf import settings

from accounts.models import Counterparty
from jobs.deadline import Deadline
from reconciliation.bitrix24 import crm
from reconciliation.bitrix24.crm import Company, Person
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.errors import Bitrix24SetupError
from reconciliation.months.known import Known

Client = tuple[int | None, str]
"""A counterparty as Bitrix24 is asked about it: the company's number, if known, and 1C's guid."""
_companies: Known[Client, Company] = Known()
_people: Known[int, Person] = Known()


def client_of(counterparty: Counterparty) -> Client:
    """Return what Bitrix24 is asked with."""
    return counterparty.bitrix24_company_id, counterparty.onec_guid


def companies_of(
    bitrix24: Bitrix24,
    clients: Iterable[Client],
    deadline: Deadline,
    soon: Callable[[], Iterable[Client]] = tuple,
) -> Mapping[Client, Company | None]:
    """Return the companies of up to 50 clients; some of those wanted `soon` are asked about, too."""

    def ask(asked: list[Client]) -> dict[Client, Company | None]:
        field = settings.BITRIX24_COMPANY_GUID_FIELD
        return crm.companies_of(bitrix24, {each: each for each in asked}, field=field, deadline=deadline)

    return _companies.get(set(clients), ask, soon) or {}


def people_of(bitrix24: Bitrix24, ids: Collection[int], deadline: Deadline) -> dict[int, Person] | None:
    """Return who of these people is in Bitrix24; None when the webhook may not look. Raises other errors."""

    def ask(asked: list[int]) -> dict[int, Person] | None:
        try:
            return crm.people(bitrix24, asked, deadline=deadline)
        except Bitrix24SetupError as error:
            if error.reason in {"scope", "method", "access"}:
                return None
            raise

    found = _people.get(set(ids) - {0}, ask)
    return None if found is None else {number: person for number, person in found.items() if person}


def manager_of(counterparty: Counterparty, company: Company | None) -> int:
    """Return the employee whose client it is: by the portal's own setting, else by Bitrix24; 0 for nobody."""
    return counterparty.bitrix24_manager_id or (company.manager if company else 0)


def forget() -> None:
    """Ask anew about everybody."""
    _companies.clear()
    _people.clear()
