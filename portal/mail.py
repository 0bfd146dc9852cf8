"""Letters over SMTP, their headers on one line."""

from collections.abc import Sequence
from email.message import Message
from functools import partial

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from reconciliation.connection_states import note_failure, note_success
from reconciliation.models import ConnectionState

MAIL = ConnectionState.Name.MAIL
LONGEST_LINE = 998
"""What RFC 5322 allows."""


class SmtpBackend(EmailBackend):
    """Folded after 78 characters, a Russian subject leaves its first line empty and is shown with a blank."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for each in email_messages:
            # On the letter itself: Django's SMTP backend has no public place for it.
            each.message = partial(_with_long_lines, each)  # type: ignore[method-assign,assignment]
        try:
            sent = super().send_messages(email_messages) or 0
        except OSError as error:  # smtplib's errors are such, too
            note_failure(MAIL, detail=type(error).__name__)
            raise
        note_success(MAIL)
        return sent


def _with_long_lines(letter: EmailMessage) -> Message:
    made = type(letter).message(letter)
    made.policy = made.policy.clone(max_line_length=LONGEST_LINE)
    return made
