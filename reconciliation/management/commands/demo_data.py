"""`manage.py demo_data`: people and counterparties to try the portal with, taken from 1C's list once."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import groups
from accounts.models import Counterparty, Membership, User
from reconciliation import connections
from reconciliation.counterparties import sync, update_runs
from reconciliation.errors import PortalError

PASSWORD = "demo-portal-2024"  # noqa: S105  # printed for everybody to see, and only ever on a laptop
COUNTERPARTIES = 5


class Command(BaseCommand):
    help = "Fill an empty database with demo people and counterparties; leave a filled one alone."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.ON_LAPTOP:
            raise CommandError(
                "Demo logins have a password that everybody knows: demo_data runs only where SITE_URL is "
                "http://localhost or http://127.0.0.1. Nothing was changed."
            )
        if not User.objects.exists():
            _staff()
        if not Counterparty.objects.exists():
            try:
                fill()
            except PortalError as error:
                # The portal runs without them; the next run asks 1C again.
                self.stderr.write(f"No demo counterparties: {error.one_line()}")
        for user in User.objects.filter(email__endswith="@demo.example").order_by("pk"):
            names = [str(company) for company in user.counterparties.all()]
            role = names or [f"{group.name}, the admin" for group in user.groups.all()]
            self.stdout.write(f"{user.email:28} {PASSWORD}   {', '.join(role)}")


def fill() -> None:
    """Bring 1C's counterparties in; give three people one each and a bookkeeper two, as far as there are."""
    sync.finish(update_runs.start_sync(), client=connections.onec())
    companies = list(Counterparty.objects.order_by("pk")[:COUNTERPARTIES])
    with transaction.atomic():
        for company in companies:
            company.language = "en" if company.name.isascii() else "ru"
            company.save(update_fields=["language"])
        for number, company in enumerate(companies[:3], start=1):
            _person(f"client{number}@demo.example", company)
        if len(companies) > 1:
            _person("bookkeeper@demo.example", *companies[-2:])


def _staff() -> None:
    for group in groups.ALL:
        name = group.partition(" ")[0]  # "chief accountant" is chief@
        user = User.objects.create_user(f"{name}@demo.example", PASSWORD, is_staff=True)
        user.groups.add(Group.objects.get(name=group))


def _person(email: str, *companies: Counterparty) -> None:
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD)
    for company in companies:
        Membership.objects.create(user=user, counterparty=company)
