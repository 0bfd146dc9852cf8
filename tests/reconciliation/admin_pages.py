"""What tests of the admin's pages share."""

import re
from typing import Any

from accounts.models import Counterparty

COUNTERPARTIES = "/admin/accounts/counterparty/"


def said(answer: Any) -> str:
    """Return the page's text, no-break spaces as spaces."""
    return str(answer.content.decode()).replace("\u00a0", " ").replace("&nbsp;", " ")


def text_of(answer: Any) -> str:
    """Return what a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def counterparty_form(company: Counterparty | None = None, **fields: Any) -> dict[str, Any]:
    """Return what the form of a counterparty sends when it is filled in as it stands, but for `fields`."""
    names = ("onec_guid", "name", "inn", "kpp", "email", "language", "manager_name", "pause_reason", "note")
    sent = {name: getattr(company, name) for name in names} if company else {}
    return sent | {
        "bitrix24_company_id": (company and company.bitrix24_company_id) or "",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
        **fields,
    }
