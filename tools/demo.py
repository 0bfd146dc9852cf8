"""`make demo`: a counterparty brings an act down without a person, and the act goes to Bitrix24."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import requests
from dotenv import dotenv_values
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from portal.env import NAMES
from tools.html_page import Page
from tools.ports import free_port
from tools.redis_server import throwaway_redis
from tools.visitor import TIMEOUT, DemoFailed, Visitor

RESULT = Path("demo/act.pdf")
STAFF = ", the admin"
"""How `demo_data` ends the line of a login of staff."""
SYSTEM = frozenset({"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH"})
"""What the demo takes from the shell: nothing that means anything to the portal."""
Result = TypeVar("Result")


@dataclass(frozen=True)
class Login:
    """Somebody that the demo data holds."""

    email: str
    password: str


def main() -> int:
    """Run the demo; 0 when demo/act.pdf is there, 1 with a plain sentence otherwise."""
    try:
        with tempfile.TemporaryDirectory(prefix="demo-") as folder, throwaway_redis() as redis_url:
            bring_an_act_down(throwaway_settings(Path(folder), free_port(), redis_url), Path(folder))
    except KeyboardInterrupt:
        return 130
    except (DemoFailed, LookupError, OSError) as error:  # requests' errors are OSErrors
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    return 0


def bring_an_act_down(settings: Mapping[str, str], folder: Path) -> None:
    """Do the main job from an empty database to a file, telling each step and its time."""
    began = time.monotonic()
    with portal(settings, folder) as running:
        site = f"http://localhost:{settings['PORT']}"
        login = step("Starting everything that `make run` starts", lambda: login_when_ready(running))
        visitor = Visitor(site)
        step(f"Logging in as {login.email}", lambda: log_in(visitor, login))
        page = step("Generating the act for last month", lambda: generate(visitor))
        pdf = step(f"Bringing the PDF down into {RESULT}", lambda: save_pdf(visitor, page))
        name = step("Looking for the counterparty in the PDF's text", lambda: check(pdf, page))
        sent = step(
            "Sending it to the stand-in for Bitrix24", lambda: send_to_bitrix24(settings, folder, name)
        )
    print(f"\n{sent}", end="")
    print(f"\n{RESULT} is the act of {name}, {len(pdf):,} bytes; {time.monotonic() - began:.1f} s in all.")


@contextmanager
def portal(settings: Mapping[str, str], folder: Path) -> "Iterator[subprocess.Popen[str]]":
    """Run the portal as `make run` does, with everything in a folder of its own."""
    running = subprocess.Popen(  # our own command
        [sys.executable, "-m", "tools.run", "--folder", str(folder)],
        env=dict(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield running
    finally:
        running.send_signal(signal.SIGINT)
        running.communicate()


def step(what: str, do: Callable[[], Result]) -> Result:
    """Say what is being done, do it, and print how long it took."""
    print(f"{what:<52}", end="", flush=True)
    began = time.monotonic()
    result = do()
    print(f"{time.monotonic() - began:6.2f} s", flush=True)
    return result


def login_when_ready(running: "subprocess.Popen[str]") -> Login:
    """Return a counterparty's login as soon as `make run` has printed it; raises DemoFailed when it ends."""
    printed = []
    for line in running.stdout or ():
        printed.append(line)
        if "Ctrl-C stops everything" in line:
            return counterparty_login("".join(printed))
    raise DemoFailed(f"the portal did not start:\n{''.join(printed)}")


def throwaway_settings(folder: Path, port: int, redis_url: str) -> dict[str, str]:
    """Return settings in which nothing of this computer's own `.env` or environment is left."""
    kept = {name: value for name, value in os.environ.items() if name in SYSTEM}
    return {
        **kept,
        **dict.fromkeys(NAMES, ""),
        "PORT": str(port),
        "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
        "REDIS_URL": redis_url,
        "MEDIA_ROOT": str(folder / "media"),
        "ONEC_AUTH_SCHEME": "x-api-key",
    }


def counterparty_login(printed: str) -> Login:
    """Return the first login of a counterparty among those that `demo_data` printed."""
    for line in printed.splitlines():
        found = re.search(r"(\S+@\S+)\s+(\S+)", line)
        if found and not line.endswith(STAFF):
            return Login(found[1], found[2])
    raise DemoFailed(f"the demo data names no counterparty's login:\n{printed}")


def log_in(visitor: Visitor, login: Login) -> None:
    """Log in by email and password, as the form asks for them."""
    visitor.send(visitor.open("/accounts/login/"), login=login.email, password=login.password)
    if urlsplit(visitor.address).path != "/acts/":
        raise DemoFailed(f"after the log-in the portal shows {visitor.address} and not /acts/")


def generate(visitor: Visitor) -> Page:
    """Ask for last month's act and return its page."""
    page = visitor.send(visitor.open("/acts/"), period="last_month")
    if urlsplit(visitor.address).path == "/acts/":
        raise DemoFailed(f"no act was generated; the page says: {page.text[:300]}")
    return page


def save_pdf(visitor: Visitor, page: Page) -> bytes:
    """Download the act's PDF and keep it."""
    links = [link for link in page.links if re.search(r"\bpdf\b", urlsplit(link).path)]
    if not links:
        raise DemoFailed("the act's page has no link to a PDF")
    pdf = visitor.download(links[0]).content
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_bytes(pdf)
    return pdf


def check(pdf: bytes, page: Page) -> str:
    """Return the counterparty's name after finding it in the PDF's text."""
    name = counterparty_in(page.heading)
    try:
        sheets = [sheet.extract_text() for sheet in PdfReader(BytesIO(pdf)).pages]
    except PyPdfError as error:
        raise DemoFailed(f"what came is no PDF: {error}") from error
    if not name or squeezed(name) not in squeezed(" ".join(sheets)):
        raise DemoFailed(f"the PDF does not name “{name}”")
    return name


def send_to_bitrix24(given: Mapping[str, str], folder: Path, name: str) -> str:
    """Put last month's act on the Drive and make its task; return what the command says.

    Raises DemoFailed unless Bitrix24 then holds one file and one task.
    """
    made = {key: value or "" for key, value in dotenv_values(folder / "laptop.env").items()}
    settings = {**given, **made}
    end = date.today().replace(day=1) - timedelta(days=1)  # noqa: DTZ011  # the day of whoever looks
    period = (end.replace(day=1).isoformat(), end.isoformat())
    command = [sys.executable, "manage.py", "bitrix24_act", guid_of(settings, name), *period]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DemoFailed(done.stderr)
    origin = settings["BITRIX24_WEBHOOK_URL"].partition("/rest/")[0]
    held = requests.get(f"{origin}/_control/state", timeout=TIMEOUT).json()
    if (len(held["files"]), len(held["tasks"])) != (1, 1):
        raise DemoFailed(f"Bitrix24 holds {len(held['files'])} files and {len(held['tasks'])} tasks")
    return done.stdout


def guid_of(settings: Mapping[str, str], name: str) -> str:
    """Return the guid of a counterparty in the stand-in for 1C."""
    url = f"{settings['ONEC_BASE_URL']}/hs/reconciliation/counterparties"
    listed = requests.get(url, headers={"X-API-Key": settings["ONEC_API_KEY"]}, timeout=TIMEOUT).json()
    for entry in listed["counterparties"]:
        if squeezed(entry["name"]) == squeezed(name):
            return str(entry["guid"])
    raise DemoFailed(f"1C lists no “{name}”")


def counterparty_in(heading: str) -> str:
    """Return the name in "Your organization: ООО «Ромашка», ИНН 7701234567"."""
    return re.sub(r"^[^:]*: | ?, \S+\s\d+$", "", heading)


def squeezed(text: str) -> str:
    """Return `text` without its spaces, which line breaks on paper change."""
    return "".join(text.split())


if __name__ == "__main__":
    sys.exit(main())
