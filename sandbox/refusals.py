"""Faults that answer instead of the service: what platform, web server or handler say when they will not."""

import codecs
import json
from typing import Any

from sandbox.auth import CHALLENGE, UNAUTHORIZED, credentials_of
from sandbox.fault import Fault, Refuse
from sandbox.http_messages import HTML, JSON, Call, Reply, error_reply
from sandbox.sessions import expired_reply

XML = "application/xml; charset=utf-8"
APACHE = """<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">
<html><head><title>404 Not Found</title></head><body>
<h1>Not Found</h1><p>The requested URL was not found on this server.</p>
<hr><address>Apache/2.4.57 (Win64) Server</address></body></html>"""
IIS = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">
<html><head><title>404 - File or directory not found.</title></head><body>
<h2>404 - File or directory not found.</h2>
<h3>The resource might have been removed or is temporarily unavailable.</h3></body></html>"""
BUSY = (("Retry-After", "2"),)
NO_LICENCE = "Не обнаружено свободной лицензии"
NOT_COMPILED = (
    "Ошибка при вызове HTTP-сервиса: {HTTPСервис.reconciliation.Модуль(12,1)}: Переменная не определена"
)
WRONG_USER = "Идентификация пользователя не выполнена. Неправильное имя или пароль пользователя"


BLOCKED = {
    "#exception": {"#value": "{http://v8.1c.ru/8.2/virtual-resource-system}Exception"},
    "exception": {
        "reason": 403,
        "descr": "HTTP: Forbidden\nОшибка при выполнении запроса GET к ресурсу /hs/reconciliation:",
        "inner": {
            "descr": "Начало сеанса с информационной базой запрещено.\nИдёт обновление",
            "inner": {"descr": "Идёт обновление"},
        },
    },
}
NGINX = "<html><head><title>{0}</title></head><body><h1>{0} Bad Gateway</h1><hr>nginx</body></html>"


def _says(status: int, text: str, headers: tuple[tuple[str, str], ...] = ()) -> Refuse:
    """Return a refusal in the platform's HTML."""
    page = f"<html><head><title>{status}</title></head><body><p>{text}</p></body></html>"
    return lambda _call, _value: Reply(status, page.encode(), HTML, headers)


def _errs(status: int, text: str) -> Refuse:
    """Return a refusal in the form of the service's contract."""
    return lambda _call, _value: error_reply(status, text)


def _not_published(_call: Call, value: Any) -> Reply:
    return Reply(404, (IIS if value == "iis" else APACHE).encode(), HTML)


def _blocked(_call: Call, _value: Any) -> Reply:
    return Reply(403, codecs.BOM_UTF8 + json.dumps(BLOCKED, ensure_ascii=False).encode(), JSON)


def _gateway(_call: Call, value: Any) -> Reply:
    return Reply(int(value), NGINX.format(value).encode(), HTML)


def _expired(_call: Call, _value: Any) -> Reply:
    return expired_reply()


def _stale(_call: Call, value: Any) -> Reply:
    text = f'<exception xmlns="http://v8.1c.ru/8.2/virtual-resource-system" reason="{value}">'
    return Reply(int(value), f"{text}<descr>Сеанс не найден</descr></exception>".encode(), XML)


def _unauthorized(_call: Call, _value: Any) -> Reply:
    return Reply(401, UNAUTHORIZED.encode(), HTML, (CHALLENGE,))


def _redirect(_call: Call, value: Any) -> Reply:
    return Reply(302, b"", HTML, (("Location", str(value)),))


def _has_bearer(call: Call) -> bool:
    return bool(credentials_of(call).bearer)


def _has_cookie(call: Call) -> bool:
    return bool(call.session)


def _refusal(name: str, about: str, refuse: Refuse, value: Any = None, **more: Any) -> Fault:
    return Fault(name, about, value, refuse=refuse, **more)


FAULTS = (
    _refusal(
        "bearer_intercepted",
        "500 «ошибка формата потока» to any Authorization: Bearer, as 8.3.24 to 8.3.26 do; others pass",
        _says(500, "ошибка формата потока"),
        when=_has_bearer,
    ),
    _refusal("unauthorized", '401 with WWW-Authenticate: Basic realm="1C:Enterprise 8.3"', _unauthorized),
    _refusal("forbidden", "403 in JSON: the key is known and may not", _errs(403, "Access denied")),
    _refusal(
        "not_published",
        'the web server\'s own 404 in HTML; value "apache" or "iis"',
        _not_published,
        value="apache",
    ),
    _refusal("unknown", "404 in JSON: no such counterparty", _errs(404, "Counterparty not found")),
    _refusal("bad_request", "400 in JSON", _errs(400, "date_from is not a date")),
    _refusal(
        "session_expired",
        "406 in XML to any call that comes with a session cookie; a new session is fine",
        _expired,
        when=_has_cookie,
        drops_session=True,
    ),
    _refusal(
        "stale_session",
        "value 400, 404 or 500 to any call that comes with a session cookie; a new session is fine",
        _stale,
        value=404,
        when=_has_cookie,
        drops_session=True,
    ),
    _refusal(
        "no_licence_500",
        "500 «Не обнаружено свободной лицензии»",
        _says(500, NO_LICENCE),
    ),
    _refusal(
        "no_licence_503",
        "503 «Не обнаружено свободной лицензии»",
        _says(503, NO_LICENCE),
    ),
    _refusal("maintenance", "403 in JSON with a byte order mark: sessions are blocked", _blocked),
    _refusal("gateway", "the value, 502 or 504, in HTML: nginx waits for 1C in vain", _gateway, value=502),
    _refusal("busy", "503 with Retry-After: 2", _says(503, "Сервис временно недоступен", BUSY)),
    _refusal("too_many", "429 with Retry-After: 2", _says(429, "Слишком много запросов", BUSY)),
    _refusal(
        "broken_extension",
        "500 on every endpoint: the extension's module does not compile",
        _says(500, NOT_COMPILED),
    ),
    _refusal(
        "wrong_usr_pwd",
        "500, not 401: Usr and Pwd in the publication are wrong",
        _says(500, WRONG_USER),
    ),
    _refusal(
        "redirect", "302 to the value, another path of the sandbox by default", _redirect, value="/elsewhere"
    ),
)
