"""Letters over SMTP, their headers on one line."""

from collections.abc import Sequence
from functools import partial

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from letters.message import on_one_line
from reconciliation.models import ConnectionState
from reconciliation.monitoring.connection_states import note_failure, note_success

MAIL = ConnectionState.Name.MAIL


class SmtpBackend(EmailBackend):
    """Keeps headers on one line, and notes how mail is doing."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for each in email_messages:
            # On the letter itself: Django's SMTP backend has no public place for it.
            each.message = partial(on_one_line, each)  # type: ignore[method-assign,assignment]
        try:
            sent = super().send_messages(email_messages) or 0
        except OSError as error:  # smtplib's errors are such, too
            note_failure(MAIL, detail=type(error).__name__)
            raise
        note_success(MAIL)
        return sent
