"""The one rule of who may see which counterparty. Everything else asks it."""

from django.db.models import QuerySet

from accounts.models import Counterparty, User


def counterparties_of(user: User) -> QuerySet[Counterparty]:
    """Return the counterparties that the person acts for in the portal, by name.

    Staff get no exception here: an accountant works in the admin, under Django's permissions.
    """
    if not user.is_active:
        return Counterparty.objects.none()
    return Counterparty.objects.filter(memberships__user=user).order_by("name", "pk")
