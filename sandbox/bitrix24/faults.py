"""What can go wrong with Bitrix24, switched on for one method or, with `*`, for all."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sandbox.bitrix24.errors import RestError

ALL = "*"
CUTS = ("cut_before", "cut_after")
FOLDERS = ("disk.folder.uploadfile", "disk.folder.getchildren", "disk.folder.addsubfolder", "disk.folder.get")


@dataclass(frozen=True)
class Fault:
    """`refusal` comes instead of the answer, before anything is done; other faults act by their name."""

    name: str
    about: str
    value: Any = None
    refusal: Callable[[Any], RestError] | None = None


def _refusing(name: str, about: str, status: int, code: str, words: str) -> Fault:
    return Fault(name, about, refusal=lambda _value: RestError(status, code, words))


FAULTS = {
    fault.name: fault
    for fault in (
        Fault("slow", "nothing comes for as many seconds as the value says", 5.0),
        Fault("cut_before", "hangs up before anything is done; value: at every so manieth call", 1),
        Fault("cut_after", "does what was asked and hangs up; value: at every so manieth call", 1),
        Fault("cut_body", "does what was asked and hangs up in the middle of the answer"),
        Fault("error_after", "does what was asked and answers 500 INTERNAL_SERVER_ERROR"),
        Fault("not_json", "answers 200 with a page of HTML"),
        Fault("bad_gateway", "answers 502 with a page of HTML, as the web server in front does"),
        Fault("moved", "answers 302 to another address"),
        Fault("no_result", "answers 200 with JSON that holds no result"),
        Fault("batch_partial", "every so manieth command of a batch fails; the value says which", 3),
        Fault("manager_dismissed", "no employee but the first is active"),
        _refusing(
            "query_limit", "503 QUERY_LIMIT_EXCEEDED", 503, "QUERY_LIMIT_EXCEEDED", "Too many requests"
        ),
        _refusing(
            "operation_limit",
            "429 OPERATION_TIME_LIMIT",
            429,
            "OPERATION_TIME_LIMIT",
            "Method is blocked due to operation time limit.",
        ),
        _refusing(
            "rate_limit",
            "429 of the third version of REST",
            429,
            "BITRIX_REST_V3_EXCEPTION_RATELIMITEXCEPTION",
            "REST_V3_EXCEPTION_RATELIMITEXCEPTION",
        ),
        _refusing(
            "no_plan",
            "403 ACCESS_DENIED of a free plan",
            403,
            "ACCESS_DENIED",
            "REST API is available only on commercial plans",
        ),
        Fault("portal_gone", "answers 403 with a page of HTML, as for a portal that was deleted"),
        _refusing(
            "overload", "503 OVERLOAD_LIMIT", 503, "OVERLOAD_LIMIT", "REST API is blocked due to overload."
        ),
        _refusing(
            "expired_token",
            "401 expired_token",
            401,
            "expired_token",
            "The access token provided has expired.",
        ),
        _refusing(
            "no_webhook", "401 INVALID_CREDENTIALS", 401, "INVALID_CREDENTIALS", "Invalid request credentials"
        ),
        _refusing(
            "no_scope",
            "401 insufficient_scope",
            401,
            "insufficient_scope",
            "The request requires higher privileges than provided by the webhook token",
        ),
        _refusing("access_denied", "403 ACCESS_DENIED", 403, "ACCESS_DENIED", "Access denied."),
        _refusing(
            "no_method", "404 ERROR_METHOD_NOT_FOUND", 404, "ERROR_METHOD_NOT_FOUND", "Method not found!"
        ),
        _refusing(
            "server_error",
            "500 before anything is done",
            500,
            "INTERNAL_SERVER_ERROR",
            "Internal server error",
        ),
        _refusing("insecure", "400 INVALID_REQUEST", 400, "INVALID_REQUEST", "Https required."),
        _refusing(
            "folder_gone",
            "folders are not found",
            400,
            "ERROR_NOT_FOUND",
            "Could not find entity with id '8930'.",
        ),
        _refusing("folder_forbidden", "folders may not be touched", 403, "ACCESS_DENIED", "Access denied."),
    )
}


@dataclass
class Switch:
    """A fault that is on; `left` calls to go, None for any number."""

    method: str
    fault: Fault
    value: Any
    left: int | None
    seen: int = 0

    def concerns(self, method: str) -> bool:
        if self.left == 0 or self.method not in (ALL, method):
            return False
        if self.fault.name.startswith("folder_"):
            return method in FOLDERS
        return self.fault.name != "batch_partial" or method == "batch"


class Switchboard:
    """The faults that are on. Safe for threads."""

    def __init__(self) -> None:
        self._switches: list[Switch] = []
        self._lock = Lock()

    @property
    def switches(self) -> list[Switch]:
        """Those that still have calls to go."""
        return [switch for switch in self._switches if switch.left != 0]

    def set(self, method: str, name: str, value: Any = None, times: int | None = None) -> None:
        """Switch a fault on; raises KeyError when there is none of the name."""
        fault = FAULTS[name]
        switch = Switch(method.lower(), fault, fault.value if value is None else value, times)
        with self._lock:
            self._switches = [s for s in self._switches if (s.method, s.fault) != (switch.method, fault)]
            self._switches.append(switch)

    def clear(self) -> None:
        """Switch everything off."""
        with self._lock:
            self._switches = []

    def take(self, method: str) -> dict[str, Any]:
        """Return what happens to this call, as values by name, and count it."""
        with self._lock:
            taken = [switch for switch in self._switches if switch.concerns(method)]
            for switch in taken:
                switch.left = switch.left and switch.left - 1
                switch.seen += 1
            taken = [s for s in taken if s.fault.name not in CUTS or s.seen % int(s.value) == 0]
        return {switch.fault.name: switch.value for switch in taken}


def refuse(faults: dict[str, Any]) -> None:
    """Raise the refusal of the first fault that has one."""
    for name, value in faults.items():
        if make := FAULTS[name].refusal:
            raise make(value)
