"""What the letter of an invitation says, asked as it goes: its link gives access and is kept nowhere."""

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.template.loader import render_to_string
from django.utils import translation

from accounts.invitations import inviting
from accounts.invitations.accepting import is_void
from accounts.invitations.links import address_of
from accounts.models import Invitation, InvitationLetter
from accounts.names import shown_name
from letters import outbox
from letters.kinds import Words
from letters.models import Letter

State = Letter.State


def words(letter: Letter) -> Words | None:
    """Return the letter as it goes out; None when nothing that it offers is left."""
    mine = InvitationLetter.objects.filter(letter=letter.pk).first()
    invited = mine.invitations.all() if mine else Invitation.objects.none()
    invited = invited.select_related("counterparty", "user", "made_by").order_by("counterparty__name")
    still_open = [each for each in invited if each.is_open and not is_void(each)]
    if mine is None or not still_open:
        return None
    companies = [str(each.counterparty) for each in still_open]
    context = {
        "companies": companies,
        "invited_by": _inviter_of(still_open[0]),
        "url": address_of(mine),
        "days": settings.INVITATION_DAYS,
        "organization_name": settings.ORGANIZATION_NAME,
        "support_email": settings.ACCOUNTING_EMAIL,
        "site_url": settings.SITE_URL,
    }
    with translation.override(letter.language):
        subject = inviting.subject_of(companies[0])
        text = render_to_string("emails/invitation.txt", context)
        html = render_to_string("emails/invitation.html", context)
    return Words(" ".join(subject.split())[: outbox.LONGEST_SUBJECT], text, html)


def _inviter_of(invitation: Invitation) -> str:
    """Return how the letter names whoever invites."""
    by = invitation.made_by
    return shown_name(by.get_full_name(), by.email) if by else shown_name(invitation.made_by_name, "")


def not_arrived() -> QuerySet[Invitation]:
    """Return the open invitations whose newest letter failed, came back or is uncertain."""
    link = InvitationLetter.invitations.through
    newest = link.objects.filter(invitation=OuterRef("pk")).order_by("-invitationletter_id")
    still_open = Invitation.objects.filter(accepted_at=None, revoked_at=None)
    last = Subquery(newest.values("invitationletter__letter__state")[:1])
    return still_open.alias(last=last).filter(last__in=(State.FAILED, State.UNCERTAIN))
