"""A small readable inbox over a folder of letters; a letter runs no script in it and fetches nothing."""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from html import escape
from urllib.parse import quote

from sandbox.exchange import HTML, Call, Reply
from sandbox.letters import Letter, Letterbox

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'"
SAFE = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
)
LINK = re.compile(r"https?://[^\s<>\"']+")
IN_NEW_TAB = "allow-popups allow-popups-to-escape-sandbox"


def answer_inbox(letterbox: Letterbox, call: Call) -> Reply:
    """Return the list, a letter, its source or an attachment; 404 for anything else."""
    letters = {letter.name: letter for letter in letterbox.letters}
    match call.path.strip("/").split("/"):
        case [""]:
            return _page("Letters", _list(list(letters.values())))
        case ["letters", name] if name in letters:
            return _page(letters[name].subject, _show(letters[name]))
        case ["letters", name, "source"] if name in letters:
            return Reply(200, letters[name].raw, "text/plain; charset=utf-8", SAFE)
        case ["letters", name, "attachments", number] if name in letters:
            return _attachment(letters[name], number)
    return Reply(404, _page("Not found", "<p>There is no such letter.</p>").body, HTML, SAFE)


def _attachment(letter: Letter, number: str) -> Reply:
    if not number.isdecimal() or int(number) >= len(letter.attachments):
        return Reply(404, b"", HTML, SAFE)
    attachment = letter.attachments[int(number)]
    disposition = ("Content-Disposition", f"attachment; filename*=UTF-8''{quote(attachment.name, safe='')}")
    return Reply(200, attachment.content, "application/octet-stream", (*SAFE, disposition))


def _list(letters: list[Letter]) -> str:
    if not letters:
        return "<h1>Letters</h1><p>None yet.</p>"
    rows = "".join(_row(letter) for letter in reversed(letters))
    return f"<h1>Letters</h1><table><tr><th>When<th>To<th>Subject<th>Files</tr>{rows}</table>"


def _row(letter: Letter) -> str:
    subject = escape(letter.subject or "(no subject)")
    return (
        f"<tr><td>{escape(_when(letter))}<td>{escape(', '.join(letter.recipients))}"
        f'<td><a href="/letters/{quote(letter.name)}">{subject}</a><td>{len(letter.attachments) or ""}</tr>'
    )


def _when(letter: Letter) -> str:
    try:
        when: datetime = parsedate_to_datetime(str(letter.message.get("Date", "")))
    except ValueError:
        return ""
    return f"{when.astimezone():%d %b %Y %H:%M:%S}"


def _show(letter: Letter) -> str:
    text = f"<h2>Text</h2><pre>{_linked(letter.text)}</pre>" if letter.text else ""
    return f"""<p><a href="/">All letters</a></p>
<h1>{escape(letter.subject)}</h1>
<p>From {escape(letter.sender)}<br>To {escape(", ".join(letter.recipients))}<br>
{escape(_when(letter))} · <a href="/letters/{quote(letter.name)}/source">source</a></p>
{_attachments(letter)}{_html(letter)}{text}"""


def _attachments(letter: Letter) -> str:
    items = "".join(
        f'<li><a href="/letters/{quote(letter.name)}/attachments/{number}">{escape(attachment.name)}</a>'
        f" ({escape(attachment.content_type)}, {len(attachment.content):,} bytes)</li>"
        for number, attachment in enumerate(letter.attachments)
    )
    return f"<ul>{items}</ul>" if items else ""


def _html(letter: Letter) -> str:
    """Return the letter's HTML in a frame that runs nothing; its links open in a tab of their own."""
    if not letter.html:
        return ""
    content = escape(f'<base target="_blank">{letter.html}')
    return f'<iframe title="The letter" sandbox="{IN_NEW_TAB}" srcdoc="{content}"></iframe>'


def _linked(text: str) -> str:
    """Return the text escaped, with its web addresses as links."""
    pieces, end = [], 0
    for found in LINK.finditer(text):
        address = escape(found.group())
        pieces += [escape(text[end : found.start()]), f'<a target="_blank" href="{address}">{address}</a>']
        end = found.end()
    return "".join([*pieces, escape(text[end:])])


def _page(title: str, body: str) -> Reply:
    return Reply(200, PAGE.format(title=escape(title), body=body).encode("utf-8", "replace"), HTML, SAFE)


PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ overflow-wrap: anywhere; }}
table {{ border-collapse: collapse; width: 100%; }}
td, th {{ text-align: left; vertical-align: top; padding: .25rem 1rem .25rem 0;
  border-bottom: 1px solid #8884; }}
iframe {{ width: 100%; height: 36rem; border: 1px solid #8884; background: #fff; color-scheme: light; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; }}
</style></head><body>{body}</body></html>
"""
