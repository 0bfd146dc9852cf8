"""The key is taken in the ways that integrators of 1C send it."""

import requests

from sandbox.onec import OneCSandbox

WAYS: dict[str, dict[str, dict[str, str]]] = {
    "bearer": {"headers": {"Authorization": "Bearer sandbox-key"}},
    "raw": {"headers": {"Authorization": "sandbox-key"}},
    "x-api-key": {"headers": {"X-API-Key": "sandbox-key"}},
    "query": {"params": {"api_key": "sandbox-key"}},
}


def ping(sandbox: OneCSandbox, **way: dict[str, str]) -> requests.Response:
    return requests.get(f"{sandbox.url}/hs/reconciliation/ping", timeout=5, **way)  # type: ignore[arg-type]


def test_the_key_itself_is_never_written_down(onec: OneCSandbox) -> None:
    for way in WAYS.values():
        ping(onec, **way)
    assert "sandbox-key" not in repr(onec.calls)


def test_a_header_spelled_otherwise_is_not_found_by_the_handler(onec: OneCSandbox) -> None:
    assert ping(onec, headers={"x-api-key": "sandbox-key"}).status_code == 401
