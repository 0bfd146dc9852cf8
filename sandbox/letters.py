"""Letters as they came over SMTP, and as pages; a letter runs no script in its frame and fetches nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from html import escape
from pathlib import Path
from urllib.parse import quote

from sandbox.http_messages import HTML, Call, Reply

TO, SENDER = "X-Sandbox-To", "X-Sandbox-From"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'"
SAFE = (("Content-Security-Policy", POLICY), ("X-Content-Type-Options", "nosniff"))
FRAME = '<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="{}"></iframe>'


@dataclass(frozen=True)
class Letter:
    """One letter as it came over SMTP, kept as a file."""

    path: Path

    @cached_property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.path.read_bytes(), policy=policy.default)

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def subject(self) -> str:
        return str(self.message.get("Subject", ""))

    @property
    def recipients(self) -> list[str]:
        """The addresses that the letter was really handed over for, hidden copies among them."""
        return str(self.message.get(TO, "")).split()

    @property
    def sender(self) -> str:
        """The envelope's sender, to whom reports would come back."""
        return str(self.message.get(SENDER, ""))

    def body(self, kind: str) -> str:
        """Return the text ("plain") or the HTML ("html"); empty when there is none."""
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""

    @property
    def attachments(self) -> list[tuple[str, bytes]]:
        """Names and contents."""
        parts = self.message.iter_attachments()
        return [
            (part.get_filename() or "attachment", bytes(part.get_payload(decode=True) or b""))
            for part in parts
        ]


def answer_letters(letters: Sequence[Letter], call: Call) -> Reply:
    """Return the list, a letter or an attachment; 404 for anything else."""
    named = {letter.name: letter for letter in letters}
    match call.path.strip("/").split("/"):
        case [""]:
            rows = "".join(_row(letter) for letter in reversed(letters))
            return _page("Letters", f"<table>{rows}</table>" if rows else "<p>None yet.</p>")
        case ["letters", name] if name in named:
            return _page(named[name].subject, _letter(named[name]))
        case ["letters", name, number] if name in named and number.isdecimal():
            for file_name, content in named[name].attachments[int(number) : int(number) + 1]:
                disposition = f"attachment; filename*=UTF-8''{quote(file_name, safe='')}"
                headers = (*SAFE, ("Content-Disposition", disposition))
                return Reply(200, content, "application/octet-stream", headers)
    return Reply(404, b"There is no such letter.", HTML, SAFE)


def _row(letter: Letter) -> str:
    link = f'<a href="/letters/{quote(letter.name)}">{escape(letter.subject or "(no subject)")}</a>'
    return f"<tr><td>{escape(', '.join(letter.recipients))}<td>{link}</tr>"


def _letter(letter: Letter) -> str:
    files = "".join(
        f'<li><a href="/letters/{quote(letter.name)}/{number}">{escape(name)}</a> {len(content):,} bytes</li>'
        for number, (name, content) in enumerate(letter.attachments)
    )
    html, text = letter.body("html"), escape(letter.body("plain"))
    text = re.sub(
        r"https?://[^\s<>&\"']+(?:&amp;[^\s<>&\"']+)*", r'<a target="_blank" href="\g<0>">\g<0></a>', text
    )
    frame = FRAME.format(escape(f'<base target="_blank">{html}')) if html else ""
    to = escape(", ".join(letter.recipients))
    return f'<p><a href="/">All letters</a></p><p>To {to}</p><ul>{files}</ul>{frame}<pre>{text}</pre>'


def _page(title: str, body: str) -> Reply:
    page = PAGE.format(title=escape(title), body=body)
    return Reply(200, page.encode("utf-8", "replace"), HTML, SAFE)


PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
h1, pre {{ overflow-wrap: anywhere; white-space: pre-wrap; }}
td {{ padding-right: 1rem; vertical-align: top; }}
iframe {{ width: 100%; height: 36rem; border: 1px solid #8884; background: #fff; color-scheme: light; }}
</style></head><body><h1>{title}</h1>{body}</body></html>
"""
