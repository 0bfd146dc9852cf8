"""The key is taken in the ways that integrators of 1C send it."""

import pytest
import requests

from sandbox.auth import Scheme
from sandbox.onec import OneCSandbox

WAYS: dict[str, dict[str, dict[str, str]]] = {
    "bearer": {"headers": {"Authorization": "Bearer sandbox-key"}},
    "raw": {"headers": {"Authorization": "sandbox-key"}},
    "x-api-key": {"headers": {"X-API-Key": "sandbox-key"}},
    "query": {"params": {"api_key": "sandbox-key"}},
}


def ping(sandbox: OneCSandbox, **way: dict[str, str]) -> requests.Response:
    return requests.get(f"{sandbox.url}/hs/reconciliation/ping", timeout=5, **way)  # type: ignore[arg-type]


@pytest.mark.parametrize("way", WAYS)
def test_any_way_will_do_and_is_written_down_by_name(onec: OneCSandbox, way: str) -> None:
    assert ping(onec, **WAYS[way]).ok
    assert onec.calls[0].auth == way


def test_the_key_itself_is_never_written_down(onec: OneCSandbox) -> None:
    for way in WAYS.values():
        ping(onec, **way)
    assert "sandbox-key" not in repr(onec.calls)


@pytest.mark.parametrize("scheme", ["bearer", "raw", "x-api-key", "query"])
def test_a_service_of_one_way_takes_no_other(scheme: Scheme) -> None:
    with OneCSandbox(auth_scheme=scheme) as sandbox:
        passed = {way for way, given in WAYS.items() if ping(sandbox, **given).ok}
    assert passed == {scheme}


def test_no_key_and_a_wrong_key_are_refused(onec: OneCSandbox) -> None:
    assert ping(onec).status_code == 401
    wrong = ping(onec, headers={"Authorization": "Bearer other"})
    assert (wrong.status_code, wrong.json()) == (401, {"error": "Wrong key"})


def test_a_header_spelled_otherwise_is_not_found_by_the_handler(onec: OneCSandbox) -> None:
    assert ping(onec, headers={"x-api-key": "sandbox-key"}).status_code == 401


def test_a_1c_user_is_asked_for_in_front_of_the_key() -> None:
    with OneCSandbox(basic="portal:secret") as sandbox:
        without = ping(sandbox, headers={"X-API-Key": "sandbox-key"})
        user_alone = requests.get(
            f"{sandbox.url}/hs/reconciliation/ping", auth=("portal", "secret"), timeout=5
        )
        both = requests.get(
            f"{sandbox.url}/hs/reconciliation/ping",
            auth=("portal", "secret"),
            headers={"X-API-Key": "sandbox-key"},
            timeout=5,
        )
    assert without.headers["WWW-Authenticate"] == 'Basic realm="1C:Enterprise 8.3"'
    assert (without.status_code, user_alone.status_code, both.status_code) == (401, 401, 200)
