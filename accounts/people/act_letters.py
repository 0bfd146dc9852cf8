"""Whether a counterparty's letters go to a person: its addresses are the one list that says so."""

from django.db import transaction

from accounts import journal
from accounts.models import Counterparty, User


def go_to(company: Counterparty, email: str) -> bool:
    """Whether letters of the counterparty go to the address."""
    return email in company.addresses


def set_for(company: Counterparty, person: User, *, wanted: bool) -> None:
    """Put a person's address on the counterparty's list, or take it off.

    What 1C says otherwise is then known and declined: it is no conflict that accounting has to settle.
    """
    with transaction.atomic():
        locked = Counterparty.objects.select_for_update().get(pk=company.pk)
        if go_to(locked, person.email) == wanted:
            return
        others = [each for each in locked.addresses if each != person.email]
        locked.email = ", ".join([*others, person.email] if wanted else others)
        if locked.onec.get("email") not in (None, "", locked.email):
            locked.declined = {**locked.declined, "email": locked.onec["email"]}
        locked.save(update_fields=["email", "declined"])
        kind = journal.Kind.LETTERS_ON if wanted else journal.Kind.LETTERS_OFF
        journal.note(kind, person=person, counterparty=locked)
