"""`make run`: the portal and everything it needs on one computer, started and stopped together."""

import contextlib
import fcntl
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import environ
from rich.console import Console

from sandbox.answers import INN
from sandbox.embedded_redis import answers, local_redis, server_command
from sandbox.ports import LOOPBACK, PortUnusable, check_port, free_port
from sandbox.programs import Interrupted, ProgramFailed, Programs

VAR = Path("var")
READY_SECONDS = 90
THREADS = 64
"""In each of the portal's processes: more than may wait for 1C at once (52), or pages would wait, too."""
SANDBOX_KEY = "sandbox-key"
console = Console(highlight=False, soft_wrap=True)


class CannotStart(Exception):
    """Why nothing was started; the text is for a person."""


@dataclass(frozen=True)
class Ports:
    """Where everything listens; the portal's own port is the only one that a person chooses."""

    portal: int
    onec: int
    mail: int
    mailbox: int
    redis: int

    @classmethod
    def pick(cls, portal: int) -> "Ports":
        """Find free ports for everything but the portal."""
        picked = [portal]
        for prefer in (8001, 8025, 8026, 0):
            picked.append(free_port(prefer, avoid=frozenset(picked)))
        return cls(portal=portal, onec=picked[1], mailbox=picked[2], mail=picked[3], redis=picked[4])


def main() -> int:
    """Run until Ctrl-C; 0 when asked to stop, 1 with a plain sentence when something failed."""
    environ.Env.read_env(".env") if Path(".env").is_file() else None
    try:
        port = asked_port(os.environ.get("PORT", ""))
        with only_one(VAR / "laptop.lock"), Programs(VAR / "log", say) as programs:
            run(programs, Ports.pick(port), os.environ)
    except Interrupted:
        console.print("Stopped.")
    except (CannotStart, PortUnusable, ProgramFailed) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def run(programs: Programs, ports: Ports, given: Mapping[str, str]) -> None:
    """Start everything that `given` does not name as being elsewhere, and watch over it."""
    console.print("Starting ...")
    settings = complete(given, ports)
    start_foundations(programs, ports, given, settings)
    logins = start_portal(programs, ports.portal, settings)
    start_celery(programs, settings)
    programs.wait_until(lambda: page_answers(ports.portal), "The portal", READY_SECONDS)
    with told(VAR / "laptop.env", settings, given):
        introduce(ports, given, logins)
        programs.watch()


def asked_port(text: str) -> int:
    """Return the port that PORT names, 8000 without it; raises CannotStart and PortUnusable."""
    try:
        port = int(text or 8000)
    except ValueError:
        raise CannotStart(f"PORT is “{text}”; it must be a number, for example: PORT=8080 make run") from None
    if not 0 < port < 65536:
        raise CannotStart(f"PORT is {port}; it must lie between 1 and 65535.")
    try:
        check_port(port)
    except PortUnusable as error:
        raise PortUnusable(f"{error} Choose another one, for example: PORT={port + 80} make run") from None
    return port


@contextlib.contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold the folder's lock; raises CannotStart when another `make run` holds it."""
    lock.parent.mkdir(exist_ok=True)
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart("The portal already runs from this folder; stop that one first.") from None
        yield


def complete(given: Mapping[str, str], ports: Ports) -> dict[str, str]:
    """Return the environment of everything: what was given, and for the rest a laptop's settings."""
    dropped = {"PYTHONPATH", "PYTHONWARNINGS", "DJANGO_SETTINGS_MODULE", "PORT"}
    kept = {name: value for name, value in given.items() if value and name not in dropped}
    no_proxy = ",".join(filter(None, [kept.get("NO_PROXY") or kept.get("no_proxy"), LOOPBACK, "localhost"]))
    always = {"PYTHONUNBUFFERED": "1", "NO_PROXY": no_proxy, "no_proxy": no_proxy}
    if not kept.get("ONEC_BASE_URL"):
        always |= {"ONEC_BASE_URL": f"http://{LOOPBACK}:{ports.onec}", "ONEC_API_KEY": SANDBOX_KEY}
    return laptop_settings(ports, kept) | kept | always


def laptop_settings(ports: Ports, given: Mapping[str, str]) -> dict[str, str]:
    """Return what the portal is told where nobody said anything else."""
    return {
        "SITE_URL": f"http://{LOOPBACK}:{ports.portal}",
        "ALLOWED_HOSTS": f"{LOOPBACK},localhost",
        "DATABASE_URL": f"sqlite:///{VAR.resolve() / 'portal.sqlite3'}",
        "EMAIL_URL": f"smtp://{LOOPBACK}:{ports.mail}",
        "ACCOUNTING_EMAIL": "accountant@demo.example",
        "ORGANIZATION_NAME": "ООО «Поставщик»",
        "ORGANIZATION_INN": INN,
        "REDIS_URL": given.get("REDIS_URL") or local_redis() or f"redis://{LOOPBACK}:{ports.redis}/0",
    }


@contextlib.contextmanager
def told(file: Path, settings: Mapping[str, str], given: Mapping[str, str]) -> Iterator[None]:
    """Leave a note of the settings that `given` lacks, for commands typed beside a running portal."""
    made = {name: value for name, value in settings.items() if name.isupper() and given.get(name) != value}
    made = {name: value for name, value in made.items() if name not in {"NO_PROXY", "PYTHONUNBUFFERED"}}
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={value}\n" for name, value in sorted(made.items())))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def start_foundations(
    programs: Programs, ports: Ports, given: Mapping[str, str], settings: Mapping[str, str]
) -> None:
    """Start the stand-ins for the servers that `given` does not name."""
    if settings["REDIS_URL"] == f"redis://{LOOPBACK}:{ports.redis}/0":
        command = server_command(ports.redis, VAR / "redis", keep=True)
        programs.start("redis", command, settings, foundation=True, quiet=True)
    if not given.get("ONEC_BASE_URL"):
        programs.start("1c", onec_command(ports), settings, foundation=True)
    if not given.get("EMAIL_URL"):
        programs.start("mail", mail_command(ports, VAR / "mail"), settings, foundation=True)
    wait_for_redis(programs, settings["REDIS_URL"])


def wait_for_redis(programs: Programs, url: str) -> None:
    """Return when Redis answers; raises ProgramFailed when it does not."""
    programs.wait_until(lambda: answers(url), f"Redis at {url.rpartition('@')[2]}", 10)


def onec_command(ports: Ports) -> list[str]:
    """Return the command of 1C's stand-in."""
    return python("-m", "sandbox", "onec", "--port", str(ports.onec), "--key", SANDBOX_KEY)


def mail_command(ports: Ports, folder: Path) -> list[str]:
    """Return the command of the mail catcher."""
    folder.mkdir(parents=True, exist_ok=True)
    where = ("--port", str(ports.mail), "--web-port", str(ports.mailbox), "--folder", str(folder))
    return python("-m", "sandbox", "mail", *where)


def start_portal(programs: Programs, port: int, settings: Mapping[str, str]) -> str:
    """Bring the database up to date, start the portal on it and fill it once; return the logins."""
    programs.run("migrate", python("manage.py", "migrate", "--verbosity", "0"), settings)
    programs.start("portal", gunicorn_command(port), settings)
    return programs.run("demo_data", python("manage.py", "demo_data"), settings)


def gunicorn_command(port: int) -> list[str]:
    """Return the command of the portal; people wait for 1C in threads, so there are many of them."""
    flags = f"--bind {LOOPBACK}:{port} --workers 2 --worker-class gthread --threads {THREADS} --timeout 60"
    rest = "--graceful-timeout 5 --keep-alive 5 --no-control-socket --access-logfile -"
    return python("-m", "gunicorn", *flags.split(), *rest.split(), "portal.wsgi")


def start_celery(programs: Programs, settings: Mapping[str, str]) -> None:
    """Start a worker and the clock that wakes it."""
    celery = python("-m", "celery", "-A", "portal")
    programs.start("worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO"], settings)
    programs.start("beat", [*celery, "beat", "--pidfile=", "--loglevel", "INFO"], settings)


def page_answers(port: int) -> bool:
    """Return whether the log-in page is really there."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{LOOPBACK}:{port}/accounts/login/", timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def introduce(ports: Ports, given: Mapping[str, str], logins: str) -> None:
    """Print where everything is and how to log in."""
    site = f"http://{LOOPBACK}:{ports.portal}"
    addresses = {"Portal": f"{site}/acts/", "Admin": f"{site}/admin/"}
    if not given.get("EMAIL_URL"):
        addresses["Letters"] = f"http://{LOOPBACK}:{ports.mailbox}/"
    if not given.get("ONEC_BASE_URL"):
        addresses["1C sandbox"] = f"http://{LOOPBACK}:{ports.onec}/"
    addresses["Logs"] = f"{VAR / 'log'}/"
    console.print()
    for name, address in addresses.items():
        console.print(f"  {name:<11} {address}", markup=False)
    console.print(f"\n{logins}\n\nCtrl-C stops everything.", markup=False)


def python(*arguments: str) -> list[str]:
    """Return a command for this very Python."""
    return [sys.executable, *arguments]


def say(name: str, line: str) -> None:
    """Print a program's line with its name before it."""
    console.print(f"{name:>9} | {line}", style="yellow", markup=False)


if __name__ == "__main__":
    sys.exit(main())
