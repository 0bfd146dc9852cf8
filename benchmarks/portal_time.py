"""Measure what the portal adds to 1C's own time, and forty people who generate acts at once.

Everything runs as under `make run`, with a database, a Redis and a 1C sandbox that are thrown away:

    python -m benchmarks.portal_time
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urljoin

import requests

from tools import demo
from tools.ports import LOOPBACK, free_port
from tools.redis_server import throwaway_redis
from tools.run import SANDBOX_KEY

ROWS, ACTS, WARM = 30, 60, 6
PEOPLE, PLACES, THINKING = 40, 4, 1.5
PAUSE = 0.05
PAGES = {"/acts/": "the page of acts", "/accounts/login/": "the log-in page"}


@dataclass(frozen=True)
class Target:
    """What has to hold, and what came out."""

    text: str
    measured: float
    limit: float

    def __str__(self) -> str:
        verdict = "met" if self.measured <= self.limit else "MISSED"
        return f"{self.text:58}{self.measured:9.1f}  at most {self.limit:g}  {verdict}"


@dataclass(frozen=True)
class Taken:
    """How long one act took, in seconds: all of it, the answer to the form, the act's page, the file."""

    whole: float
    form: float
    page: float
    file: float


class Company:
    """A counterparty whose months are asked for one after the other, so that each act is a new one."""

    def __init__(self, guid: str) -> None:
        self.guid = guid
        self._next = date(2023, 1, 1)

    def next_month(self) -> tuple[str, str]:
        first = self._next
        self._next = (first + timedelta(days=31)).replace(day=1)
        return first.isoformat(), (self._next - timedelta(days=1)).isoformat()


class Person:
    """Somebody logged in, with connections that are kept as a browser keeps them."""

    def __init__(self, site: str, cookie: str) -> None:
        self._site = site
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.cookies.set("sessionid", cookie)
        self._http.get(f"{site}/acts/", timeout=30).raise_for_status()

    def bring(self, guid: str, month: tuple[str, str]) -> Taken:
        """Send the form, follow to the act's page, bring the PDF down."""
        asked = {"counterparty": guid, "period": "custom", "date_from": month[0], "date_to": month[1]}
        asked["csrfmiddlewaretoken"] = self._http.cookies["csrftoken"]
        began = time.perf_counter()
        page = self._http.post(f"{self._site}/acts/", asked, timeout=60)
        if not page.history:
            raise RuntimeError(f"no act but {page.status_code}")
        file = self._http.get(urljoin(page.url, "pdf"), timeout=60)
        whole = time.perf_counter() - began
        if not file.content.startswith(b"%PDF"):
            raise RuntimeError(f"no PDF but {file.status_code} at {file.url}")
        seconds = [answer.elapsed.total_seconds() for answer in (page.history[0], page, file)]
        return Taken(whole, *seconds)


class OneC:
    """The same 1C, called directly."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers.update({"X-API-Key": SANDBOX_KEY, "IBSession": "start"})

    def ask(self, guid: str, month: tuple[str, str]) -> float:
        """Return the seconds that 1C needs for an act's data."""
        query = {"counterparty_guid": guid, "date_from": month[0], "date_to": month[1], "format": "json"}
        began = time.perf_counter()
        answer = self._http.get(f"{self._url}/hs/reconciliation/act", params=query, timeout=60)
        answer.raise_for_status()
        return time.perf_counter() - began

    def switch(self, name: str, value: float) -> None:
        fault = {"guid": "*", "fault": name, "value": value}
        self._http.post(f"{self._url}/_control/faults", json=fault, timeout=10).raise_for_status()

    def count_anew(self) -> None:
        self._http.delete(f"{self._url}/_control/calls", timeout=10).raise_for_status()

    def most_at_once(self) -> int:
        return int(self._http.get(f"{self._url}/_control/calls", timeout=10).json()["max_concurrent"])


@dataclass(frozen=True)
class Place:
    """Where everything listens, and who is logged in there: session cookies and counterparties."""

    site: str
    onec: OneC
    people: list[tuple[str, str]]


def settings_of(folder: Path, redis_url: str) -> dict[str, str]:
    more = {"ACT_PDF_SOURCE": "portal", "ONEC_CONCURRENCY": str(PLACES)}
    return demo.throwaway_settings(folder, free_port(), redis_url) | more


def let_people_in(settings: dict[str, str], running: "subprocess.Popen[str]") -> Place:
    """Make the people as soon as the portal is there; where 1C is stands in the note of `make run`."""
    demo.login_when_ready(running)
    beside = Path(settings["DATABASE_URL"].removeprefix("sqlite:///")).parent / "laptop.env"
    noted = dict(line.split("=", 1) for line in beside.read_text(encoding="utf-8").splitlines())
    command = [sys.executable, "-m", "benchmarks.portal_time", "--people"]
    made = subprocess.run(command, env=settings | noted, stdout=subprocess.PIPE, text=True, check=True)
    people = [(cookie, guid) for cookie, guid in json.loads(made.stdout.splitlines()[-1])]
    return Place(f"http://{LOOPBACK}:{settings['PORT']}", OneC(noted["ONEC_BASE_URL"]), people)


def print_people() -> None:
    """Make the people, each with a counterparty, and print their session cookies; inside the portal."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    import django

    django.setup()
    from django.test import Client

    from accounts.models import Counterparty, Membership, User
    from reconciliation import connections

    first = next(connections.onec().pages(on=date(2026, 1, 1), nonzero=False))
    made = []
    for number, row in zip(range(PEOPLE), first.counterparties, strict=False):
        user = User.objects.create_user(f"person{number}@load.example")
        company = Counterparty.objects.get_or_create(
            onec_guid=row.guid, defaults={"name": row.name, "inn": row.inn}
        )[0]
        Membership.objects.create(user=user, counterparty=company)
        client = Client()
        client.force_login(user)
        made.append((client.cookies["sessionid"].value, row.guid))
    print(json.dumps(made))


def measure_one(place: Place) -> list[Target]:
    """One person after the other; the same question goes to 1C directly, before and after."""
    place.onec.switch("many_rows", ROWS)
    crowd = [(Person(place.site, cookie), Company(guid)) for cookie, guid in place.people[:4]]
    taken: list[Taken] = []
    direct: list[float] = []
    for number in range(WARM + ACTS):
        person, company = crowd[number % len(crowd)]
        month = company.next_month()
        place.onec.ask(company.guid, month)  # the sandbox makes its figures up when it is asked first
        taken.append(person.bring(company.guid, month))
        direct.append(place.onec.ask(company.guid, month))
    return report_one(taken[WARM:], direct[WARM:])


def report_one(taken: list[Taken], direct: list[float]) -> list[Target]:
    """Print what one act costs and return the goal."""
    portal = sorted(each.whole - own for each, own in zip(taken, direct, strict=True))
    whole, own = statistics.median(each.whole for each in taken), statistics.median(direct)
    print(f"\n{len(taken)} new acts of {ROWS} rows, one after the other; medians, ms")
    print(f"  1C alone {1000 * own:.1f}; log-in kept, form to PDF {1000 * whole:.1f} ({whole / own:.0f}×)")
    for part in ("form", "page", "file"):
        print(f"    {part:6}{1000 * statistics.median(getattr(each, part) for each in taken):6.1f}")
    print(f"  the portal's own: median {1000 * statistics.median(portal):.1f}, p95 {1000 * p95(portal):.1f}")
    return [Target("the portal's own time for an act, median, ms", 1000 * statistics.median(portal), 80)]


def measure_crowd(place: Place) -> list[Target]:
    """All at once, while 1C thinks; another process looks at pages all along."""
    place.onec.switch("slow", THINKING)
    months = [Company(guid) for _, guid in place.people]
    own = statistics.median(
        place.onec.ask(place.people[0][1], ("2022-01-01", "2022-01-31")) for _ in range(3)
    )
    place.onec.count_anew()
    crowd = [Person(place.site, cookie) for cookie, _ in place.people]
    mine, theirs = get_context("spawn").Pipe()
    prober = get_context("spawn").Process(target=probe, args=(place.site, place.people[0][0], theirs))
    prober.start()
    mine.recv()
    together = threading.Barrier(PEOPLE)

    def wait_and_bring(number: int) -> float | str:
        together.wait()
        try:
            return crowd[number].bring(place.people[number][1], ("2022-02-01", "2022-02-28")).whole
        except (RuntimeError, requests.RequestException) as error:
            return str(error)

    with ThreadPoolExecutor(PEOPLE) as pool:
        waits = list(pool.map(wait_and_bring, range(len(months))))
    mine.send("enough")
    seen: dict[str, list[float]] = mine.recv()
    prober.join()
    return report_crowd(waits, seen, own, place.onec.most_at_once())


def probe(site: str, cookie: str, told: Connection) -> None:
    """Look at pages that need no 1C, each over a new connection, until told that it is enough."""
    seen: dict[str, list[float]] = {path: [] for path in PAGES}
    told.send("ready")
    while not told.poll(PAUSE):
        for path, taken in seen.items():
            # Who is logged in is not shown the log-in page.
            cookies = {"sessionid": cookie} if path == "/acts/" else {}
            began = time.perf_counter()
            answer = requests.get(site + path, cookies=cookies, allow_redirects=False, timeout=60)
            taken.append(time.perf_counter() - began)
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answered {answer.status_code}")
    told.send(seen)


def report_crowd(
    waits: list[float | str], seen: dict[str, list[float]], own: float, most: int
) -> list[Target]:
    """Print how the crowd fared and return the goals."""
    got = sorted(wait for wait in waits if isinstance(wait, float))
    errors = [wait for wait in waits if isinstance(wait, str)]
    queue = PEOPLE / PLACES * own
    print(f"\n{PEOPLE} people at once; 1C takes {own:.2f} s, {PLACES} at a time: a queue of {queue:.2f} s")
    print(
        f"  waited: shortest {got[0]:.2f} s, median {statistics.median(got):.2f} s, longest {got[-1]:.2f} s"
    )
    print(f"  errors: {len(errors)} {sorted(set(errors)) or ''}; most calls at once in 1C: {most}")
    for path, taken in seen.items():
        taken.sort()
        middle, high = 1000 * statistics.median(taken), 1000 * p95(taken)
        most_of_all = 1000 * taken[-1]
        print(
            f"  {path:18} {len(taken)} times: median {middle:.0f}, p95 {high:.0f}, max {most_of_all:.0f} ms"
        )
    return [
        Target("the longest wait over 1C's queue, s", got[-1] - queue, 1),
        Target("errors", len(errors), 0),
        Target("calls at once in 1C", most, PLACES),
        *(Target(f"{name} meanwhile, p95, ms", 1000 * p95(seen[path]), 100) for path, name in PAGES.items()),
    ]


def p95(ordered: list[float]) -> float:
    return ordered[int(len(ordered) * 0.95)]


def main() -> int:
    """Measure everything; the exit status says whether all goals are met."""
    if "--people" in sys.argv:
        print_people()
        return 0
    with tempfile.TemporaryDirectory(prefix="portal-time-") as folder, throwaway_redis() as redis_url:
        settings = settings_of(Path(folder), redis_url)
        with demo.portal(settings, Path(folder)) as running:
            place = let_people_in(settings, running)
            targets = [*measure_one(place), *measure_crowd(place)]
    print("", *targets, sep="\n")
    return 0 if all(target.measured <= target.limit for target in targets) else 1


if __name__ == "__main__":
    sys.exit(main())
