"""`make run`: the portal and everything it needs on one computer, started and stopped together."""

import argparse
import contextlib
import fcntl
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from dotenv import dotenv_values, load_dotenv
from honcho.manager import Manager

from sandbox.answers import INN
from sandbox.bitrix24.company import ACTS_FOLDER_ID, GUID_FIELD
from sandbox.imap import PASSWORD as BOX_PASSWORD
from sandbox.imap import USER as BOX_USER
from tools.output import INTRODUCTION, Lines
from tools.ports import LOOPBACK, PortUnusable, check_port, free_port, held
from tools.redis_server import answers, local_redis, redis_server

THREADS = 64
"""In each of the portal's processes: more than may wait for 1C at once (52), or pages would wait, too."""
SANDBOX_KEY, SANDBOX_SECRET = "sandbox-key", "sandbox-secret"
NOT_PASSED_ON = {"PYTHONPATH", "PYTHONWARNINGS", "DJANGO_SETTINGS_MODULE", "PORT"}


class CannotStart(Exception):
    """Why nothing was started, or why it ended; the text is for a person."""


@dataclass(frozen=True)
class Ports:
    """Where everything listens; the portal's own port is the only one that a person chooses."""

    portal: int
    onec: int
    bitrix24: int
    letters: int
    smtp: int
    imap: int
    redis: int

    @property
    def all(self) -> tuple[int, ...]:
        return tuple(asdict(self).values())

    @classmethod
    def pick(cls, portal: int) -> "Ports":
        """Find free ports for everything but the portal."""
        picked = [portal]
        for prefer in (8001, 8002, 8025, 8026, 8027, 0):
            picked.append(free_port(prefer, avoid=frozenset(picked)))
        return cls(*picked)


def main() -> int:
    """Run until Ctrl-C; 0 when asked to stop, 1 with a plain sentence when something failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.run", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("var"), help="for data, logs and letters")
    folder = parser.parse_args().folder
    try:
        read_env_file()
        with only_one(folder):
            port = asked_port(os.environ.get("PORT", ""))
            run(Ports.pick(port), os.environ, folder)
    except KeyboardInterrupt:
        pass
    except (CannotStart, PortUnusable, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1
    print("Stopped.")
    return 0


def read_env_file() -> None:
    """Take what `.env` sets, as the portal itself reads it; raises CannotStart."""
    try:
        load_dotenv(".env", encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CannotStart(".env is not UTF-8: save it as UTF-8.") from None


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
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; raises CannotStart when another `make run` holds it."""
    folder.mkdir(exist_ok=True)
    with (folder / "laptop.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            where = dotenv_values(folder / "laptop.env").get("SITE_URL")
            at = f" at {where}/acts/" if where else ""
            raise CannotStart(f"The portal is already running{at}. Stop it with Ctrl-C first.") from None
        # The lock is this program's alone: those that it starts may outlive it when it is killed.
        os.register_at_fork(after_in_child=file.close)
        yield


def run(ports: Ports, given: Mapping[str, str], folder: Path) -> None:
    """Start everything that `given` does not name as being elsewhere; return when asked to stop."""
    print("Starting ...", flush=True)
    settings = complete(given, ports, folder)
    lines = Lines(folder / "log")
    with contextlib.ExitStack() as stack:
        if settings["REDIS_URL"] == own_redis(ports):
            server = redis_server(folder / "redis", port=ports.redis)
            settings["REDIS_URL"] = stack.enter_context(server)
        elif not answers(settings["REDIS_URL"]):
            raise CannotStart(f"Redis at {settings['REDIS_URL'].rpartition('@')[2]} does not answer.")
        with held(ports.all):
            prepare(settings)
        stack.enter_context(note_of(folder / "laptop.env", settings, given))
        manager = Manager(lines)
        for name, command in programs(ports, given, folder).items():
            manager.add_process(name, f"exec {shlex.join(command)}", env=settings)
        # A terminal that is closed stops everything like Ctrl-C.
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        manager.loop()
    if not lines.asked_to_stop:
        raise CannotStart(lines.failure())


def prepare(settings: Mapping[str, str]) -> None:
    """Bring database and static files up to date, both at once; raises CannotStart."""
    failures = {
        "migrate": "The database could not be brought up to date.",
        "collectstatic": "The static files could not be collected.",
    }
    commands = {name: python("manage.py", name, "--noinput", "--verbosity", "0") for name in failures}
    running = {name: subprocess.Popen(command, env=settings) for name, command in commands.items()}
    for name, process in running.items():
        if process.wait():
            raise CannotStart(failures[name])


def complete(given: Mapping[str, str], ports: Ports, folder: Path) -> dict[str, str]:
    """Return the environment of everything: what was given, and for the rest a laptop's settings."""
    kept = {name: value for name, value in given.items() if name not in NOT_PASSED_ON}
    no_proxy = ",".join(filter(None, [kept.get("NO_PROXY") or kept.get("no_proxy"), LOOPBACK, "localhost"]))
    always = {"PYTHONUNBUFFERED": "1", "NO_PROXY": no_proxy, "no_proxy": no_proxy}
    if not kept.get("ONEC_BASE_URL"):
        # The stand-in is never told the key of a real 1C.
        always |= {"ONEC_BASE_URL": f"http://{LOOPBACK}:{ports.onec}", "ONEC_API_KEY": SANDBOX_KEY}
    if not kept.get("BITRIX24_WEBHOOK_URL"):
        always |= {
            "BITRIX24_WEBHOOK_URL": f"http://{LOOPBACK}:{ports.bitrix24}/rest/1/{SANDBOX_SECRET}/",
            "BITRIX24_ACTS_FOLDER_ID": str(ACTS_FOLDER_ID),
            "BITRIX24_COMPANY_GUID_FIELD": GUID_FIELD,
            "BITRIX24_FALLBACK_MANAGER_ID": "3",
        }
    if not kept.get("EMAIL_URL"):
        always |= {
            "BOUNCE_ADDRESS": "bounces@demo.example",
            "BOUNCE_IMAP_URL": f"imap://{BOX_USER}:{BOX_PASSWORD}@{LOOPBACK}:{ports.imap}/INBOX",
        }
    laptop = {
        "SITE_URL": f"http://localhost:{ports.portal}",
        "LEAKED_PASSWORDS_URL": "off",
        "STAFF_SECOND_FACTOR": "false",
        "ALLOWED_HOSTS": f"{LOOPBACK},localhost",
        "DATABASE_URL": f"sqlite:///{folder.resolve() / 'portal.sqlite3'}",
        "EMAIL_URL": f"smtp://{LOOPBACK}:{ports.smtp}",
        "ACCOUNTING_EMAIL": "accountant@demo.example",
        "ORGANIZATION_NAME": "ООО «Поставщик»",
        "ORGANIZATION_INN": INN,
        "REDIS_URL": kept.get("REDIS_URL") or local_redis(folder) or own_redis(ports),
    }
    return kept | {name: value for name, value in laptop.items() if not kept.get(name)} | always


def own_redis(ports: Ports) -> str:
    """Return the address of the Redis that `make run` starts where there is none."""
    return f"redis://{LOOPBACK}:{ports.redis}/0"


@contextlib.contextmanager
def note_of(file: Path, settings: Mapping[str, str], given: Mapping[str, str]) -> Iterator[None]:
    """Leave a note of the settings that `given` lacks, for commands typed beside a running portal."""
    made = {name: value for name, value in settings.items() if name.isupper() and given.get(name) != value}
    made = {name: value for name, value in made.items() if name not in {"NO_PROXY", "PYTHONUNBUFFERED"}}
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={value}\n" for name, value in sorted(made.items())))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def programs(ports: Ports, given: Mapping[str, str], folder: Path) -> dict[str, list[str]]:
    """Return what runs, by name: the portal, Celery, and stand-ins for the servers that `given` lacks."""
    celery = python("-m", "celery", "-A", "portal")
    flags = f"--bind {LOOPBACK}:{ports.portal} --workers 2 --worker-class gthread --threads {THREADS}"
    rest = "--timeout 60 --graceful-timeout 5 --keep-alive 5 --no-control-socket --access-logfile -"
    found = {
        "portal": python("-m", "gunicorn", *flags.split(), *rest.split(), "portal.wsgi"),
        "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO"],
        "beat": [*celery, "beat", "--pidfile=", "--loglevel", "INFO"],
    }
    addresses = {"Portal": f"http://localhost:{ports.portal}/acts/"}
    addresses["Admin"] = f"http://localhost:{ports.portal}/admin/"
    if not given.get("EMAIL_URL"):
        where = (f"--port={ports.smtp}", f"--web-port={ports.letters}", f"--folder={folder / 'mail'}")
        found["mail"] = python("-m", "sandbox", "mail", f"--imap-port={ports.imap}", *where)
        addresses["Letters"] = f"http://{LOOPBACK}:{ports.letters}/"
    if not given.get("ONEC_BASE_URL"):
        found["1c"] = python("-m", "sandbox", "onec", "--port", str(ports.onec), "--key", SANDBOX_KEY)
        addresses["1C sandbox"] = f"http://{LOOPBACK}:{ports.onec}/"
    if not given.get("BITRIX24_WEBHOOK_URL"):
        options = ("--port", str(ports.bitrix24), "--secret", SANDBOX_SECRET)
        found["bitrix24"] = python("-m", "sandbox", "bitrix24", *options)
        addresses["Bitrix24 sandbox"] = f"http://{LOOPBACK}:{ports.bitrix24}/"
    addresses["Logs"] = f"{folder / 'log'}/"
    shown = [f"{name}={address}" for name, address in addresses.items()]
    found[INTRODUCTION] = python("-m", "tools.introduction", *shown)
    return found


def python(*arguments: str) -> list[str]:
    """Return a command for this very Python."""
    return [sys.executable, *arguments]


if __name__ == "__main__":
    sys.exit(main())
