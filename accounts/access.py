"""The one rule of who may do what for which counterparty. Everything else asks it."""

from typing import Literal

from django.db.models import QuerySet

from accounts.models import Counterparty, Membership, User

Right = Literal["see", "issue", "manage"]
"""See acts and download them; have new ones issued; invite and remove colleagues."""
ROLES: dict[Right, tuple[Membership.Role, ...]] = {
    "see": (Membership.Role.OWNER, Membership.Role.ACCOUNTANT, Membership.Role.VIEWER),
    "issue": (Membership.Role.OWNER, Membership.Role.ACCOUNTANT),
    "manage": (Membership.Role.OWNER,),
}
VIEWING: tuple[Right, ...] = ("see", "issue")
"""What an accountant may who sees the portal as a counterparty does: an act that is issued so is marked."""


def counterparties_of(user: User, right: Right = "see") -> QuerySet[Counterparty]:
    """Return the counterparties for which the person has the right in the portal, by name.

    Staff get no exception here: an accountant works in the admin, under Django's permissions, but for one who
    sees the portal as a counterparty does.
    """
    if not user.is_active:
        return Counterparty.objects.none()
    if user.viewing:
        viewed = Counterparty.objects.filter(pk=user.viewing.pk)
        return viewed if right in VIEWING else viewed.none()
    own = Counterparty.objects.filter(memberships__user=user, memberships__role__in=ROLES[right])
    return own.order_by("name", "pk")


def may(user: User, right: Right, counterparty: Counterparty) -> bool:
    """Return whether the person has the right for the counterparty."""
    return counterparties_of(user, right).filter(pk=counterparty.pk).exists()
