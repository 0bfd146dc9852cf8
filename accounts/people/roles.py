"""What an owner does with colleagues: other roles, and taking access away. An owner is always left."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Counterparty, Membership

Role = Membership.Role
LAST_OWNER = _("A company keeps an owner: make somebody else the owner first.")
IS_GONE = _("This person has no access any more.")


def members_of(company: Counterparty) -> QuerySet[Membership]:
    """Return who has access to a counterparty, owners first."""
    found = Membership.objects.filter(counterparty=company, user__is_active=True)
    return found.select_related("user").order_by("role", "user__email")


def change_role(company: Counterparty, key: int, role: str) -> Membership:
    """Give a member another role. Raises ValidationError where that would leave no owner."""
    with transaction.atomic():
        member = _locked(company, key, stays_owner=role == Role.OWNER)
        member.role = role
        member.save(update_fields=["role"])
    return member


def remove(company: Counterparty, key: int) -> Membership:
    """Take a member's access away, with every session. Raises ValidationError for the last owner."""
    with transaction.atomic():
        member = _locked(company, key, stays_owner=False)
        member.delete()
    return member


def _locked(company: Counterparty, key: int, *, stays_owner: bool) -> Membership:
    """Return a member; of two owners who remove each other, the second one is refused."""
    members = {each.pk: each for each in members_of(company).select_for_update(of=("self",))}
    if (member := members.get(key)) is None:
        raise ValidationError(IS_GONE)
    others = any(each.role == Role.OWNER for each in members.values() if each.pk != key)
    if member.role == Role.OWNER and not stays_owner and not others:
        raise ValidationError(LAST_OWNER)
    return member
