"""Wait until all that `make run` started answers, fill an empty database, and say where everything is."""

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

READY_SECONDS = 90


def main(arguments: list[str]) -> int:
    """Print the addresses given as Name=address and the logins; then wait to be stopped."""
    addresses = dict(argument.split("=", 1) for argument in arguments)
    waited_for = [address for address in addresses.values() if address.startswith("http://")]
    late = wait_for(waited_for)
    if late:
        print(f"{late} did not answer within {READY_SECONDS} seconds.")
        return 1
    logins = subprocess.run(
        [sys.executable, "manage.py", "demo_data"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if logins.returncode:
        print(f"The demo data could not be made:\n{logins.stdout}")
        return 1
    print("\n" + "\n".join(f"  {name:<16} {address}" for name, address in addresses.items()))
    print(f"\n{logins.stdout}\nCtrl-C stops everything.", flush=True)
    signal.pause()
    return 0


def wait_for(addresses: list[str]) -> str:
    """Return when every page is there, or the first address that does not answer in time."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + READY_SECONDS
    for address in addresses:
        while not answers(opener, address):
            if time.monotonic() > deadline:
                return address
            time.sleep(0.1)
    return ""


def answers(opener: urllib.request.OpenerDirector, address: str) -> bool:
    try:
        with opener.open(address, timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
