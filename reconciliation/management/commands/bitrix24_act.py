"""`manage.py bitrix24_act GUID FROM TO`: one act on the Drive, and one task for its manager.

What the month does for everybody, done for one: the way to try Bitrix24's side before the first month.
"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from jobs.deadline import Deadline
from reconciliation import connections
from reconciliation.errors import PortalError
from reconciliation.management.asking import issue_act, period_of
from reconciliation.management.portal_command import PortalCommand
from reconciliation.months import crm_companies
from reconciliation.months.ways import drive_way, task_way

SECONDS = 120.0


class Command(PortalCommand):
    help = "Issue a counterparty's act, put it on Bitrix24's Drive and make its manager's task, each once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("guid", help="the counterparty's guid in 1C")
        parser.add_argument("start", metavar="from", help="first day, like 2024-01-01")
        parser.add_argument("end", metavar="to", help="last day, like 2024-03-31")

    def run(self, options: dict[str, Any]) -> None:
        period = period_of(options["start"], options["end"])
        bitrix24, deadline = connections.bitrix24(), Deadline(SECONDS)
        root = settings.BITRIX24_ACTS_FOLDER_ID
        if not root:
            raise CommandError("BITRIX24_ACTS_FOLDER_ID is not set: nothing was done.")
        act = issue_act(options["guid"], period).act
        self.stdout.write(
            f"Act {act.number} for {act.counterparty}, closing balance {act.closing} {act.currency}"
        )
        crm_companies.forget()
        client = crm_companies.client_of(act.counterparty)
        company = crm_companies.companies_of(bitrix24, [client], deadline)[client]
        self.stdout.write(
            f"Company: {company.title} ({company.id})" if company else "Company: not in Bitrix24"
        )
        folder = drive_way.folder_for(bitrix24, act, root=root, deadline=deadline)
        file = drive_way.put(bitrix24, act, folder=folder, deadline=deadline)
        self.stdout.write(f"File: {file.name}, {file.size:,} bytes ({file.id})")
        wanted = {
            crm_companies.manager_of(act.counterparty, company),
            settings.BITRIX24_FALLBACK_MANAGER_ID,
        } - {0}
        people = crm_companies.people_of(bitrix24, wanted, deadline)
        job = task_way.Job(act, company, file)
        made = task_way.make_many(bitrix24, {"": job}, people=people, new=(), deadline=deadline)[""]
        if isinstance(made, PortalError):
            raise made
        person = (people or {}).get(made.responsible)
        self.stdout.write(f"Task: {made.id} for {person.name if person else made.responsible}")
