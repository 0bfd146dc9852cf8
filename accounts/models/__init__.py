"""Who may log in, and for which counterparty."""

from auditlog.registry import auditlog

from accounts.models.counterparty import Counterparty
from accounts.models.invitations import Invitation, InvitationLetter, InvitationRound
from accounts.models.journal import JournalEntry
from accounts.models.organization import Language, OrganizationSettings
from accounts.models.people import Membership, User, UserManager

__all__ = [
    "Counterparty", "Invitation", "InvitationLetter", "InvitationRound", "JournalEntry", "Language",
    "Membership", "OrganizationSettings", "User", "UserManager",
]  # fmt: skip

auditlog.register(User, exclude_fields=["password", "last_login", "session_epoch"])
auditlog.register(Counterparty, exclude_fields=["search", "onec", "seen_in"])
auditlog.register(OrganizationSettings)
