"""A kept letter as a mail server gets it."""

import hashlib
import re
from email.message import Message

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage, EmailMultiAlternatives

from letters import marks
from letters.errors import AttachmentLost
from letters.kinds import Words
from letters.models import Attachment, Letter

FOLD = re.compile(r"\r?\n[ \t]+")
LONGEST_LINE = 998
"""What RFC 5322 allows."""


def message_of(letter: Letter, words: Words, to: list[str]) -> EmailMultiAlternatives:
    """Return the letter to these of its addresses. Raises AttachmentLost."""
    message = EmailMultiAlternatives(words.subject, words.text, to=to, headers=_headers_of(letter))
    message.from_email = marks.sender_of(letter.mark)  # of the envelope: reports come back to it
    if letter.reply_to:
        message.reply_to = [letter.reply_to]
    if words.html:
        message.attach_alternative(words.html, "text/html")
    for each in letter.attachments.all():
        message.attach(each.name, _content_of(each), each.content_type)
    return message


def on_one_line(letter: EmailMessage) -> Message:
    """Return the letter as it is sent, its headers on one line each.

    Folded after 78 characters, a Russian subject leaves its first line empty and is shown with a blank.
    """
    made = type(letter).message(letter)
    made.policy = made.policy.clone(max_line_length=LONGEST_LINE)
    for name, value in made.items():
        line = FOLD.sub(" ", str(value))
        if line != value and len(name) + len(line) + 2 <= LONGEST_LINE:
            made.replace_header(name, line)
    return made


def _headers_of(letter: Letter) -> dict[str, str]:
    headers = {
        "From": settings.DEFAULT_FROM_EMAIL,
        "Message-ID": marks.message_id(letter.kind, letter.mark),
        "Auto-Submitted": "auto-generated",
    }
    if letter.is_bulk and letter.reply_to:
        headers["List-Unsubscribe"] = f"<mailto:{letter.reply_to}?subject=unsubscribe>"
    return headers


def _content_of(attachment: Attachment) -> bytes:
    try:
        with default_storage.open(attachment.path, "rb") as file:
            content = bytes(file.read())
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() != attachment.sha256:
        raise AttachmentLost(attachment.path)
    return content
