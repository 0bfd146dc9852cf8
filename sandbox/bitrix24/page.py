"""The page for people: what a manager would see in Bitrix24, and the faults."""

from collections.abc import Iterable
from html import escape
from typing import TypeVar

from sandbox.bitrix24.company import Company, DriveObject, Task
from sandbox.bitrix24.faults import FAULTS
from sandbox.bitrix24.state import Bitrix24State

SHOWN = 200
T = TypeVar("T")
NONE = "<p>None yet.</p>"


def page(sandbox: Bitrix24State) -> str:
    """Return the page as HTML, everything in it escaped."""
    company = sandbox.company
    tasks = [_task(company, task) for task in _newest(company.tasks.values())]
    comments = [
        _entry(_firm(company, each.entity_id), each.text, "".join(f" [{name}]" for name, _ in each.files))
        for each in _newest(company.comments)
    ]
    notes = [_entry(_person(company, each.person), each.message, "") for each in _newest(company.notes)]
    switches = [
        _row(s.method, s.fault.name, str(s.value or ""), "until off" if s.left is None else str(s.left))
        for s in sandbox.faults.switches
    ]
    used = [_row(name, f"{seconds:.1f} s") for name, seconds in sandbox.limits.used().items()]
    return PAGE.format(
        webhook=escape(sandbox.webhook),
        drive=_folder(company, 0),
        tasks="".join(tasks) or NONE,
        comments="".join(comments) or NONE,
        notes="".join(notes) or NONE,
        on="".join(switches) or _row("none"),
        options="".join(f"<option>{escape(name)}</option>" for name in FAULTS),
        faults="".join(_row(each.name, each.about, str(each.value or "")) for each in FAULTS.values()),
        used="".join(used) or _row("none"),
    )


def _newest(things: Iterable[T]) -> list[T]:
    return list(things)[::-1][:SHOWN]


def _folder(company: Company, number: int) -> str:
    held = company.children(number)
    return "<ul>" + "".join(_object(company, each) for each in held[:SHOWN]) + "</ul>" if held else ""


def _object(company: Company, held: DriveObject) -> str:
    if held.is_folder:
        return f"<li><b>{escape(held.name)}</b> <small>{held.id}</small>{_folder(company, held.id)}"
    size = f"{len(held.content or b''):,} bytes"
    more = f", version {held.versions}" if held.versions > 1 else ""
    return f'<li><a href="/files/{held.id}">{escape(held.name)}</a> <small>{held.id}, {size}{more}</small>'


def _task(company: Company, task: Task) -> str:
    fields = task.fields
    links = "".join(
        f' <a href="/files/{escape(str(file).removeprefix("n"))}">file</a>'
        for file in fields.get("UF_TASK_WEBDAV_FILES") or ()
    )
    firms = fields.get("UF_CRM_TASK")
    about = ", ".join(
        _firm(company, int(code.removeprefix("CO_")))
        for code in (firms if isinstance(firms, list) else [firms or ""])
        if code.removeprefix("CO_").isdecimal()
    )
    responsible = _person(company, int(fields.get("RESPONSIBLE_ID") or 0))
    head = f"<b>{escape(str(fields['TITLE']))}</b> <small>{task.id}</small>{links}"
    line = f"{escape(responsible)}, until {escape(str(fields.get('DEADLINE', '')))}; {escape(about)}"
    text = escape(str(fields.get("DESCRIPTION", "")))
    lines = "".join(f"<li>{escape(line.title)}</li>" for line in task.checklist if line.parent)
    return f"<article>{head}<p>{line}</p><pre>{text}</pre><ul>{lines}</ul></article>"


def _entry(whose: str, text: str, more: str) -> str:
    return f"<article><b>{escape(whose)}</b>{escape(more)}<pre>{escape(text)}</pre></article>"


def _person(company: Company, number: int) -> str:
    person = company.people.get(number)
    return f"{person.name} {person.last_name}" if person else f"user {number}"


def _firm(company: Company, number: int) -> str:
    firm = company.firms.get(number)
    return firm.title if firm else f"company {number}"


def _row(*texts: str) -> str:
    return "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in texts) + "</tr>"


PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Bitrix24 sandbox</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }}
td {{ padding: 0 1rem 0.25rem 0; vertical-align: top; overflow-wrap: anywhere; }}
article {{ border-bottom: 1px solid #8884; padding: 0.5rem 0; overflow-wrap: anywhere; }}
article p {{ margin: 0; }}
pre {{ font: inherit; white-space: pre-wrap; margin: 0.25rem 0; }}
small {{ opacity: 0.7; }}
input, select, button {{ font: inherit; }}
</style></head><body>
<h1>Bitrix24 sandbox</h1>
<p>Webhook: <code>{webhook}</code></p>
<h2>Drive</h2>{drive}
<h2>Tasks</h2>{tasks}
<h2>Timelines of companies</h2>{comments}
<h2>Notifications</h2>{notes}
<h2>Server time used in the window</h2><table>{used}</table>
<h2>Faults</h2>
<form id="switch">
<label>Method <input name="method" value="*"></label>
<label>Fault <select name="fault">{options}</select></label>
<label>Value <input name="value" size="6"></label>
<label>Times <input name="times" size="4"></label>
<button>Switch on</button> <button type="button" id="clear">Switch all off</button>
<output id="said" role="status"></output>
</form>
<h3>On now</h3><table>{on}</table>
<h3>All</h3><table>{faults}</table>
<script>
const form = document.getElementById("switch"), said = document.getElementById("said");
async function tell(method, body) {{
  const answer = await fetch("/_control/faults", {{ method, body: body && JSON.stringify(body) }});
  if (answer.ok) location.reload(); else said.textContent = (await answer.json()).error;
}}
form.addEventListener("submit", (event) => {{
  event.preventDefault();
  const data = Object.fromEntries(new FormData(form));
  for (const name of ["value", "times"]) {{
    if (data[name] === "") delete data[name];
    else data[name] = Number(data[name]);
  }}
  tell("POST", data);
}});
document.getElementById("clear").addEventListener("click", () => tell("DELETE"));
</script>
</body></html>
"""
