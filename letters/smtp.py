"""One session with the mail server, in which it is known to the line whether a letter may have arrived."""

import re
import smtplib
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Self

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from letters.errors import MailBusy, MailError, MailRefused, MailUncertain
from letters.message import on_one_line

TAKEN, SEND_NOW, REFUSED = 250, 354, 500
LINE_OF_DOTS = re.compile(rb"^\.", re.MULTILINE)
Refusals = Mapping[str, MailError]
"""By address."""


class MailSession:
    """Sends letters over one connection, opened with the first of them."""

    def __init__(self, listener: Callable[[MailError | None], None] = lambda _error: None) -> None:
        """`listener` hears how the mail server is doing: None when it took a letter."""
        self._backend, self._listener = get_connection(), listener

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._backend.close()

    def send(self, letter: EmailMessage, hand_over: Callable[[], bool]) -> Refusals:
        """Send a letter; return those of its addresses that the server does not take, and why.

        `hand_over` is called just before the text goes: from then on it may arrive; False stops it. Without
        an address that is taken nothing goes. Raises MailBusy or MailRefused (nothing arrived), or
        MailUncertain.
        """
        if not isinstance(self._backend, EmailBackend):  # a file, the console, a test's memory
            if hand_over():
                self._backend.send_messages([letter])
            return {}
        try:
            refusals = self._send(self._connected(), letter, hand_over)
        except BaseException as error:
            self._hang_up()  # the next letter must not meet what is left of this one
            if isinstance(error, MailError) and not isinstance(error, MailRefused):
                self._listener(error)
            raise
        self._listener(None)
        return refusals

    def _connected(self) -> smtplib.SMTP:
        try:
            self._backend.open()
        except (OSError, smtplib.SMTPException) as error:
            raise MailBusy(type(error).__name__) from None
        return self._backend.connection  # type: ignore[no-any-return,attr-defined]  # the backend's own

    def _send(self, smtp: smtplib.SMTP, letter: EmailMessage, hand_over: Callable[[], bool]) -> Refusals:
        refusals = _name_addresses(smtp, letter)
        if len(refusals) == len(letter.recipients()):
            self._hang_up()
            return refusals
        text = on_one_line(letter).as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own message
        _expect(_command(lambda: smtp.docmd("DATA")), SEND_NOW)
        if not hand_over():
            self._hang_up()  # without the dot at the end nothing arrives
            return refusals
        _command(partial(_send_text, smtp, text))
        try:
            reply = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise MailUncertain(type(error).__name__) from None
        _expect(reply, TAKEN)
        return refusals

    def _hang_up(self) -> None:
        connection = getattr(self._backend, "connection", None)
        if connection is not None:
            with suppress(OSError):
                connection.close()
            self._backend.connection = None  # type: ignore[attr-defined]  # the SMTP backend's own


def _name_addresses(smtp: smtplib.SMTP, letter: EmailMessage) -> Refusals:
    """Say whose letter it is and for whom; return the addresses that are not taken."""
    _command(partial(_greet, smtp))
    _expect(_command(lambda: smtp.mail(sanitize_address(letter.from_email, "utf-8"))), TAKEN)
    replies = {
        address: _command(partial(smtp.rcpt, sanitize_address(address, "utf-8")))
        for address in letter.recipients()
    }
    found = {address: _error_of(reply, TAKEN) for address, reply in replies.items()}
    return {address: error for address, error in found.items() if error}


Reply = tuple[int, bytes]


def _greet(smtp: smtplib.SMTP) -> Reply:
    smtp.ehlo_or_helo_if_needed()
    return TAKEN, b""


def _send_text(smtp: smtplib.SMTP, text: bytes) -> Reply:
    """Send the letter with the dot that ends it; without that dot it does not arrive."""
    smtp.send(LINE_OF_DOTS.sub(b"..", text) + b"\r\n.\r\n")
    return TAKEN, b""


def _command(say: Callable[[], Reply]) -> Reply:
    """Return the server's reply; a line that breaks here has brought no letter."""
    try:
        return say()
    except (OSError, smtplib.SMTPException) as error:
        raise MailBusy(type(error).__name__) from None


def _expect(reply: Reply, code: int) -> None:
    if error := _error_of(reply, code):
        raise error


def _error_of(reply: Reply, code: int) -> MailError | None:
    """Return what a reply means that is not the one hoped for; None when it is."""
    found, words = reply
    if found == code or (code == TAKEN and found // 100 == 2):
        return None
    detail = f"{found} {words.decode('utf-8', 'replace')}"
    return MailRefused(detail) if found >= REFUSED else MailBusy(detail)
