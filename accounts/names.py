"""Names that people give themselves, which letters to others show."""

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST: Final = 60
"""Letters of a name in a letter to somebody else."""
WEB_ADDRESS: Final = re.compile(r"://|\bwww\.|\w{2,}\.(?:\w\w+)(?=\W|$)|[/@\\]", re.IGNORECASE)


def validate_name(name: str) -> None:
    """Raise ValidationError for what is no name: it would be a link in letters of the portal to others."""
    if WEB_ADDRESS.search(name):
        raise ValidationError(_("A name holds no address: leave out dots between words, slashes and @."))


def shown_name(name: str, email: str) -> str:
    """Return how a letter to somebody else names a person: by the login's address if the name is none."""
    name = " ".join(name.split())
    return name[:LONGEST] if name and not WEB_ADDRESS.search(name) else email
