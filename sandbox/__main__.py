"""Stand-ins for a laptop: `python -m sandbox onec|bitrix24|mail --port N`."""

import argparse
import signal
import sys
from errno import EADDRINUSE
from pathlib import Path
from threading import Event

from sandbox.auth import SCHEMES
from sandbox.bitrix24.company import GUID_FIELD, Firm
from sandbox.bitrix24.limits import Sizes
from sandbox.bitrix24.server import Bitrix24Sandbox
from sandbox.generated_counterparties import invent
from sandbox.generated_ledger import COUNT, GeneratedLedger
from sandbox.ledger import Ledger
from sandbox.long_list import LongList
from sandbox.onec import OneCSandbox
from sandbox.real_ledger import RealLedger
from sandbox.stand_in import StandIn


def main(arguments: list[str] | None = None) -> int:
    """Run one stand-in until it is interrupted; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        stand_in, line = options.make(options)
    except (OSError, KeyError, ValueError, ArithmeticError) as error:
        print(f"sandbox: {_reason(error, options)}", file=sys.stderr)
        return 1
    _run(stand_in, line)
    return 0


def _run(stand_in: StandIn, line: str) -> None:
    stopped = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stand_in.start()
    print(line, flush=True)
    stopped.wait()
    stand_in.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    kinds = parser.add_subparsers(required=True, metavar="onec|bitrix24|mail")
    onec = kinds.add_parser("onec", help="1C's HTTP service")
    onec.add_argument("--port", type=int, default=0, help="0 picks a free one")
    onec.add_argument("--ledger", type=Path, help="CSV: invoice_no,date,customer_id,total")
    onec.add_argument("--counterparties", type=int, help="so many, without documents, for measurements")
    onec.add_argument("--count", type=int, default=COUNT, help="so many, with documents")
    onec.add_argument("--latency", type=float, default=0.0, help="seconds that 1C takes for an act or a list")
    onec.add_argument("--seed", type=int, default=1, help="another seed, other figures")
    onec.add_argument("--key", default="sandbox-key")
    onec.add_argument("--basic", default="", metavar="USER:PASSWORD", help="ask for a 1C user, too")
    onec.add_argument("--auth-scheme", choices=SCHEMES, default="any")
    onec.add_argument("--organization", default="ООО «Поставщик»")
    onec.set_defaults(make=_make_onec)
    _add_bitrix24(kinds.add_parser("bitrix24", help="a company's Bitrix24"))
    mail = kinds.add_parser("mail", help="a mail server that keeps every letter")
    mail.add_argument("--port", type=int, default=0, help="of SMTP; 0 picks a free one")
    mail.add_argument("--web-port", type=int, default=0, help="of the inbox; 0 picks a free one")
    mail.add_argument("--imap-port", type=int, help="of the box for letters that come back; none without")
    mail.add_argument("--folder", type=Path, help="keeps the letters; else they are gone at the end")
    mail.set_defaults(make=_make_mail)
    return parser


def _add_bitrix24(bitrix24: argparse.ArgumentParser) -> None:
    sizes = Sizes()
    bitrix24.add_argument("--port", type=int, default=0, help="0 picks a free one")
    bitrix24.add_argument("--secret", default="sandbox-secret", help="of the webhook")
    bitrix24.add_argument("--seed", type=int, default=1, help="the companies are those of 1C with this seed")
    bitrix24.add_argument("--count", type=int, default=COUNT, help="so many companies")
    bitrix24.add_argument("--latency", type=float, default=0.0, help="seconds that a command takes")
    bitrix24.add_argument("--rate", type=float, default=sizes.rate, help="requests a second")
    bitrix24.add_argument("--burst", type=int, default=sizes.burst, help="requests at once")
    bitrix24.add_argument("--operating", type=float, default=sizes.operating, help="seconds of a method ...")
    bitrix24.add_argument("--window", type=float, default=sizes.window, help="... in so many seconds")
    bitrix24.set_defaults(make=_make_bitrix24)


def _make_bitrix24(options: argparse.Namespace) -> tuple[StandIn, str]:
    companies = (invent(options.seed, index) for index in range(options.count))
    sandbox = Bitrix24Sandbox(
        firms=(
            Firm(one.bitrix24_company_id, one.name, 2 + at % 3, {GUID_FIELD: one.guid})
            for at, one in enumerate(companies)
        ),
        secret=options.secret,
        sizes=Sizes(options.rate, options.burst, options.operating, options.window),
        seconds=options.latency,
        port=options.port,
    )
    return sandbox, f"Bitrix24 sandbox: {sandbox.webhook} (Drive, tasks, faults: {sandbox.url}/)"


def _make_onec(options: argparse.Namespace) -> tuple[StandIn, str]:
    sandbox = OneCSandbox(
        ledger=_ledger(options),
        latency=options.latency,
        key=options.key,
        basic=options.basic,
        auth_scheme=options.auth_scheme,
        organization=options.organization,
        port=options.port,
    )
    count = len(sandbox.ledger.counterparties)
    return sandbox, f"1C sandbox: {sandbox.url} ({count} counterparties; faults: {sandbox.url}/_control/)"


def _ledger(options: argparse.Namespace) -> Ledger:
    if options.counterparties is not None:
        return LongList(options.counterparties, options.seed)
    if options.ledger:
        return RealLedger(options.ledger)
    return GeneratedLedger(options.seed, options.count)


def _make_mail(options: argparse.Namespace) -> tuple[StandIn, str]:
    # aiosmtpd is wanted only here: the 1C sandbox runs without it.
    from sandbox.imap import ImapSandbox
    from sandbox.mail import MailSandbox

    box = None if options.imap_port is None else ImapSandbox(options.imap_port)
    sandbox = MailSandbox(port=options.port, web_port=options.web_port, folder=options.folder, box=box)
    return sandbox, f"Mail sandbox: smtp://127.0.0.1:{sandbox.port} (letters: {sandbox.url}/)"


def _reason(error: Exception, options: argparse.Namespace) -> str:
    """Return one plain sentence about why nothing was started."""
    if isinstance(error, FileNotFoundError):
        return f"there is no file {error.filename}"
    if isinstance(error, OSError) and error.errno == EADDRINUSE:
        ports = {options.port, getattr(options, "web_port", options.port)}
        return f"port {' or '.join(map(str, sorted(ports)))} is taken by another program"
    if isinstance(error, OSError | OverflowError):
        return str(error)
    return f"{options.ledger} is not a ledger: {error!r}"


if __name__ == "__main__":
    sys.exit(main())
