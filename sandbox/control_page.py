"""The page for people at `/_control/`: which faults there are, which are on, and how to switch them."""

import json
from html import escape

from sandbox.fault import Fault
from sandbox.faults import FAULTS, Switch
from sandbox.ledger import Counterparty
from sandbox.onec_state import OneCState

SHOWN = 500


def page(sandbox: OneCState) -> str:
    """Return the page as HTML, everything in it escaped."""
    example = """{"guid": "*", "fault": "slow", "value": 3, "times": 1}"""
    return PAGE.format(
        url=escape(sandbox.url),
        curl=escape(f"curl -X POST {sandbox.url}/_control/faults -d '{example}'"),
        on="".join(map(_switch_row, sandbox.switchboard.switches)) or "<tr><td colspan=4>none</td></tr>",
        options="".join(f"<option>{escape(name)}</option>" for name in FAULTS),
        faults="".join(map(_fault_row, FAULTS.values())),
        counterparties="".join(map(_counterparty_row, sandbox.ledger.counterparties[:SHOWN])),
        known=len(sandbox.ledger.counterparties),
        shown=min(SHOWN, len(sandbox.ledger.counterparties)),
        calls=len(sandbox.calls),
    )


def _cells(*texts: str) -> str:
    return "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in texts) + "</tr>"


def _switch_row(switch: Switch) -> str:
    left = "until switched off" if switch.left is None else f"{switch.left} more"
    return _cells(switch.guid, switch.fault.name, _value(switch.value), left)


def _fault_row(fault: Fault) -> str:
    return _cells(fault.name, fault.about, _value(fault.value))


def _counterparty_row(counterparty: Counterparty) -> str:
    return _cells(counterparty.guid, counterparty.name, counterparty.inn, counterparty.currency)


def _value(value: object) -> str:
    text = "" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"


PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>1C sandbox</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100%; }}
td, th {{ text-align: left; vertical-align: top; padding: .25rem 1rem .25rem 0;
  border-bottom: 1px solid #8884; overflow-wrap: anywhere }}
td:first-child {{ min-width: 14rem }}
td:first-child, code {{ font-family: ui-monospace, monospace; font-size: .875rem; }}
form {{ display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; }}
label {{ display: grid; }}
input, select, button {{ font: inherit; min-height: 2rem; }}
</style></head><body>
<h1>1C sandbox</h1>
<p>Base URL: <code>{url}</code>. Calls so far: {calls} (<a href="/_control/calls">as JSON</a>).
<a href="#counterparties">Counterparties</a></p>
<h2>Switch a fault</h2>
<form id="switch">
<label>Counterparty, * for all <input name="guid" value="*" size="38" required></label>
<label>Fault <select name="fault">{options}</select></label>
<label>Value, in JSON <input name="value" size="12"></label>
<label>Times, empty for ever <input name="times" type="number" min="1" size="6"></label>
<button>Switch on</button> <button type="button" id="clear">Switch all off</button>
<output id="said" role="status"></output>
</form>
<p>Or: <code>{curl}</code></p>
<h2>On now</h2>
<table><tr><th>Counterparty<th>Fault<th>Value<th>How long</tr>{on}</table>
<h2>Faults</h2>
<table><tr><th>Name<th>What happens<th>Value unless given</tr>{faults}</table>
<h2 id="counterparties">Counterparties: {shown} of {known}</h2>
<table><tr><th>Guid<th>Name<th>Tax number<th>Currency</tr>{counterparties}</table>
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
    else try {{ data[name] = JSON.parse(data[name]); }} catch {{ /* a plain text is a text */ }}
  }}
  tell("POST", data);
}});
document.getElementById("clear").addEventListener("click", () => tell("DELETE"));
</script>
</body></html>
"""
