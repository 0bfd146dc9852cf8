"""A request that is given up issues nothing, unless its act was issued already.

The browser names each press of the button by a random key. Whoever writes the key's row first has won: the
transaction that issues the act, or the one that cancels. So there is no moment in which both happen.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from reconciliation.errors import RequestCancelled
from reconciliation.models import ActRequest, IssuedAct

KEPT = timedelta(days=1)
LONGEST_KEY = 64


def end_with(act: IssuedAct, *, user: User, key: str) -> None:
    """Note inside the issuing transaction which act the request led to. Raises RequestCancelled."""
    if not _is_first(user, key, act):
        raise RequestCancelled(f"request {key}")


def cancel(*, user: User, key: str) -> IssuedAct | None:
    """Cancel the request; return the act if one had been issued for it by then."""
    if _is_first(user, key, None):
        return None
    return ActRequest.objects.select_related("act").get(user=user, key=key).act


def _is_first(user: User, key: str, act: IssuedAct | None) -> bool:
    """Write how the request ended, and forget the person's old ones; False when it had ended before."""
    ActRequest.objects.filter(user=user, ended_at__lt=timezone.now() - KEPT).delete()
    try:
        with transaction.atomic():
            ActRequest.objects.create(user=user, key=key, act=act)
    except IntegrityError:
        return False
    return True
