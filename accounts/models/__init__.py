"""Who may log in, and for which counterparty."""

from auditlog.registry import auditlog

from accounts.models.counterparty import Counterparty
from accounts.models.organization import Language, OrganizationSettings
from accounts.models.people import Membership, User, UserManager

__all__ = ["Counterparty", "Language", "Membership", "OrganizationSettings", "User", "UserManager"]

auditlog.register(User, exclude_fields=["password", "last_login"])
auditlog.register(Counterparty, exclude_fields=["search", "onec", "seen_in"])
for _model in (Membership, OrganizationSettings):
    auditlog.register(_model)
