"""Email addresses in the one form in which they are kept and looked up."""

from contextlib import suppress

import idna


def canonical_email(email: str) -> str:
    """Return the address in small letters, its domain as people read it.

    A browser sends «buh@ромашка.рф» as "buh@xn--80aa3agjl3d.xn--p1ai"; accounting types either.
    """
    local, at, domain = email.strip().rpartition("@")
    with suppress(idna.IDNAError):  # no domain at all: the form says so
        domain = idna.decode(domain, uts46=True)
    return f"{local}{at}{domain}".lower()
