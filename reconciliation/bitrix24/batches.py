"""Many commands in one request: what goes together, how Bitrix24 wants it, and what came of each."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from b24pysdk.utils.encoding import encode_params

from reconciliation.bitrix24.refusals import OVER_WINDOW, refusal_of
from reconciliation.bitrix24.rest import seconds_of
from reconciliation.errors import Bitrix24Error, Bitrix24Unclear

MOST_COMMANDS = 50
MOST_BYTES = 4 * 1024 * 1024
MOST_SECONDS = 30.0
"""Of server time; Bitrix24 cuts a request off after 60."""


@dataclass(frozen=True)
class Command:
    """One call of a method."""

    method: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What a method gave; `total` and `next` of lists, 0 when there are none."""

    result: Any
    total: int = 0
    next: int = 0


Outcome = Answer | Bitrix24Error


def encoded(command: Command) -> str:
    """Return a command as the text that `batch` wants."""
    return f"{command.method}?{encode_params(without_booleans(command.params))}"


def without_booleans(value: Any) -> Any:
    """Return parameters with 1 and 0: in a query string “False” would be true."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Mapping):
        return {key: without_booleans(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [without_booleans(each) for each in value]
    return value


def split(commands: Mapping[str, Command], costs: Mapping[str, float]) -> Iterator[dict[str, str]]:
    """Yield requests of encoded commands by name, within Bitrix24's limits; `costs`: seconds by method."""
    request: dict[str, str] = {}
    size = seconds = 0.0
    for name, command in commands.items():
        text, cost = encoded(command), costs.get(command.method, 0.0)
        length = len(json.dumps(text))
        full = size + length > MOST_BYTES or seconds + cost > MOST_SECONDS
        if request and (full or len(request) == MOST_COMMANDS):
            yield request
            request, size, seconds = {}, 0.0, 0.0
        request[name] = text
        size, seconds = size + length, seconds + cost
    if request:
        yield request


def keyed(request: Mapping[str, str]) -> dict[str, str]:
    """Return the request under keys that PHP never takes for the numbers of a list."""
    return {f"c{position}": text for position, text in enumerate(request.values())}


def outcomes(request: Sequence[str], result: Any, *, application: bool) -> dict[str, Outcome]:
    """Return what came of each command of a request, by its name."""
    parts = result if isinstance(result, dict) else {}
    done, failed = _mapping(parts, "result"), _mapping(parts, "result_error")
    totals, nexts = _mapping(parts, "result_total"), _mapping(parts, "result_next")
    found: dict[str, Outcome] = {}
    for position, name in enumerate(request):
        key = f"c{position}"
        if key in failed:
            found[name] = _refusal(failed[key], application=application)
        elif key in done:
            found[name] = Answer(done[key], count_of(totals, key), count_of(nexts, key))
        else:
            found[name] = Bitrix24Unclear("Bitrix24 says nothing of this command of the batch")
    return found


def costs_of(request: Mapping[str, str], result: Any, seconds: float) -> list[tuple[str, float]]:
    """Return each command's method and server time, all within the `seconds` of the batch.

    Some figures of the commands are copies of the batch's (bitrix24/b24jssdk#539).
    """
    times = _mapping(result if isinstance(result, dict) else {}, "result_time")
    methods = [text.partition("?")[0] for text in request.values()]
    found = [(method, seconds_of(times.get(f"c{position}"))) for position, method in enumerate(methods)]
    share = min(1.0, seconds / (sum(each for _, each in found) or 1.0))
    return [(method, each * share) for method, each in found if each]


def over_window(request: Mapping[str, str], result: Any) -> list[str]:
    """Return the methods of a batch that have used their time."""
    failed = _mapping(result if isinstance(result, dict) else {}, "result_error")
    methods = {f"c{n}": text.partition("?")[0] for n, text in enumerate(request.values())}
    return [methods[key] for key, answer in failed.items() if OVER_WINDOW in str(answer) and key in methods]


def _mapping(parts: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a part by key; PHP writes an empty one as a list."""
    part = parts.get(name)
    return part if isinstance(part, dict) else {}


def count_of(parts: Mapping[str, Any], name: str) -> int:
    """Return a count that an answer may hold, 0 without it."""
    value = parts.get(name)
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else 0


def _refusal(answer: Any, *, application: bool) -> Bitrix24Error:
    answer = answer if isinstance(answer, dict) else {"error_description": answer}
    words = str(answer.get("error_description") or "")
    return refusal_of(str(answer.get("error") or ""), words, 400, application=application)
